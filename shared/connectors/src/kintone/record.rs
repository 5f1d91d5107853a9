//! Makes a record of what the templates rendered, as the app's form wants it. Pure.

mod value;

use std::collections::BTreeMap;

use deskbridge_core::dedup::digest;
use deskbridge_core::{Error, ErrorKind, Result};
use serde_json::{Map, Value, json};

use super::settings::Settings;
use super::types::{Form, Property};
use value::{Formatted, format};

/// The longest value of a field that takes none twice.
const MAX_KEY_CHARS: usize = 64;

/// A record that is ready to be sent.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) fields: Map<String, Value>,
    /// What did not fit into its field, for people.
    pub(super) left_out: Vec<String>,
}

/// Why the form does not take the mapping.
#[derive(Debug)]
pub(super) enum Unfit {
    /// The form may have changed since it was read.
    NoSuchField(String),
    Wrong(String),
}

impl Unfit {
    pub(super) fn into_error(self) -> Error {
        let (Self::NoSuchField(why) | Self::Wrong(why)) = self;
        Error::new(ErrorKind::Misconfigured, why)
    }
}

/// Builds the record. `fields` are named by code or by the name on the form.
pub(super) fn build(
    form: &Form,
    settings: &Settings,
    fields: &Map<String, Value>,
    key: Option<&str>,
) -> Result<Record, Unfit> {
    let mut record = Record {
        fields: Map::new(),
        left_out: Vec::new(),
    };
    for (name, value) in fields {
        let property = find(form, name)?;
        match format(property, value, settings).map_err(Unfit::Wrong)? {
            Formatted::Value { value, left_out } => {
                let fields = left_out
                    .iter()
                    .map(|what| format!("{}: {what}", property.shown()));
                record.left_out.extend(fields);
                record
                    .fields
                    .insert(property.code.clone(), json!({ "value": value }));
            }
            Formatted::Nothing { left_out } => {
                let fields = left_out
                    .iter()
                    .map(|what| format!("{}: {what}", property.shown()));
                record.left_out.extend(fields);
            }
        }
    }
    if let Some(key) = key {
        let property = key_field(form, settings)?;
        let value = json!({ "value": key_value(key) });
        record.fields.insert(property.code.clone(), value);
    }
    check_required(form, &record)?;
    Ok(record)
}

/// Returns the field that takes no value twice.
pub(super) fn key_field<'a>(form: &'a Form, settings: &Settings) -> Result<&'a Property, Unfit> {
    let name = settings.key_field.as_deref().unwrap_or_default();
    let property = find(form, name)?;
    if property.kind != "SINGLE_LINE_TEXT" || !property.unique {
        let shown = property.shown();
        return Err(Unfit::Wrong(format!(
            "settings.kintone.key_field: {shown} must be a single-line text that prohibits duplicate \
             values (値の重複を禁止する)"
        )));
    }
    Ok(property)
}

/// Cut, two keys could be one.
pub(super) fn key_value(key: &str) -> String {
    match key.chars().count() <= MAX_KEY_CHARS {
        true => key.to_owned(),
        false => digest(&[key]),
    }
}

/// By code first: codes are unique. A name that two fields have leads nowhere.
pub(super) fn find<'a>(form: &'a Form, name: &str) -> Result<&'a Property, Unfit> {
    if let Some(property) = form.properties.get(name) {
        return Ok(property);
    }
    let named: Vec<_> = form
        .properties
        .values()
        .filter(|p| p.label == name)
        .collect();
    match named.as_slice() {
        [one] => Ok(one),
        [] => Err(Unfit::NoSuchField(format!(
            "the app has no field {name}: it was renamed or deleted, and kintone would drop its value \
             without a word; change the mapping"
        ))),
        many => {
            let codes: Vec<_> = many.iter().map(|p| p.code.as_str()).collect();
            let codes = codes.join(", ");
            Err(Unfit::Wrong(format!(
                "several fields are called {name}: map one by its code, which are {codes}"
            )))
        }
    }
}

fn check_required(form: &Form, record: &Record) -> Result<(), Unfit> {
    let empty = |property: &&Property| {
        let value = record
            .fields
            .get(&property.code)
            .map(|field| &field["value"]);
        match value {
            None => !property.has_default(),
            Some(Value::String(text)) => text.is_empty(),
            Some(Value::Array(items)) => items.is_empty(),
            Some(_) => false,
        }
    };
    let required = form
        .properties
        .values()
        .filter(|property| property.required);
    let missing: Vec<_> = required.filter(empty).map(Property::shown).collect();
    match missing.is_empty() {
        true => Ok(()),
        false => {
            let missing = missing.join(", ");
            Err(Unfit::Wrong(format!(
                "the app requires {missing}, and nothing is mapped to it"
            )))
        }
    }
}

/// Returns the conditions that a record made of these fields fulfils, as a query has them; only of types
/// that can be compared.
pub(super) fn conditions(form: &Form, record: &Record) -> Vec<String> {
    let kinds: BTreeMap<_, _> = form
        .properties
        .iter()
        .map(|(c, p)| (c, p.kind.as_str()))
        .collect();
    let conditions = record.fields.iter().filter_map(|(code, field)| {
        let text = field["value"].as_str().filter(|text| !text.is_empty())?;
        let text = text.replace('\\', "\\\\").replace('"', "\\\"");
        match *kinds.get(code)? {
            "SINGLE_LINE_TEXT" | "LINK" | "NUMBER" | "DATE" | "TIME" => {
                Some(format!("{code} = \"{text}\""))
            }
            // Kept to the minute.
            "DATETIME" => Some(format!("{code} = \"{}:00Z\"", text.get(..16)?)),
            "DROP_DOWN" | "RADIO_BUTTON" => Some(format!("{code} in (\"{text}\")")),
            _ => None,
        }
    });
    conditions.collect()
}
