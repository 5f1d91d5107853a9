//! The parameters of a body, JSON or form-urlencoded alike.

use serde_json::{Map, Value};

use super::answer::Failure;
use crate::sandbox::http::{Request, pairs};

#[derive(Debug)]
pub(super) struct Params(Map<String, Value>);

impl Params {
    pub(super) fn of(request: &Request) -> Result<Self, Failure> {
        if request.body.is_empty() {
            return Ok(Self(Map::new()));
        }
        if request
            .header("content-type")
            .unwrap_or_default()
            .contains("json")
        {
            return match serde_json::from_slice(&request.body) {
                Ok(Value::Object(fields)) => Ok(Self(fields)),
                _ => Err(Failure::new(
                    400,
                    "BAD_REQUEST",
                    "The request body is not valid JSON",
                )),
            };
        }
        let fields = pairs(&request.body).into_iter();
        Ok(Self(
            fields
                .map(|(name, value)| (name, Value::String(value)))
                .collect(),
        ))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Failure> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(Failure::invalid(name)),
        }
    }

    pub(super) fn required(&self, name: &str) -> Result<String, Failure> {
        let text = self.text(name)?.filter(|text| !text.trim().is_empty());
        text.ok_or_else(|| Failure::required(name))
    }

    /// A number, also as digits, as every form sends it; empty means none.
    pub(super) fn id(&self, name: &str) -> Result<Option<u64>, Failure> {
        match self.text(name)?.as_deref() {
            None | Some("") => Ok(None),
            Some(digits) => digits.parse().map(Some).map_err(|_| Failure::invalid(name)),
        }
    }

    /// Tags are one comma-separated text, never a list.
    pub(super) fn tags(&self) -> Result<Option<Vec<String>>, Failure> {
        match self.0.get("tags") {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(joined)) => Ok(Some(split_tags(joined))),
            Some(_) => Err(Failure::invalid("tags")),
        }
    }

    /// `field_values`, as an object or as `field_values[key]` of a form.
    pub(super) fn field_values(&self) -> Vec<(String, String)> {
        let text = |value: &Value| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        };
        if let Some(Value::Object(fields)) = self.0.get("field_values") {
            return fields
                .iter()
                .map(|(key, value)| (key.clone(), text(value)))
                .collect();
        }
        let key = |name: &str| {
            let inner = name.strip_prefix("field_values[")?.strip_suffix(']')?;
            Some(inner.to_owned())
        };
        self.0
            .iter()
            .filter_map(|(name, value)| Some((key(name)?, text(value))))
            .collect()
    }
}

pub(super) fn split_tags(joined: &str) -> Vec<String> {
    let tags = joined
        .split(',')
        .map(str::trim)
        .filter(|tag| !tag.is_empty());
    tags.map(str::to_owned).collect()
}
