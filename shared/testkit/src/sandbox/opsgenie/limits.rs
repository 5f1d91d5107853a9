//! What the vendor lets through: required fields, lengths and types of a request body.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::sandbox::http::Request;

pub(super) const MAX_MESSAGE: usize = 130;
pub(super) const MAX_ALIAS: usize = 512;
pub(super) const MAX_DESCRIPTION: usize = 15_000;
pub(super) const MAX_ENTITY: usize = 512;
pub(super) const MAX_NAME: usize = 100;
pub(super) const MAX_NOTE: usize = 25_000;
pub(super) const MAX_TAGS: usize = 20;
pub(super) const MAX_TAG: usize = 50;
pub(super) const MAX_ACTIONS: usize = 10;
pub(super) const MAX_ACTION: usize = 50;
pub(super) const MAX_RESPONDERS: usize = 50;
/// Keys and values together.
pub(super) const MAX_DETAILS: usize = 8_000;

/// Why a request is not accepted, before any dialect words it.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) field: String,
    pub(super) text: String,
}

impl Refusal {
    pub(super) fn new(status: u16, field: &str, text: impl Into<String>) -> Self {
        Self {
            status,
            field: field.to_owned(),
            text: text.into(),
        }
    }

    pub(super) fn unprocessable(field: &str, text: impl Into<String>) -> Self {
        Self::new(422, field, text)
    }

    pub(super) fn not_found() -> Self {
        Self::new(404, "", "Alert does not exist")
    }

    pub(super) fn no_such_path() -> Self {
        Self::new(404, "", "Not found")
    }
}

/// The fields of a JSON body.
#[derive(Debug)]
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    /// An empty body has no fields; only broken JSON is a 400.
    pub(super) fn of(request: &Request) -> Result<Self, Refusal> {
        if request.body.is_empty() {
            return Ok(Self(Map::new()));
        }
        match serde_json::from_slice(&request.body) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            Ok(_) => Err(Refusal::unprocessable(
                "body",
                "Request body must be an object.",
            )),
            Err(_) => Err(Refusal::new(400, "body", "Could not parse request body.")),
        }
    }

    /// The query in the place of a body, as DELETE requests have it.
    pub(super) fn of_query(request: &Request) -> Self {
        let fields = request.query.iter().cloned();
        Self(
            fields
                .map(|(name, value)| (name, Value::String(value)))
                .collect(),
        )
    }

    pub(super) fn only(&self, names: &[&str]) -> Result<(), Refusal> {
        match self.0.keys().find(|key| !names.contains(&key.as_str())) {
            Some(key) => Err(Refusal::unprocessable(
                key,
                format!("{key} is not accepted here."),
            )),
            None => Ok(()),
        }
    }

    pub(super) fn text(&self, name: &str, max_chars: usize) -> Result<Option<String>, Refusal> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => {
                check_length(name, text, max_chars)?;
                Ok(Some(text.clone()))
            }
            Some(_) => Err(Refusal::unprocessable(
                name,
                format!("{name} must be a string."),
            )),
        }
    }

    pub(super) fn required(&self, name: &str, max_chars: usize) -> Result<String, Refusal> {
        let text = self
            .text(name, max_chars)?
            .filter(|text| !text.trim().is_empty());
        text.ok_or_else(|| Refusal::unprocessable(name, format!("{name} can not be empty.")))
    }

    pub(super) fn priority(&self) -> Result<Option<String>, Refusal> {
        let priority = self.text("priority", MAX_NAME)?;
        match priority.as_deref() {
            None | Some("P1" | "P2" | "P3" | "P4" | "P5") => Ok(priority),
            Some(_) => Err(Refusal::unprocessable(
                "priority",
                "Priority should be P1 to P5.",
            )),
        }
    }

    pub(super) fn texts(
        &self,
        name: &str,
        max_items: usize,
        max_chars: usize,
    ) -> Result<Vec<String>, Refusal> {
        let items = self.items(name, max_items)?;
        let text = |item: &Value| match item {
            Value::String(text) => check_length(name, text, max_chars).map(|()| text.clone()),
            _ => Err(Refusal::unprocessable(
                name,
                format!("{name} must be strings."),
            )),
        };
        items.iter().map(text).collect()
    }

    /// A comma-joined list, as the query of a DELETE has it.
    pub(super) fn joined(&self, name: &str) -> Result<Vec<String>, Refusal> {
        let joined = self.required(name, MAX_DETAILS)?;
        Ok(joined
            .split(',')
            .map(|part| part.trim().to_owned())
            .collect())
    }

    pub(super) fn responders(&self, name: &str) -> Result<Vec<Value>, Refusal> {
        let items = self.items(name, MAX_RESPONDERS)?;
        items.iter().map(|item| responder(name, item)).collect()
    }

    pub(super) fn responder(&self, name: &str) -> Result<Value, Refusal> {
        responder(name, self.0.get(name).unwrap_or(&Value::Null))
    }

    /// A reference `{id}` or by one of the given names.
    pub(super) fn reference(&self, name: &str, keys: &[&str]) -> Result<String, Refusal> {
        let reference = self.0.get(name).and_then(Value::as_object);
        let found = reference.and_then(|fields| keys.iter().find_map(|key| fields.get(*key)));
        let text = found
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty());
        text.map(str::to_owned).ok_or_else(|| {
            Refusal::unprocessable(name, format!("{name} needs {}.", keys.join(" or ")))
        })
    }

    pub(super) fn details(&self, name: &str) -> Result<BTreeMap<String, String>, Refusal> {
        let entries = match self.0.get(name) {
            None | Some(Value::Null) => return Ok(BTreeMap::new()),
            Some(Value::Object(entries)) => entries,
            Some(_) => {
                return Err(Refusal::unprocessable(
                    name,
                    format!("{name} must be a map."),
                ));
            }
        };
        let mut details = BTreeMap::new();
        let mut size = 0;
        for (key, value) in entries {
            let Value::String(text) = value else {
                let text = format!("{name}.{key} must be a string.");
                return Err(Refusal::unprocessable(name, text));
            };
            size += key.chars().count() + text.chars().count();
            details.insert(key.clone(), text.clone());
        }
        if size > MAX_DETAILS {
            let text = format!("{name} can not be longer than {MAX_DETAILS} characters.");
            return Err(Refusal::unprocessable(name, text));
        }
        Ok(details)
    }

    fn items(&self, name: &str, max_items: usize) -> Result<&[Value], Refusal> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(&[]),
            Some(Value::Array(items)) if items.len() <= max_items => Ok(items),
            Some(Value::Array(_)) => {
                let text = format!("{name} can not have more than {max_items} items.");
                Err(Refusal::unprocessable(name, text))
            }
            Some(_) => Err(Refusal::unprocessable(
                name,
                format!("{name} must be a list."),
            )),
        }
    }
}

fn check_length(name: &str, text: &str, max_chars: usize) -> Result<(), Refusal> {
    if text.chars().count() <= max_chars {
        return Ok(());
    }
    let text = format!("{name} should not exceed {max_chars} characters.");
    Err(Refusal::unprocessable(name, text))
}

fn responder(field: &str, item: &Value) -> Result<Value, Refusal> {
    let kind = item["type"].as_str().unwrap_or_default();
    let known = matches!(kind, "user" | "team" | "escalation" | "schedule");
    let named = ["id", "name", "username"]
        .iter()
        .any(|key| item[*key].is_string());
    if known && named {
        return Ok(item.clone());
    }
    Err(Refusal::unprocessable(
        field,
        format!("{field} need a type and an id or a name."),
    ))
}
