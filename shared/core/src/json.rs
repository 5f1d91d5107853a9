//! Reads JSON from strangers within bounds that are checked before anything is built from it.

use std::fmt;

use serde_json::Value;

pub const MAX_DEPTH: usize = 32;
pub const MAX_NODES: usize = 10_000;
pub const MAX_KEYS_PER_OBJECT: usize = 1_000;
/// Digits beyond which an integer would lose some on its way through 64 bits.
const MAX_INTEGER_DIGITS: usize = 18;

/// Why a body was not read. Says where, never what stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonError {
    Empty,
    NotUtf8,
    TooDeep,
    TooLarge,
    NumberTooLong { at: usize },
    Syntax { line: usize, column: usize },
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "the body is empty"),
            Self::NotUtf8 => write!(f, "the body is not UTF-8 text"),
            Self::TooDeep => write!(f, "the JSON nests deeper than {MAX_DEPTH} levels"),
            Self::TooLarge => write!(
                f,
                "the JSON has more than {MAX_NODES} values, or {MAX_KEYS_PER_OBJECT} keys in one object"
            ),
            Self::NumberTooLong { at } => {
                write!(
                    f,
                    "the integer at byte {at} is too long to keep all its digits"
                )
            }
            Self::Syntax { line, column } => {
                write!(
                    f,
                    "the body is not valid JSON at line {line}, column {column}"
                )
            }
        }
    }
}

/// Returns the text of a body: UTF-8, without a byte order mark, not empty.
pub fn text(body: &[u8]) -> Result<&str, JsonError> {
    let text = std::str::from_utf8(body).map_err(|_| JsonError::NotUtf8)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(JsonError::Empty);
    }
    Ok(text)
}

/// Parses JSON text. Of two equal keys in one object the last one wins.
pub fn parse(text: &str) -> Result<Value, JsonError> {
    check_bounds(text.as_bytes())?;
    serde_json::from_str(text).map_err(|error| JsonError::Syntax {
        line: error.line(),
        column: error.column(),
    })
}

/// Walks the bytes once, without building anything, so that a bomb costs what its length costs.
fn check_bounds(bytes: &[u8]) -> Result<(), JsonError> {
    let mut keys_per_level = Vec::with_capacity(MAX_DEPTH);
    let mut nodes = 1;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => at = end_of_string(bytes, at),
            b'{' | b'[' => {
                keys_per_level.push(0);
                nodes += 1;
            }
            b'}' | b']' => {
                keys_per_level.pop();
            }
            b',' => nodes += 1,
            b':' => count_key(&mut keys_per_level)?,
            b'0'..=b'9' => at = end_of_number(bytes, at)?,
            _ => {}
        }
        if keys_per_level.len() > MAX_DEPTH {
            return Err(JsonError::TooDeep);
        }
        if nodes > MAX_NODES {
            return Err(JsonError::TooLarge);
        }
        at += 1;
    }
    Ok(())
}

fn count_key(keys_per_level: &mut [usize]) -> Result<(), JsonError> {
    let Some(keys) = keys_per_level.last_mut() else {
        return Ok(());
    };
    *keys += 1;
    if *keys > MAX_KEYS_PER_OBJECT {
        return Err(JsonError::TooLarge);
    }
    Ok(())
}

/// Returns the index of the closing quote, or the end of the bytes.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            b'"' => return at,
            _ => {}
        }
        at += 1;
    }
    at
}

/// Returns the index of the number's last byte. Fractions and exponents may be as long as they like.
fn end_of_number(bytes: &[u8], start: usize) -> Result<usize, JsonError> {
    let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
    let rest = bytes.get(start..).unwrap_or_default();
    let length = rest.iter().take_while(|byte| is_part(byte)).count();
    let number = rest.get(..length).unwrap_or_default();
    let integer = number.iter().all(u8::is_ascii_digit);
    if integer && length > MAX_INTEGER_DIGITS + 1 {
        return Err(JsonError::NumberTooLong { at: start });
    }
    Ok(start + length - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_an_id_beyond_what_a_double_holds() {
        let value = parse(r#"{"id":9007199254740993}"#).unwrap();
        assert_eq!(value["id"].as_i64(), Some(9_007_199_254_740_993));
        let nanoseconds = parse(r#"{"updatedAt":1700000000000000000}"#).unwrap();
        assert_eq!(
            nanoseconds["updatedAt"].as_i64(),
            Some(1_700_000_000_000_000_000)
        );
    }

    #[test]
    fn refuses_an_integer_that_would_lose_digits() {
        let text = r#"{"id":123456789012345678901234567890}"#;
        assert_eq!(parse(text), Err(JsonError::NumberTooLong { at: 6 }));
    }

    #[test]
    fn refuses_depth_33_and_depth_100_000_alike() {
        for depth in [MAX_DEPTH + 1, 128, 100_000] {
            let text = "[".repeat(depth) + &"]".repeat(depth);
            assert_eq!(parse(&text), Err(JsonError::TooDeep), "{depth}");
        }
        let deepest = "[".repeat(MAX_DEPTH) + &"]".repeat(MAX_DEPTH);
        assert!(parse(&deepest).is_ok());
    }

    #[test]
    fn refuses_too_many_values_or_keys() {
        let values = format!("[{}0]", "0,".repeat(MAX_NODES));
        assert_eq!(parse(&values), Err(JsonError::TooLarge));
        let keys: Vec<_> = (0..=MAX_KEYS_PER_OBJECT)
            .map(|n| format!("\"{n}\":0"))
            .collect();
        assert_eq!(
            parse(&format!("{{{}}}", keys.join(","))),
            Err(JsonError::TooLarge)
        );
    }

    #[test]
    fn brackets_and_digits_inside_strings_do_not_count() {
        let text = format!(r#"{{"a":"{}\"{}"}}"#, "[".repeat(200), "9".repeat(50));
        assert!(parse(&text).is_ok());
    }

    #[test]
    fn names_the_place_of_a_mistake() {
        assert_eq!(
            parse("{\n\"a\":}"),
            Err(JsonError::Syntax { line: 2, column: 5 })
        );
        assert!(parse("{\"a\":1} x").is_err());
        assert!(parse(r#""\ud800""#).is_err());
        assert!(parse("1e400").is_err());
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        assert_eq!(text("\u{feff}{}".as_bytes()), Ok("{}"));
        assert_eq!(text(b"\xff"), Err(JsonError::NotUtf8));
        assert_eq!(text(b" \n"), Err(JsonError::Empty));
    }
}
