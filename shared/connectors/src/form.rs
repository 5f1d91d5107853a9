//! Turns a form's fields, `application/x-www-form-urlencoded`, into one JSON object of texts.

use deskbridge_core::json::{JsonError, MAX_KEYS_PER_OBJECT};
use percent_encoding::percent_decode;
use serde_json::{Map, Value};

pub(crate) const CONTENT_TYPE: &str = "application/x-www-form-urlencoded";

/// Whether the header names a form, whatever its parameters.
pub(crate) fn is_form(content_type: Option<&str>) -> bool {
    let media_type = content_type.and_then(|sent| sent.split(';').next());
    media_type.is_some_and(|sent| sent.trim().eq_ignore_ascii_case(CONTENT_TYPE))
}

/// Returns the form as JSON text. Of two equal names the last one wins, as in JSON. A percent sign
/// that encodes nothing stands for itself, as the [URL standard] has it.
///
/// [URL standard]: https://url.spec.whatwg.org/#urlencoded-parsing
pub(crate) fn to_json(text: &str) -> Result<String, JsonError> {
    let mut fields = Map::new();
    for pair in text.trim().split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        fields.insert(decode(name)?, Value::String(decode(value)?));
        if fields.len() > MAX_KEYS_PER_OBJECT {
            return Err(JsonError::TooLarge);
        }
    }
    Ok(Value::Object(fields).to_string())
}

fn decode(text: &str) -> Result<String, JsonError> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode(spaced.as_bytes()).decode_utf8();
    Ok(decoded.map_err(|_| JsonError::NotUtf8)?.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plus_and_percent_are_decoded_once() {
        let json = to_json("title=a+b%2Bc%26%22d&empty=&bare&t=%E9%9A%9C%E5%AE%B3").unwrap();
        assert_eq!(
            json,
            r#"{"title":"a b+c&\"d","empty":"","bare":"","t":"障害"}"#
        );
        assert_eq!(
            to_json("a=%2541&b=100%").unwrap(),
            r#"{"a":"%41","b":"100%"}"#
        );
    }

    #[test]
    fn the_last_of_two_equal_names_wins() {
        assert_eq!(to_json("a=1&a=2").unwrap(), r#"{"a":"2"}"#);
    }

    #[test]
    fn bytes_that_are_no_text_and_too_many_names_are_refused() {
        assert_eq!(to_json("a=%ff"), Err(JsonError::NotUtf8));
        let many: Vec<_> = (0..=MAX_KEYS_PER_OBJECT).map(|n| format!("{n}=")).collect();
        assert_eq!(to_json(&many.join("&")), Err(JsonError::TooLarge));
    }

    #[test]
    fn the_header_may_have_parameters() {
        assert!(is_form(Some(
            "Application/X-www-form-urlencoded; charset=UTF-8"
        )));
        assert!(!is_form(Some("application/json")));
        assert!(!is_form(None));
    }
}
