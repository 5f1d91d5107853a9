//! What the domain holds.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::options::{App, Field, Options};
use crate::sandbox::now;

/// One record; values by field code, as they are read.
#[derive(Clone, Debug)]
pub struct Record {
    pub app: u64,
    pub id: u64,
    pub revision: u64,
    pub values: BTreeMap<String, Value>,
    pub created_at: i64,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) options: Options,
    pub(super) records: Vec<Record>,
    /// Where the clock stands still, if it does.
    pub(super) time: Option<i64>,
    next_id: u64,
}

impl Record {
    /// The text of a value; empty where there is none.
    pub fn text(&self, code: &str) -> &str {
        self.values
            .get(code)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }
}

impl State {
    pub(super) fn new(options: Options) -> Self {
        Self {
            next_id: options.first_record_id,
            options,
            records: Vec::new(),
            time: None,
        }
    }

    pub(super) fn app(&self, id: u64) -> Option<&App> {
        self.options.apps.iter().find(|app| app.id == id)
    }

    pub(super) fn field_mut(&mut self, app: u64, code: &str) -> Option<&mut Field> {
        let app = self.options.apps.iter_mut().find(|row| row.id == app)?;
        app.fields.iter_mut().find(|field| field.code == code)
    }

    pub(super) fn add(&mut self, app: u64, values: BTreeMap<String, Value>) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        let created_at = self.time.unwrap_or_else(|| now().as_millisecond());
        self.records.push(Record {
            app,
            id,
            revision: 1,
            values,
            created_at,
        });
        id
    }

    /// Returns the record that has this value already.
    pub(super) fn holder(&self, app: u64, code: &str, value: &Value) -> Option<u64> {
        let mut records = self.records.iter().filter(|record| record.app == app);
        let found = records.find(|record| record.values.get(code) == Some(value));
        found.map(|record| record.id)
    }
}

/// To the minute, as a date-time field shows it.
pub(super) fn to_the_minute(millis: i64) -> String {
    let minutes = millis.div_euclid(60_000) * 60;
    let at = Timestamp::from_second(minutes).unwrap_or(Timestamp::UNIX_EPOCH);
    at.to_string()
}
