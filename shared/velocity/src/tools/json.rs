//! `$successTemplateUtils`: small changes to JSON that is held as text.

use serde_json::value::RawValue;
use serde_json::{Map as Fields, Value as Json};

use super::{not_scalar, scalar_text};
use crate::object::Object;
use crate::value::Value;

/// `firstFromArray(array[, default])` and `moveKeysIntoArrayOfObjects(object, name)`.
///
/// - The first element comes back with the very bytes that it has in the array, a text with its quotes.
///   What is no array, or an empty one, gives the default, and without one nothing.
/// - An object of objects becomes an array of them, each with its key as a field of that name, first.
///   The vendor's article does not give this helper's arguments; these are an assumption.
#[derive(Clone, Copy, Debug)]
pub struct JsonText;

impl Object for JsonText {
    fn call(&self, name: &str, arguments: &[Value]) -> Result<Option<Value>, String> {
        match (name, arguments) {
            ("firstFromArray", [array]) => first(array, &"".into()).map(Some),
            ("firstFromArray", [array, default]) => first(array, default).map(Some),
            ("moveKeysIntoArrayOfObjects", [Value::Text(object), Value::Text(key)]) => {
                keys_moved(object, key).map(Some)
            }
            _ => Ok(None),
        }
    }
}

fn first(array: &Value, default: &Value) -> Result<Value, String> {
    match array {
        Value::List(list) => Ok(list.items().first().unwrap_or(default).clone()),
        Value::Null => Ok(default.clone()),
        other => {
            let text = scalar_text(other).ok_or_else(not_scalar)?;
            let items: Vec<&RawValue> = serde_json::from_str(&text).unwrap_or_default();
            Ok(items
                .first()
                .map_or_else(|| default.clone(), |item| item.get().into()))
        }
    }
}

fn keys_moved(object: &str, key: &str) -> Result<Value, String> {
    let wrong =
        || "moveKeysIntoArrayOfObjects takes the JSON text of an object of objects".to_owned();
    let Ok(Json::Object(entries)) = serde_json::from_str(object) else {
        return Err(wrong());
    };
    let mut moved = Vec::with_capacity(entries.len());
    for (id, value) in entries {
        let Json::Object(inner) = value else {
            return Err(wrong());
        };
        let mut fields = Fields::from_iter([(key.to_owned(), Json::from(id))]);
        fields.extend(inner);
        moved.push(Json::Object(fields));
    }
    Ok(Json::Array(moved).to_string().into())
}
