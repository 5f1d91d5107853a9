//! A map whose names may be written in any case.

use serde_json::Map as Fields;

use crate::object::Object;
use crate::value::{Map, Value};

/// Values by name; a name that is spelled exactly goes before one that differs in case.
#[derive(Clone, Debug)]
pub struct AnyCase {
    fields: Map,
}

impl From<Fields<String, serde_json::Value>> for AnyCase {
    fn from(fields: Fields<String, serde_json::Value>) -> Self {
        Self {
            fields: fields.into(),
        }
    }
}

impl Object for AnyCase {
    fn property(&self, name: &str) -> Option<Value> {
        let same = |key: &Value| {
            key.as_text()
                .is_some_and(|key| key.eq_ignore_ascii_case(name))
        };
        let any_case = || {
            self.fields
                .entries()
                .iter()
                .find(|(key, _)| same(key))
                .map(|(_, value)| value)
        };
        self.fields.get(name).or_else(any_case).cloned()
    }

    fn call(&self, name: &str, arguments: &[Value]) -> Result<Option<Value>, String> {
        Ok(match (name, arguments) {
            ("get", [Value::Text(key)]) => self.property(key),
            ("containsKey", [Value::Text(key)]) => Some(self.property(key).is_some().into()),
            ("size", []) => i32::try_from(self.fields.entries().len())
                .ok()
                .map(Value::from),
            ("isEmpty", []) => Some(self.fields.entries().is_empty().into()),
            _ => None,
        })
    }
}
