//! Methods of numbers and booleans.

use super::{Outcome, other};
use crate::number::Number;
use crate::value::Value;

const NUMBER_ONLY_IN_JAVA: &[&str] = &[
    "byteValue",
    "shortValue",
    "floatValue",
    "isNaN",
    "isInfinite",
    "parseInt",
    "valueOf",
    "bitCount",
    "toBinaryString",
    "toHexString",
    "max",
    "min",
    "sum",
    "signum",
    "reverse",
    "compare",
    "decode",
    "highestOneBit",
    "lowestOneBit",
    "parseLong",
    "parseDouble",
    "isFinite",
    "toOctalString",
    "numberOfLeadingZeros",
    "numberOfTrailingZeros",
    "rotateLeft",
    "rotateRight",
    "reverseBytes",
    "describeConstable",
    "resolveConstantDesc",
    "getInteger",
    "getLong",
    "toUnsignedString",
];
const BOOL_ONLY_IN_JAVA: &[&str] = &[
    "parseBoolean",
    "valueOf",
    "compare",
    "logicalAnd",
    "logicalOr",
    "logicalXor",
    "getBoolean",
    "describeConstable",
];

pub(super) fn call_number(number: Number, name: &str, arguments: &[Value]) -> Outcome {
    let value = match (name, arguments) {
        ("intValue", []) => Number::Int(number.to_i32()),
        ("longValue", []) => Number::Long(to_long(number)),
        ("doubleValue", []) => Number::Double(number.to_f64()),
        _ => return other(&Value::Number(number), name, NUMBER_ONLY_IN_JAVA),
    };
    Ok(Some(Value::Number(value)))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "truncation is what Java's longValue does"
)]
fn to_long(number: Number) -> i64 {
    match number {
        Number::Int(value) => value.into(),
        Number::Long(value) => value,
        Number::Big(value) => value as i64,
        Number::Double(value) => value as i64,
    }
}

pub(super) fn call_bool(value: bool, name: &str, arguments: &[Value]) -> Outcome {
    match (name, arguments) {
        ("booleanValue", []) => Ok(Some(value.into())),
        _ => other(&Value::Bool(value), name, BOOL_ONLY_IN_JAVA),
    }
}
