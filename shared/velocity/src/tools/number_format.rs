//! Numbers out of texts, as Java's `NumberFormat` reads them in an English locale.

use crate::number::Number;

/// The number at a text's beginning; what follows it is not looked at. Commas between digits are left
/// out, and an exponent is an upper-case `E`.
pub(super) fn parse(text: &str) -> Option<Number> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut plain = String::new();
    let mut chars = rest.chars().peekable();
    let mut point = false;
    while let Some(c) = chars.peek() {
        match c {
            '0'..='9' => plain.push(*c),
            ',' if !point => {}
            '.' if !point => {
                point = true;
                plain.push('.');
            }
            _ => break,
        }
        chars.next();
    }
    if !plain.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    plain.push_str(&exponent(&chars.collect::<String>()));
    let value: f64 = plain.parse().ok()?;
    let value = if negative { -value } else { value };
    Some(integral(value, negative).unwrap_or(Number::Double(value)))
}

fn exponent(rest: &str) -> String {
    let Some(rest) = rest.strip_prefix('E') else {
        return String::new();
    };
    let (sign, digits) = rest
        .strip_prefix('-')
        .map_or(("", rest), |rest| ("-", rest));
    let digits: String = digits
        .chars()
        .take_while(char::is_ascii_digit)
        .take(6)
        .collect();
    if digits.is_empty() {
        String::new()
    } else {
        format!("E{sign}{digits}")
    }
}

/// A whole number becomes a `Long`; minus zero stays a double.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the bounds are checked before"
)]
#[expect(
    clippy::cast_precision_loss,
    reason = "the bound itself is a power of two"
)]
fn integral(value: f64, negative: bool) -> Option<Number> {
    let whole =
        value.fract() == 0.0 && value.abs() < i64::MAX as f64 && !(negative && value == 0.0);
    whole.then_some(Number::Long(value as i64))
}
