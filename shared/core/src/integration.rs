//! One configured pairing, as the owner wrote it and the store keeps it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Error, ErrorKind, Timestamp};

pub const MAX_NAME_CHARS: usize = 64;
/// Two keys live at a time, so that a webhook's address can be changed without losing one.
pub const MAX_KEYS: usize = 2;

/// The document of product.md: one YAML file per integration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntegrationSpec {
    pub name: String,
    pub kind: String,
    #[serde(default = "on")]
    pub enabled: bool,
    #[serde(default)]
    pub team: String,
    #[serde(default, skip_serializing_if = "History::is_full")]
    pub history: History,
    pub settings: Value,
}

/// How much the ledger keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum History {
    /// Every event with its body and decision, and every action.
    #[default]
    Full,
    /// Every action, and only those events that came to nothing by a fault or are told apart by their
    /// content: a write less for each of the others, which cannot be replayed.
    Outcomes,
}

impl History {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde hands over a reference"
    )]
    fn is_full(&self) -> bool {
        *self == Self::Full
    }
}

fn on() -> bool {
    true
}

/// An integration with what the store adds to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Integration {
    #[serde(flatten)]
    pub spec: IntegrationSpec,
    /// Rises with every change; a writer names the one it has seen.
    pub version: u64,
    /// Hashes of the live integration keys, newest first.
    pub key_hashes: Vec<String>,
    /// Hashes of the vendors' customers whose webhooks are its own, at addresses that all share.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tenants: Vec<String>,
    /// Where its owner keeps it, if it came from a file: when that is gone, so is this.
    #[serde(default)]
    pub file: Option<String>,
    /// Its owner chose the keys, so they are changed where they were chosen.
    #[serde(default)]
    pub keys_chosen: bool,
    /// Set when deleted; kept so that late events are recorded as suppressed, not lost.
    #[serde(default)]
    pub deleted_at: Option<Timestamp>,
    pub updated_at: Timestamp,
    /// Since when it has been on without a break: what a vendor is asked for happened after this.
    #[serde(default)]
    pub live_since: Timestamp,
}

impl IntegrationSpec {
    /// Returns the credentials that the settings name, wherever they stand.
    pub fn credentials(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        collect_credentials(&self.settings, &mut names);
        names
    }
}

fn collect_credentials(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                match value.as_str() {
                    Some(name) if field == "credential" || field.ends_with("_credential") => {
                        names.insert(name.to_owned());
                    }
                    _ => collect_credentials(value, names),
                }
            }
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| collect_credentials(item, names)),
        _ => {}
    }
}

impl Integration {
    /// Returns `live_since` of what is saved over `stored` at `now`.
    pub fn live_since(stored: Option<&Self>, now: Timestamp) -> Timestamp {
        let live = stored.filter(|stored| stored.off().is_none());
        live.map_or(now, |stored| stored.live_since)
    }

    pub fn name(&self) -> &str {
        &self.spec.name
    }

    /// All that leads to it: its keys, and its tenants.
    pub fn hashes(&self) -> impl Iterator<Item = &String> {
        self.key_hashes.iter().chain(&self.tenants)
    }

    /// Why nothing may be sent for this integration now, if so.
    pub fn off(&self) -> Option<&'static str> {
        match (self.deleted_at, self.spec.enabled) {
            (Some(_), _) => Some("the integration is deleted"),
            (None, false) => Some("the integration is off"),
            (None, true) => None,
        }
    }
}

/// One thing that is wrong with a document: where, what, and so what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// As `settings.send_alert_updates[1].on`.
    pub field: String,
    pub message: String,
}

impl Problem {
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}

/// For settings that a newer build refuses after they were saved.
impl From<Vec<Problem>> for Error {
    fn from(problems: Vec<Problem>) -> Self {
        let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
        Self::new(ErrorKind::Misconfigured, problems.join("; "))
    }
}

/// Checks what every kind has in common.
pub fn check_spec(spec: &IntegrationSpec) -> Vec<Problem> {
    let mut problems = Vec::new();
    let name = &spec.name;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || name.chars().count() > MAX_NAME_CHARS || !name.chars().all(plain) {
        problems.push(Problem::new(
            "name",
            format!("use 1 to {MAX_NAME_CHARS} lower-case letters, digits and hyphens"),
        ));
    }
    if spec.team.chars().count() > MAX_NAME_CHARS || spec.team.chars().any(char::is_control) {
        problems.push(Problem::new(
            "team",
            format!("use at most {MAX_NAME_CHARS} characters, none of them a control character"),
        ));
    }
    if !spec.settings.is_object() {
        problems.push(Problem::new("settings", "must be a mapping of settings"));
    }
    problems
}
