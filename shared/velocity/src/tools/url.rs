//! `$urlTool`, and the two ways to encode for an address.

use super::{not_scalar, scalar_text};
use crate::object::Object;
use crate::value::Value;

/// `optionalQueryParam(name, value)`: `&name=value`, form-encoded, or nothing at all where the value is
/// absent or empty. A third argument takes the place of `&`, as `"?"` for the first parameter.
///
/// The vendor's article names this helper and not its arguments; these are an assumption.
#[derive(Clone, Copy, Debug)]
pub struct UrlTool;

impl Object for UrlTool {
    fn call(&self, name: &str, arguments: &[Value]) -> Result<Option<Value>, String> {
        let (parameter, value, before) = match (name, arguments) {
            ("optionalQueryParam", [Value::Text(parameter), value]) => (parameter, value, "&"),
            ("optionalQueryParam", [Value::Text(parameter), value, Value::Text(before)]) => {
                (parameter, value, &**before)
            }
            _ => return Ok(None),
        };
        let value = match value {
            Value::Null => String::new(),
            value => scalar_text(value).ok_or_else(not_scalar)?,
        };
        if value.is_empty() {
            return Ok(Some("".into()));
        }
        Ok(Some(
            format!(
                "{before}{}={}",
                form_encoded(parameter),
                form_encoded(&value)
            )
            .into(),
        ))
    }
}

/// As Java's `URLEncoder`: a blank becomes `+`.
pub(super) fn form_encoded(text: &str) -> String {
    encoded(text, |byte| matches!(byte, b'.' | b'-' | b'*' | b'_')).replace("%20", "+")
}

/// Everything but the unreserved characters of
/// [RFC 3986](https://www.rfc-editor.org/rfc/rfc3986#section-2.3) as `%` and two digits.
pub(super) fn percent_encoded(text: &str) -> String {
    encoded(text, |byte| matches!(byte, b'.' | b'-' | b'_' | b'~'))
}

fn encoded(text: &str, stays: impl Fn(u8) -> bool) -> String {
    let mut made = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || stays(byte) {
            made.push(char::from(byte));
        } else {
            made.push_str(&format!("%{byte:02X}"));
        }
    }
    made
}
