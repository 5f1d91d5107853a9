//! Quoted texts: single quotes as they stand, double quotes as templates of their own.

use super::parse_within;
use crate::ast::{Expr, Interpolated};
use crate::error::{Error, ErrorKind, Position, Result};
use crate::value::Value;

/// The value of a literal, given with its quotes.
pub(super) fn literal(image: &str, position: Position, depth: usize) -> Result<Expr> {
    let quote = if image.starts_with('"') { '"' } else { '\'' };
    let inner: Vec<char> = image.chars().skip(1).collect();
    let inner: String = inner.iter().take(inner.len().saturating_sub(1)).collect();
    let interpolates = quote == '"' && inner.contains(['$', '#']);
    let text = if quote == '"' {
        unescape(&inner, position)?
    } else {
        inner
    };
    let text = text.replace(&format!("{quote}{quote}"), &quote.to_string());
    if !interpolates {
        return Ok(Expr::Literal(Value::from(text)));
    }
    // A blank is added so that `$` and `#` at the end are followed by something.
    let padded = !text.contains("##");
    let template = if padded { format!("{text} ") } else { text };
    let block = parse_within(&template, depth + 1).map_err(|error| error.within(position))?;
    Ok(Expr::Interpolated(Interpolated {
        block,
        padded,
        position,
    }))
}

/// Reads `\uXXXX`; other escapes are text.
fn unescape(text: &str, position: Position) -> Result<String> {
    let mut parts = text.split("\\u");
    let mut units: Vec<u16> = parts.next().unwrap_or_default().encode_utf16().collect();
    for part in parts {
        let code: String = part.chars().take(4).collect();
        let unit = (code.len() == 4)
            .then(|| u16::from_str_radix(&code, 16).ok())
            .flatten();
        let message = "four hexadecimal digits are expected after \\u";
        units.push(unit.ok_or_else(|| Error::new(ErrorKind::Syntax, position, message))?);
        units.extend(part.chars().skip(4).collect::<String>().encode_utf16());
    }
    Ok(char::decode_utf16(units)
        .map(|unit| unit.unwrap_or('?'))
        .collect())
}
