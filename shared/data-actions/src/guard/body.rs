//! Bodies: JSON, forms, and whatever else.

use serde_json::{Map, Value};

use super::{Render, changed, json, refused};
use crate::error::Result;

/// Characters that mean something in JSON, in a form, or in XML.
const SPECIAL: &str = "\"\\{}[],:&=%+;<>'";

/// Whether a value could change the structure of anything.
pub(super) fn is_special(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.chars().any(special))
}

fn special(c: char) -> bool {
    c.is_control() || SPECIAL.contains(c)
}

/// Compares a body with the ones that calm inputs give.
pub(super) fn same_structure(
    text: &str,
    render: Render<'_>,
    input: &Map<String, Value>,
    form: bool,
) -> Result<()> {
    let calm_text = render(&changed(input, calm))?;
    if form {
        return equal(
            &form_keys(text),
            &form_keys(&calm_text),
            "add or change a field of the form",
        );
    }
    // An input that is JSON in itself may stand without quotes, as lists do that callers pass as text:
    // then the body is only JSON if such inputs keep their structure.
    let json_text = || render(&changed(input, calm_json)).ok();
    let skeleton = json::skeleton(&calm_text).or_else(|| json::skeleton(&json_text()?));
    match skeleton {
        Some(skeleton) => equal(
            &json::skeleton(text),
            &Some(skeleton),
            "change the structure of the JSON body",
        ),
        None => equal(
            &marks(text),
            &marks(&calm_text),
            "bring quotes or tags into the body",
        ),
    }
}

fn equal<T: PartialEq>(real: &T, calm: &T, what: &str) -> Result<()> {
    if real == calm {
        return Ok(());
    }
    Err(refused(&format!("an input would {what}")))
}

fn calm(text: &str) -> String {
    text.chars()
        .map(|c| if special(c) { 'x' } else { c })
        .collect()
}

/// What is a whole JSON value keeps its structure, and its texts are calm.
fn calm_json(text: &str) -> String {
    match serde_json::from_str::<Value>(text) {
        Ok(mut value) => {
            calm_texts(&mut value);
            value.to_string()
        }
        Err(_) => calm(text),
    }
}

fn calm_texts(value: &mut Value) {
    match value {
        Value::String(text) => *text = calm(text),
        Value::Array(items) => items.iter_mut().for_each(calm_texts),
        Value::Object(fields) => fields.values_mut().for_each(calm_texts),
        _ => {}
    }
}

fn form_keys(text: &str) -> Vec<String> {
    let pairs = url::form_urlencoded::parse(text.as_bytes());
    pairs.map(|(key, _)| key.into_owned()).collect()
}

/// The signs that delimit something in most formats, in their order.
fn marks(text: &str) -> String {
    text.chars().filter(|c| "\"<>".contains(*c)).collect()
}
