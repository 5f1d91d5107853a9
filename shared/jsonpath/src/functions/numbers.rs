//! Aggregates, in the arithmetic of the original: 64-bit floats, one pass.

use serde_json::{Number, Value};

use crate::ast::Function;
use crate::error::Halt;

pub(super) fn aggregate(function: Function, numbers: &[&Number]) -> Result<Value, Halt> {
    let numbers: Vec<f64> = numbers
        .iter()
        .filter_map(|number| number.as_f64())
        .collect();
    if numbers.is_empty() {
        return Err(Halt::Failed("there is no number to calculate with"));
    }
    let sum = || numbers.iter().sum::<f64>();
    #[expect(clippy::cast_precision_loss, reason = "no list has 2^52 elements")]
    let count = numbers.len() as f64;
    let result = match function {
        Function::Min => numbers.iter().copied().fold(f64::MAX, f64::min),
        // The smallest positive number is where the original starts: a maximum is never below it.
        Function::Max => numbers.iter().copied().fold(f64::from_bits(1), f64::max),
        Function::Avg => sum() / count,
        Function::StdDev => {
            let squares: f64 = numbers.iter().map(|number| number * number).sum();
            (squares / count - sum() * sum() / count / count).sqrt()
        }
        _ => sum(),
    };
    Number::from_f64(result)
        .map(Value::Number)
        .ok_or(Halt::Failed("the result is no number that JSON has"))
}

/// As Java narrows to an `int`: a whole number keeps its low 32 bits, a fraction stops at the ends.
#[expect(
    clippy::cast_possible_truncation,
    reason = "both are what the original does"
)]
pub(super) fn to_int(number: &Number) -> i32 {
    if let Some(whole) = number.as_i64() {
        return whole as i32;
    }
    match number.as_u64() {
        Some(whole) => whole as i32,
        None => number.as_f64().unwrap_or_default() as i32,
    }
}
