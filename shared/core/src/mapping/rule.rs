//! Rules as kinds write them and as `show --rules` prints them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::connector::Connection;

/// `on` an event type, `if` all conditions hold, `do` an operation `with` these values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Its place in the settings: `send_alert_updates[0]`.
    pub id: String,
    /// As `opsgenie.acknowledged`.
    pub on: String,
    #[serde(rename = "if", default)]
    pub conditions: Vec<Condition>,
    /// As `kayako.add_note`.
    #[serde(rename = "do")]
    pub operation: String,
    /// Parameters; every text in them is a template.
    #[serde(default)]
    pub with: Map<String, Value>,
    /// Template of the order key, where the default (one order per event subject) does not fit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// Seconds that the action waits, counted from the event's receipt. If the rule applies to the same
    /// subject again meanwhile, the wait begins anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_s: Option<u64>,
    /// Template of the entity that the action is about, where it is not the event's subject:
    /// `zoho-desk:agent:{{ ticket.assignee }}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Do nothing where the entity that the action is about has no counterpart to act on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub if_linked: bool,
    /// Template of the credential's name, where it is not the connection's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
    /// What came of the action becomes an event, with this rendered as its `carried`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Value>,
}

/// A MiniJinja expression, and what it means in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    pub expression: String,
    /// The condition as a person would say it: `the alert was caused by Kayako`.
    pub says: String,
}

impl Condition {
    pub fn new(expression: impl Into<String>, says: impl Into<String>) -> Self {
        Self {
            expression: expression.into(),
            says: says.into(),
        }
    }
}

/// Holds an event back before any rule is asked, as an echo of our own write for example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guard {
    pub on: String,
    #[serde(rename = "if")]
    pub condition: Condition,
}

/// What a kind's settings compile to; nothing else is evaluated.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// By connector name.
    pub connections: BTreeMap<String, Connection>,
    pub guards: Vec<Guard>,
    pub rules: Vec<Rule>,
    pub tenants: Vec<Tenant>,
    pub places: Places,
}

/// A vendor's customer whose webhooks, at the address that all share, are this integration's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    pub connector: String,
    pub id: String,
    /// The setting that names it.
    pub field: String,
}

impl Tenant {
    /// Returns what a tenant is stored as, apart from every integration key.
    pub fn hash(connector: &str, id: &str) -> String {
        crate::dedup::digest(&["tenant", connector, id])
    }
}

/// Where the owner wrote what a draft is made of, so that a problem names the right field. The
/// default: connections at the top of the settings, parameters in the rule itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Places {
    /// Before a connection's name, as `connections.`.
    pub connections: &'static str,
    /// Before a parameter's name, as `with.`.
    pub parameters: &'static str,
}
