//! Any connector's event to any connector's action, by rules that the owner writes.
//!
//! The other kinds are presets of this one: what they compile to could be written here by hand.

use std::collections::{BTreeMap, BTreeSet};

use deskbridge_core::integration::{IntegrationSpec, Problem};
use deskbridge_core::mapping::{Condition, Draft, Places, Rule};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::settings::{connection, read};

pub(crate) const KIND: &str = "custom";
const MAX_ID_CHARS: usize = 64;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// By connector: its settings and its credential.
    connections: BTreeMap<String, Value>,
    rules: Vec<Written>,
}

/// A rule as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    /// Names it in records; its place in the list where there is none.
    id: Option<String>,
    on: String,
    #[serde(rename = "if", default)]
    conditions: Conditions,
    #[serde(rename = "do")]
    operation: String,
    #[serde(default)]
    with: Map<String, Value>,
    order: Option<String>,
}

/// One expression, or several that must all hold.
#[derive(Default, Deserialize)]
#[serde(untagged, expecting = "an expression, or a list of expressions")]
enum Conditions {
    #[default]
    None,
    One(String),
    All(Vec<String>),
}

pub(crate) fn compile(spec: &IntegrationSpec) -> Result<Draft, Vec<Problem>> {
    let settings: Settings = read(spec)?;
    let problems = problems(&settings);
    if !problems.is_empty() {
        return Err(problems);
    }
    let connections = settings.connections.iter();
    let rules = settings.rules.into_iter().enumerate();
    Ok(Draft {
        connections: connections
            .map(|(name, own)| (name.clone(), connection(name, own)))
            .collect(),
        guards: Vec::new(),
        rules: rules.map(|(index, rule)| rule.compile(index)).collect(),
        places: Places {
            connections: "connections.",
            parameters: "with.",
        },
    })
}

impl Written {
    /// Returns where the rule stands: an own id stays the same when the list changes.
    fn place(&self, index: usize) -> String {
        match &self.id {
            Some(id) => format!("rules.{id}"),
            None => format!("rules[{index}]"),
        }
    }

    fn compile(self, index: usize) -> Rule {
        let expressions = match self.conditions {
            Conditions::None => Vec::new(),
            Conditions::One(ref only) => vec![only.clone()],
            Conditions::All(ref all) => all.clone(),
        };
        let conditions = expressions.into_iter();
        Rule {
            id: self.place(index),
            conditions: conditions
                .map(|expression| Condition::new(expression.clone(), expression))
                .collect(),
            on: self.on,
            operation: self.operation,
            with: self.with,
            order: self.order,
        }
    }
}

/// What the rules alone show. Operations, parameters and templates are checked where they are compiled.
fn problems(settings: &Settings) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut refuse = |field: String, why: String| {
        problems.push(Problem::new(format!("settings.{field}"), why));
    };
    if settings.rules.is_empty() {
        refuse(
            "rules".into(),
            "is empty: nothing would ever be done".into(),
        );
    }
    let mut ids = BTreeSet::new();
    for (index, rule) in settings.rules.iter().enumerate() {
        let place = format!("rules[{index}]");
        if let Some(id) = &rule.id {
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            if id.is_empty() || id.len() > MAX_ID_CHARS || !id.chars().all(plain) {
                let why =
                    format!("use 1 to {MAX_ID_CHARS} letters, digits, hyphens or underscores");
                refuse(format!("{place}.id"), why);
            } else if !ids.insert(id) {
                refuse(
                    format!("{place}.id"),
                    format!("{id} names another rule already"),
                );
            }
        }
        let known = |text: &str| {
            let connector = text.split('.').next().unwrap_or_default();
            text.contains('.') && settings.connections.contains_key(connector)
        };
        let names: Vec<_> = settings.connections.keys().map(String::as_str).collect();
        let names = names.join(", ");
        for (field, text, example) in [
            ("on", &rule.on, "kayako.conversation_opened"),
            ("do", &rule.operation, "kayako.add_note"),
        ] {
            if !known(text) {
                let why = format!(
                    "begins with none of the connections ({names}) and a full stop, as {example}"
                );
                refuse(format!("{place}.{field}"), why);
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests;
