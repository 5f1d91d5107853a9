//! The structure of a JSON text: its brackets and keys, duplicates among them, without its values.

use serde_json::value::RawValue;

/// Returns the structure, or nothing if the text is no JSON. Keys are kept as they are written, and two
/// equal ones are two: a reader may take the first of them or the last.
pub(super) fn skeleton(text: &str) -> Option<String> {
    serde_json::from_str::<&RawValue>(text).ok()?;
    let mut out = String::new();
    let mut chars = text.chars();
    let mut scalar = false;
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                let string = read_string(&mut chars);
                let is_key = chars.as_str().trim_start().starts_with(':');
                out.push_str(if is_key { &string } else { "\"" });
                scalar = false;
            }
            '{' | '}' | '[' | ']' | ',' | ':' => {
                out.push(c);
                scalar = false;
            }
            c if c.is_whitespace() => scalar = false,
            _ if !scalar => {
                out.push('0');
                scalar = true;
            }
            _ => {}
        }
    }
    Some(out)
}

/// The rest of a string, with its closing quote. The text is known to be JSON.
fn read_string(chars: &mut std::str::Chars<'_>) -> String {
    let mut string = String::from("\"");
    while let Some(c) = chars.next() {
        string.push(c);
        match c {
            '\\' => string.extend(chars.next()),
            '"' => break,
            _ => {}
        }
    }
    string
}
