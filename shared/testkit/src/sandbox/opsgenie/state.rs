//! What an Opsgenie account holds.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use jiff::Timestamp;
use serde_json::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertStatus {
    Open,
    Closed,
}

impl AlertStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Note {
    pub id: String,
    pub note: String,
    pub owner: String,
    pub created_at: Timestamp,
}

#[derive(Clone, Debug)]
pub struct LogEntry {
    pub log: String,
    pub owner: String,
    pub created_at: Timestamp,
}

#[derive(Clone, Debug)]
pub struct Alert {
    pub id: String,
    pub tiny_id: u64,
    pub alias: String,
    pub message: String,
    pub description: String,
    pub status: AlertStatus,
    pub acknowledged: bool,
    pub acknowledged_by: Option<String>,
    pub closed_by: Option<String>,
    pub snoozed_until: Option<Timestamp>,
    pub owner: String,
    pub priority: String,
    pub source: String,
    pub entity: String,
    pub user: String,
    pub tags: Vec<String>,
    pub details: BTreeMap<String, String>,
    pub actions: Vec<String>,
    pub responders: Vec<Value>,
    pub notes: Vec<Note>,
    pub log: Vec<LogEntry>,
    /// How often it was created while open; stops at 100, as the vendor's counter does.
    pub count: u32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub last_occurred_at: Timestamp,
}

/// How a request names its alert.
#[derive(Clone, Debug)]
pub(super) enum Target {
    Id(String),
    Alias(String),
    Tiny(String),
}

/// The outcome of a processed request.
#[derive(Clone, Debug)]
pub(super) struct Processed {
    pub(super) action: String,
    pub(super) success: bool,
    pub(super) status: String,
    pub(super) alert_id: String,
    pub(super) alias: String,
    pub(super) at: Timestamp,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) alerts: Vec<Alert>,
    /// `None` until processed.
    pub(super) requests: HashMap<String, Option<Processed>>,
    pub(super) created: HashMap<String, usize>,
    pub(super) failing: HashMap<String, String>,
    pub(super) echoed_headers: BTreeMap<String, String>,
    pub(super) last_tiny_id: u64,
    pub(super) last_update: Timestamp,
}

impl State {
    /// Reads: by alias the open alert, else the newest closed one.
    pub(super) fn find(&self, target: &Target) -> Option<&Alert> {
        match target {
            Target::Alias(alias) => self.by_alias(alias),
            Target::Id(_) | Target::Tiny(_) => {
                self.index(target).and_then(|at| self.alerts.get(at))
            }
        }
    }

    pub(super) fn by_alias(&self, alias: &str) -> Option<&Alert> {
        let mut named = self
            .alerts
            .iter()
            .rev()
            .filter(|alert| alert.alias == alias);
        let newest = named.clone().next();
        named
            .find(|alert| alert.status == AlertStatus::Open)
            .or(newest)
    }

    /// Writes: by alias the open alert only.
    pub(super) fn index(&self, target: &Target) -> Option<usize> {
        self.alerts.iter().position(|alert| match target {
            Target::Id(id) => alert.id == *id,
            Target::Tiny(tiny) => alert.tiny_id.to_string() == *tiny,
            Target::Alias(alias) => alert.alias == *alias && alert.status == AlertStatus::Open,
        })
    }

    /// A time later than any before: `updatedAt` tells two actions on one alert apart.
    pub(super) fn tick(&mut self) -> Timestamp {
        let now = super::super::now();
        let next = self.last_update + jiff::SignedDuration::from_nanos(1);
        self.last_update = now.max(next);
        self.last_update
    }
}

/// The vendor's id of a person, team or escalation that callers know by name.
pub(super) fn id_of(name: &str) -> String {
    let half = |seed: u8| {
        let mut hasher = DefaultHasher::new();
        (seed, name).hash(&mut hasher);
        hasher.finish()
    };
    let (high, low) = (half(1), half(2));
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    )
}
