//! What the organisation holds.

use serde_json::{Map, Value};

use super::options::Options;
use crate::sandbox::uuid;

#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) kind: String,
    pub(super) id: String,
    pub(super) fields: Map<String, Value>,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) options: Options,
    pub(super) records: Vec<Record>,
    pub(super) sessions: Vec<String>,
    pub(super) logins: usize,
}

impl State {
    pub(super) fn new(options: Options) -> Self {
        let mut state = Self {
            records: Vec::new(),
            sessions: Vec::new(),
            logins: 0,
            options,
        };
        for (kind, fields) in state.options.records.clone() {
            state.add(&kind, fields.as_object().cloned().unwrap_or_default());
        }
        state
    }

    /// Ids are 18 characters, and begin with the type's three.
    pub(super) fn add(&mut self, kind: &str, mut fields: Map<String, Value>) -> String {
        let prefix = match kind {
            "Account" => "001",
            "Contact" => "003",
            "Case" => "500",
            _ => "a00",
        };
        let random: String = uuid().chars().filter(|c| *c != '-').take(15).collect();
        let id = format!("{prefix}{random}");
        fields.insert("Id".into(), id.clone().into());
        self.records.push(Record {
            kind: kind.to_owned(),
            id: id.clone(),
            fields,
        });
        id
    }

    pub(super) fn log_in(&mut self) -> String {
        let token = format!("00D!{}", uuid());
        self.sessions.push(token.clone());
        self.logins += 1;
        token
    }
}
