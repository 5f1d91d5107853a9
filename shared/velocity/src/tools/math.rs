//! `$math`: [MathTool](https://velocity.apache.org/tools/2.0/apidocs/org/apache/velocity/tools/generic/MathTool.html)
//! of Velocity tools 2.0, without its random numbers, totals and averages.

use super::number_format;
use crate::number::Number;
use crate::object::Object;
use crate::value::Value;

/// `add`, `sub`, `mul`, `div`, `max`, `min` of any number of arguments; `pow`, `idiv`, `mod`, `abs`,
/// `ceil`, `floor`, `round`, `roundTo(places, number)`, `toInteger`, `toDouble`, `toNumber`.
///
/// Texts are read as numbers; with one that is none, the result is nothing.
#[derive(Clone, Copy, Debug)]
pub struct Math;

impl Object for Math {
    fn property(&self, name: &str) -> Option<Value> {
        let _ = name;
        None
    }

    fn call(&self, name: &str, arguments: &[Value]) -> Result<Option<Value>, String> {
        if matches!(name, "random" | "getRandom" | "getTotal" | "getAverage") {
            return Err(format!("{name} of $math is not supported"));
        }
        let known = match arguments.len() {
            0 => matches!(name, "add" | "sub" | "mul" | "div" | "max" | "min"),
            1 => is_of_any(name) || is_of_one(name),
            2 => is_of_any(name) || matches!(name, "pow" | "idiv" | "mod" | "roundTo"),
            _ => is_of_any(name),
        };
        if !known {
            return Ok(None);
        }
        if is_of_any(name) && matches!(arguments, [Value::Null]) {
            return Err(format!("{name} of $math is given nothing"));
        }
        if is_of_any(name)
            && matches!(arguments, [Value::List(list)] if list.kind == crate::value::ListKind::Array)
        {
            return Err(format!("{name} of an array is not supported"));
        }
        let mut numbers = Vec::with_capacity(arguments.len());
        for argument in arguments {
            match number(argument)? {
                Some(number) => numbers.push(number),
                None => return Ok(None),
            }
        }
        Ok(calculate(name, &numbers).map(Value::Number))
    }
}

fn is_of_any(name: &str) -> bool {
    matches!(name, "add" | "sub" | "mul" | "div" | "max" | "min")
}

fn is_of_one(name: &str) -> bool {
    matches!(
        name,
        "abs" | "ceil" | "floor" | "round" | "toInteger" | "toDouble" | "toNumber"
    )
}

fn number(value: &Value) -> Result<Option<Number>, String> {
    match value {
        Value::Number(number) => Ok(Some(*number)),
        Value::Text(text) => Ok(number_format::parse(text)),
        Value::Object(_) => Err(super::not_scalar()),
        _ => Ok(None),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "Java casts to int in the same way"
)]
fn calculate(name: &str, numbers: &[Number]) -> Option<Number> {
    let doubles: Vec<f64> = numbers.iter().map(|number| number.to_f64()).collect();
    if is_of_any(name) {
        // Java's tool looks for a decimal point among no numbers at all here.
        return of_any(name, &doubles).map(|value| typed(value, &[]));
    }
    match (name, numbers, doubles.as_slice()) {
        ("pow", _, [a, b]) => Some(typed(a.powf(*b), numbers)),
        ("idiv", [a, b], _) => a.to_i32().checked_div(b.to_i32()).map(Number::Int),
        ("mod", [a, b], _) => {
            (b.to_i32() != 0).then(|| Number::Int(a.to_i32().wrapping_rem(b.to_i32())))
        }
        ("abs", _, [a]) => Some(typed(a.abs(), numbers)),
        ("ceil", _, [a]) => Some(Number::Int(a.ceil() as i32)),
        ("floor", _, [a]) => Some(Number::Int(a.floor() as i32)),
        ("round", _, [a]) => Some(Number::Int(a.round_ties_even() as i32)),
        ("roundTo", [places, _], [_, a]) => Some(Number::Double(round_to(places.to_i32(), *a))),
        ("toInteger", [a], _) => Some(Number::Int(a.to_i32())),
        ("toDouble", _, [a]) => Some(Number::Double(*a)),
        ("toNumber", [a], _) => Some(*a),
        _ => None,
    }
}

fn of_any(name: &str, numbers: &[f64]) -> Option<f64> {
    let rest = numbers.get(1..).unwrap_or_default();
    let first = numbers.first().copied().unwrap_or(0.0);
    match name {
        "add" => Some(numbers.iter().fold(0.0, |sum, number| sum + number)),
        "mul" => Some(numbers.iter().product()),
        "sub" => Some(rest.iter().fold(first, |left, number| left - number)),
        "div" if rest.contains(&0.0) => None,
        "div" => Some(rest.iter().fold(first, |left, number| left / number)),
        // Java's smallest double is the smallest above zero, so no maximum is below it.
        "max" => Some(
            numbers
                .iter()
                .fold(f64::from_bits(1), |most, number| java_max(most, *number)),
        ),
        _ => Some(
            numbers
                .iter()
                .fold(f64::MAX, |least, number| -java_max(-least, -*number)),
        ),
    }
}

/// As Java's `max`: what is no number wins.
fn java_max(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        f64::NAN
    } else {
        a.max(b)
    }
}

/// Whole results of numbers without a decimal point become integers.
#[expect(
    clippy::cast_possible_truncation,
    reason = "Java casts to long and int in the same way"
)]
fn typed(value: f64, of: &[Number]) -> Number {
    let whole = value.round_ties_even() == value || value.is_infinite();
    if !whole || of.iter().any(|number| number.to_string().contains('.')) {
        return Number::Double(value);
    }
    if value > f64::from(i32::MAX) || value < f64::from(i32::MIN) {
        return Number::Long(value as i64);
    }
    Number::Int(value as i32)
}

/// Java multiplies by a power of ten that is an `int`, and wraps.
#[expect(
    clippy::cast_possible_truncation,
    reason = "Java rounds to a long in the same way"
)]
#[expect(
    clippy::cast_precision_loss,
    reason = "Java divides the long as a double"
)]
fn round_to(places: i32, value: f64) -> f64 {
    let delta = (1..places.min(64)).fold(10_i32, |delta, _| delta.wrapping_mul(10));
    let rounded = (value * f64::from(delta) + 0.5).floor() as i64;
    rounded as f64 / f64::from(delta)
}
