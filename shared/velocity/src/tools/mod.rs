//! Helper objects for templates: those of Apache's Velocity tools that only compute, and a few that
//! build JSON and addresses.
//!
//! Give them any name; [`insert_all`] gives the usual ones.

mod any_case;
mod encoding;
mod entities;
mod escape;
mod filters;
mod json;
mod math;
mod number_format;
mod url;

pub use any_case::AnyCase;
pub use encoding::Encoding;
pub use escape::Escape;
pub use filters::{PhoneFilter, SearchEscape};
pub use json::JsonText;
pub use math::Math;
pub use url::UrlTool;

use std::sync::Arc;

use crate::context::Context;
use crate::object::Object;
use crate::value::Value;

/// Gives each helper the name that data-action templates know it by.
pub fn insert_all(context: &mut Context) {
    let tools: [(&str, Arc<dyn Object>); 7] = [
        ("esc", Arc::new(Escape)),
        ("math", Arc::new(Math)),
        ("encoding", Arc::new(Encoding)),
        ("successTemplateUtils", Arc::new(JsonText)),
        ("urlTool", Arc::new(UrlTool)),
        ("salesforce", Arc::new(SearchEscape)),
        ("msdynamics", Arc::new(PhoneFilter)),
    ];
    for (name, tool) in tools {
        context.insert(name, Value::Object(tool));
    }
}

/// The text of a scalar, as `String.valueOf` gives it; none for what has no short text.
fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Text(text) => Some(text.to_string()),
        _ => None,
    }
}

/// The only argument as text, if it is one; nothing gives nothing, and lists and maps fail.
fn one_text(arguments: &[Value]) -> Result<Option<String>, String> {
    match arguments {
        [Value::Null] => Ok(None),
        [value] => scalar_text(value).map(Some).ok_or_else(not_scalar),
        _ => Ok(None),
    }
}

fn not_scalar() -> String {
    "the text of a list, a map or an object is not supported here".to_owned()
}
