//! What the vendor answers, as far as it is read here.
//!
//! <https://cybozu.dev/ja/kintone/docs/rest-api/apps/form/get-form-fields/>

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// An app's form, by field code. Codes are unique, names are not.
#[derive(Debug, Deserialize)]
pub(super) struct Form {
    pub(super) properties: BTreeMap<String, Property>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Property {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) code: String,
    #[serde(default)]
    pub(super) label: String,
    #[serde(default)]
    pub(super) required: bool,
    #[serde(default)]
    pub(super) unique: bool,
    #[serde(default)]
    pub(super) options: BTreeMap<String, Value>,
    #[serde(default)]
    default_value: Value,
    /// Today or now, where nothing else is given.
    #[serde(default)]
    default_now_value: bool,
    /// A number as text; empty where there is no limit.
    #[serde(default)]
    max_length: Value,
}

impl Property {
    pub(super) fn max_chars(&self) -> Option<usize> {
        let text = self.max_length.as_str();
        text.and_then(|text| text.parse().ok())
    }

    /// Whether kintone fills the field where nothing is sent.
    pub(super) fn has_default(&self) -> bool {
        let empty = match &self.default_value {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            Value::Array(items) => items.is_empty(),
            _ => false,
        };
        !empty || self.default_now_value || self.kind == "RADIO_BUTTON"
    }

    /// As a person reads it: the name, with the code where that is another.
    pub(super) fn shown(&self) -> String {
        let (label, code) = (&self.label, &self.code);
        match label.is_empty() || label == code {
            true => code.clone(),
            false => format!("{label} ({code})"),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct App {
    pub(super) name: String,
}

/// A record that was added.
#[derive(Deserialize)]
pub(super) struct Added {
    pub(super) id: String,
}

#[derive(Deserialize)]
pub(super) struct Upserted {
    pub(super) records: Vec<UpsertedRecord>,
}

#[derive(Deserialize)]
pub(super) struct UpsertedRecord {
    pub(super) id: String,
    #[serde(default)]
    pub(super) operation: String,
}

#[derive(Deserialize)]
pub(super) struct Records {
    pub(super) records: Vec<Value>,
}

/// A refusal. What it means is in `code` alone: the words are in the account's language.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Refusal {
    #[serde(default)]
    pub(super) code: String,
    #[serde(default)]
    pub(super) message: String,
    /// By place, as `record.件名.value` or `records[0].件名.value`.
    #[serde(default)]
    pub(super) errors: BTreeMap<String, Value>,
}
