//! Numbers with the types, the arithmetic and the spelling of Java.

use std::cmp::Ordering;
use std::fmt;

use crate::ast::Operator;

/// A number, of the Java type that its literal or its JSON form is read into.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    /// `Integer`.
    Int(i32),
    /// `Long`.
    Long(i64),
    /// `BigInteger`, up to 128 bits.
    Big(i128),
    /// `Double`.
    Double(f64),
}

/// Why two numbers have no result that this library can give.
pub(crate) const TOO_WIDE: &str = "arithmetic beyond 128 bits, or of such integers with decimals";

impl Number {
    /// The smallest type that holds an integer.
    #[must_use]
    pub fn from_integer(value: i128) -> Self {
        match (i32::try_from(value), i64::try_from(value)) {
            (Ok(int), _) => Self::Int(int),
            (_, Ok(long)) => Self::Long(long),
            _ => Self::Big(value),
        }
    }

    pub(crate) fn from_integer_literal(text: &str) -> Option<Self> {
        text.parse().ok().map(Self::from_integer)
    }

    pub(crate) fn from_float_literal(text: &str) -> Option<Self> {
        text.parse().ok().map(Self::Double)
    }

    fn integer(self) -> Option<i128> {
        match self {
            Self::Int(value) => Some(value.into()),
            Self::Long(value) => Some(value.into()),
            Self::Big(value) => Some(value),
            Self::Double(_) => None,
        }
    }

    /// The value as a double; big integers are rounded.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "rounding is what Java's doubleValue does"
    )]
    pub fn to_f64(self) -> f64 {
        match self {
            Self::Int(value) => value.into(),
            Self::Long(value) => value as f64,
            Self::Big(value) => value as f64,
            Self::Double(value) => value,
        }
    }

    /// The value cut to 32 bits, as Java's `intValue` does.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "truncation is what Java's intValue does"
    )]
    pub fn to_i32(self) -> i32 {
        match self {
            Self::Int(value) => value,
            Self::Long(value) => value as i32,
            Self::Big(value) => value as i32,
            Self::Double(value) => value as i32,
        }
    }

    pub(crate) fn is_zero(self) -> bool {
        self.to_f64() == 0.0
    }

    /// Same Java class and same value, as `equals` has it.
    pub(crate) fn same(self, other: Self) -> bool {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Long(a), Self::Long(b)) => a == b,
            (Self::Big(a), Self::Big(b)) => a == b,
            (Self::Double(a), Self::Double(b)) => {
                a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
            }
            _ => false,
        }
    }

    /// Compares by value; what has no order, as a double that is no number, counts as equal.
    pub(crate) fn compare(self, other: Self) -> Result<Ordering, &'static str> {
        match (self.integer(), other.integer()) {
            (Some(a), Some(b)) => Ok(a.cmp(&b)),
            _ if self.is_big() || other.is_big() => Err(TOO_WIDE),
            _ => Ok(self
                .to_f64()
                .partial_cmp(&other.to_f64())
                .unwrap_or(Ordering::Equal)),
        }
    }

    fn is_big(self) -> bool {
        matches!(self, Self::Big(_))
    }

    /// The result of an arithmetic operator; none for a division by zero.
    pub(crate) fn calculate(
        self,
        operator: Operator,
        other: Self,
    ) -> Result<Option<Self>, &'static str> {
        let divides = matches!(operator, Operator::Divide | Operator::Modulus);
        if divides && other.is_zero() {
            return Ok(None);
        }
        match (self.integer(), other.integer()) {
            (Some(a), Some(b)) if self.is_big() || other.is_big() => big(a, operator, b).map(Some),
            (Some(a), Some(b)) => long(a, operator, b)
                .map(|result| Some(self.widest(other, result)))
                .ok_or(TOO_WIDE),
            _ if self.is_big() || other.is_big() => Err(TOO_WIDE),
            _ => Ok(Some(Self::Double(double(
                self.to_f64(),
                operator,
                other.to_f64(),
            )))),
        }
    }

    /// Two `Integer`s give one where it fits; otherwise a `Long`, then a `BigInteger`.
    fn widest(self, other: Self, result: i128) -> Self {
        match (self, other, Self::from_integer(result)) {
            (Self::Int(_), Self::Int(_), narrow) => narrow,
            (_, _, Self::Int(value)) => Self::Long(value.into()),
            (_, _, wide) => wide,
        }
    }
}

fn long(a: i128, operator: Operator, b: i128) -> Option<i128> {
    match operator {
        Operator::Add => a.checked_add(b),
        Operator::Subtract => a.checked_sub(b),
        Operator::Multiply => a.checked_mul(b),
        Operator::Divide => a.checked_div(b),
        Operator::Modulus => a.checked_rem(b),
        _ => None,
    }
}

fn big(a: i128, operator: Operator, b: i128) -> Result<Number, &'static str> {
    let result = match operator {
        Operator::Modulus if b < 0 => return Err("the modulus of a big integer is to be positive"),
        Operator::Modulus => a.checked_rem_euclid(b),
        _ => long(a, operator, b),
    };
    result.map(Number::Big).ok_or(TOO_WIDE)
}

fn double(a: f64, operator: Operator, b: f64) -> f64 {
    match operator {
        Operator::Add => a + b,
        Operator::Subtract => a - b,
        Operator::Multiply => a * b,
        Operator::Divide => a / b,
        _ => a % b,
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(value) => value.fmt(f),
            Self::Long(value) => value.fmt(f),
            Self::Big(value) => value.fmt(f),
            Self::Double(value) => f.write_str(&java_double(*value)),
        }
    }
}

/// `Double.toString`: plain from a thousandth up to ten million, with an exponent otherwise.
fn java_double(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    if value == 0.0 || (1e-3..1e7).contains(&value.abs()) {
        return format!("{value:?}");
    }
    let shortest = format!("{value:e}");
    // Java writes two digits at least, and those nearest to the value.
    let spelled = if shortest.contains('.') {
        shortest
    } else {
        format!("{value:.1e}")
    };
    spelled.replace('e', "E")
}
