//! Decimal numbers as Java's `BigDecimal` has them: compared by value, printed by their digits.
//!
//! Filters compare numbers this way, and a number with a string by the text of the number.

use std::cmp::Ordering;

use serde_json::Number;

/// `digits × 10^-scale`.
#[derive(Clone, Debug)]
pub(crate) struct Decimal {
    negative: bool,
    /// Without leading zeros; zero is one `0`.
    digits: String,
    scale: i64,
}

impl Decimal {
    /// Reads `-1`, `+1.50`, `.5`, `1e3`; no spaces, and an exponent within 32 bits.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = || whole.chars().chain(fraction.chars());
        if all().next().is_none() || !all().all(|c| c.is_ascii_digit()) {
            return None;
        }
        let scale = i64::try_from(fraction.len()).ok()? - exponent;
        i32::try_from(scale).ok()?;
        let mut digits: String = all().skip_while(|c| *c == '0').collect();
        if digits.is_empty() {
            digits.push('0');
        }
        let negative = negative && digits != "0";
        Some(Self {
            negative,
            digits,
            scale,
        })
    }

    /// A number of a document, by the text that Java would give it.
    pub(crate) fn of(number: &Number) -> Self {
        Self::parse(&java_text(number)).unwrap_or_else(|| Self {
            negative: false,
            digits: "0".to_owned(),
            scale: 0,
        })
    }

    fn is_zero(&self) -> bool {
        self.digits == "0"
    }

    /// The exponent of the first digit.
    fn adjusted(&self) -> i64 {
        i64::try_from(self.digits.len()).unwrap_or(i64::MAX) - 1 - self.scale
    }

    /// The lowest 32 bits of the whole part, as Java narrows a number to an `int`.
    pub(crate) fn int_value(&self) -> i32 {
        let mut value = 0_u64;
        let kept = i64::try_from(self.digits.len()).unwrap_or(i64::MAX) - self.scale.max(0);
        for digit in self.digits.bytes().take(usize::try_from(kept).unwrap_or(0)) {
            value = value.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
        }
        // From 10^64 on, the low 64 bits are all zero.
        for _ in 0..(-self.scale).clamp(0, 64) {
            value = value.wrapping_mul(10);
        }
        if self.negative {
            value = value.wrapping_neg();
        }
        let [a, b, c, d, ..] = value.to_le_bytes();
        i32::from_le_bytes([a, b, c, d])
    }

    fn compare_magnitude(&self, other: &Self) -> Ordering {
        let (left, right) = (
            self.digits.trim_end_matches('0'),
            other.digits.trim_end_matches('0'),
        );
        self.adjusted()
            .cmp(&other.adjusted())
            .then_with(|| left.cmp(right))
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |decimal: &Self| match (decimal.is_zero(), decimal.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        sign(self).cmp(&sign(other)).then_with(|| match sign(self) {
            0 => Ordering::Equal,
            -1 => other.compare_magnitude(self),
            _ => self.compare_magnitude(other),
        })
    }
}

/// As `BigDecimal.toString`: plain while that is short, `1.5E+10` beyond.
impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.negative {
            f.write_str("-")?;
        }
        let adjusted = self.adjusted();
        if self.scale == 0 {
            return f.write_str(&self.digits);
        }
        if self.scale > 0 && adjusted >= -6 {
            let width = usize::try_from(self.scale).unwrap_or(usize::MAX) + 1;
            let padded = format!("{:0>width$}", self.digits);
            let (whole, fraction) = padded.split_at(padded.len() + 1 - width);
            return write!(f, "{whole}.{fraction}");
        }
        let (first, rest) = self.digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        match adjusted {
            0 => write!(f, "{first}{point}{rest}"),
            _ => write!(f, "{first}{point}{rest}E{adjusted:+}"),
        }
    }
}

fn parse_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let valid =
        !digits.is_empty() && digits.len() <= 10 && digits.bytes().all(|b| b.is_ascii_digit());
    if valid { text.parse().ok() } else { None }
}

/// The text of a number as Java prints it: `1.0E10` for 1e10, `0.001` for 1e-3.
pub(crate) fn java_text(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() => java_double(float),
        _ => number.to_string(),
    }
}

fn java_double(float: f64) -> String {
    let scientific = format!("{float:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let magnitude = float.abs();
    if magnitude == 0.0 || (1e-3..1e7).contains(&magnitude) {
        return format!("{float:?}");
    }
    let point = if mantissa.contains('.') { "" } else { ".0" };
    format!("{mantissa}{point}E{exponent}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_by_value_whatever_the_digits() {
        let decimal = |text| Decimal::parse(text).unwrap();
        assert_eq!(decimal("1.50"), decimal("15e-1"));
        assert_eq!(decimal("-0.0"), decimal("0"));
        assert!(decimal("-2") < decimal("-1.999"));
        assert!(decimal("9") < decimal("1e1"));
        assert!(decimal("0") > decimal("-1e-9"));
    }

    #[test]
    fn prints_as_java_does() {
        for (text, printed) in [
            ("1.50", "1.50"),
            ("1e3", "1E+3"),
            ("12e-9", "1.2E-8"),
            ("-0.001", "-0.001"),
            ("0.0000001", "1E-7"),
            ("007", "7"),
        ] {
            assert_eq!(Decimal::parse(text).unwrap().to_string(), printed);
        }
        assert_eq!(java_double(1e10), "1.0E10");
        assert_eq!(java_double(1234567.5), "1234567.5");
        assert_eq!(java_double(1.25e-7), "1.25E-7");
    }

    #[test]
    fn refuses_what_is_no_number() {
        for text in [
            "",
            "-",
            ".",
            "1.2.3",
            "1e",
            "e5",
            "1 ",
            "0x1",
            "1e99999999999",
            "1e2147483649",
        ] {
            assert!(Decimal::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn narrows_to_an_int_by_the_low_bits() {
        assert_eq!(Decimal::parse("2.9").unwrap().int_value(), 2);
        assert_eq!(Decimal::parse("-1.5").unwrap().int_value(), -1);
        assert_eq!(Decimal::parse("4294967298").unwrap().int_value(), 2);
        assert_eq!(Decimal::parse("1e2147483647").unwrap().int_value(), 0);
        assert_eq!(Decimal::parse("0.003e3").unwrap().int_value(), 3);
    }
}
