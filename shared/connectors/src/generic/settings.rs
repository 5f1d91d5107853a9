//! The connection's settings: read, checked and compiled in one pass.

use deskbridge_core::integration::Problem;
use serde_json::{Map, Value, json};

use crate::fields::{Fields, Reader};

const KNOWN: [&str; 4] = ["fields", "data", "webhook_credential", "delivery_header"];
const FIELDS: [&str; 4] = ["type", "id", "subject", "actor"];
/// The event type where the owner maps none.
const RECEIVED: &str = "received";

pub(super) struct Settings {
    pub(super) fields: Fields,
    /// Those of the four that the owner maps.
    mapped: Vec<String>,
    pub(super) data: Fields,
    /// The names that templates see under `data`.
    pub(super) data_names: Vec<String>,
    /// The header that holds the sender's id of a delivery.
    pub(super) delivery_header: Option<String>,
}

impl Settings {
    /// Returns the settings, or everything that is wrong with them.
    pub(super) fn read(settings: &Value) -> Result<Self, Vec<Problem>> {
        let Some(settings) = settings.as_object() else {
            return Err(vec![Problem::new("settings.generic", "must be a mapping")]);
        };
        let mut problems = Vec::new();
        let mut reader = Reader::new("settings.generic", settings, &mut problems);
        reader.refuse_unknown(&KNOWN);
        reader.text("webhook_credential");
        let delivery_header = reader.text("delivery_header");
        let own = reader.mapping("fields", &FIELDS);
        let data = reader.free_mapping("data");
        let mapped = own.keys().cloned().collect();
        let data_names = data.keys().cloned().collect();
        let mut fields = Map::from_iter([("type".to_owned(), json!(RECEIVED))]);
        fields.extend(own);
        let fields = Fields::compile("settings.generic", "fields", &fields);
        let data = Fields::compile("settings.generic", "data", &data);
        match (fields, data) {
            (Ok(fields), Ok(data)) if problems.is_empty() => Ok(Self {
                fields,
                mapped,
                data,
                data_names,
                delivery_header,
            }),
            (fields, data) => {
                problems.extend(fields.err().unwrap_or_default());
                problems.extend(data.err().unwrap_or_default());
                Err(problems)
            }
        }
    }

    /// Whether the owner says where this field is, so that it must be there.
    pub(super) fn maps(&self, field: &str) -> bool {
        self.mapped.iter().any(|mapped| mapped == field)
    }
}
