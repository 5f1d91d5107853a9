//! Aggregates, in the arithmetic of the original: 64-bit floats, one pass.

use serde_json::{Number, Value};

use crate::ast::Function;
use crate::error::Halt;

pub(super) fn aggregate(function: Function, numbers: &[f64]) -> Result<Value, Halt> {
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

/// The whole part, cut off at the ends of 32 bits.
#[expect(
    clippy::cast_possible_truncation,
    reason = "saturates, as the original's does"
)]
pub(super) fn to_int(number: f64) -> i32 {
    number as i32
}
