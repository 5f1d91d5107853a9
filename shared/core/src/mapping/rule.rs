//! Rules as kinds write them and as `show --rules` prints them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::connector::Connection;

/// `on` an event type, `if` all conditions hold, `do` an operation `with` these values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    pub places: Places,
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
