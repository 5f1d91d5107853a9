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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// By connector: its settings and its credential.
    connections: BTreeMap<String, Value>,
    rules: Vec<Written>,
}

/// A rule as it is written.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// Seconds to wait before it is done.
    after_s: Option<u64>,
}

/// One expression, or several that must all hold.
#[derive(Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
        tenants: Vec::new(),
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
            after_s: self.after_s,
            ..Rule::default()
        }
    }
}

/// What the rules alone show. Operations, parameters and templates are checked where they are compiled.
fn problems(settings: &Settings) -> Vec<Problem> {
    if settings.rules.is_empty() {
        let why = "is empty: nothing would ever be done";
        return vec![Problem::new("settings.rules", why)];
    }
    let mut ids = BTreeSet::new();
    let rules = settings.rules.iter().enumerate();
    let problems = rules.flat_map(|(index, rule)| {
        let id = rule.id.as_deref();
        let id = id.and_then(|id| id_problem(id, ids.insert(id.to_owned())));
        let found = [
            ("id", id),
            ("on", connection_problem(settings, &rule.on)),
            ("do", connection_problem(settings, &rule.operation)),
        ];
        let named = found.into_iter().filter_map(|(key, why)| Some((key, why?)));
        let named =
            named.map(|(key, why)| Problem::new(format!("settings.rules[{index}].{key}"), why));
        named.collect::<Vec<_>>()
    });
    problems.collect()
}

fn id_problem(id: &str, new: bool) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if id.is_empty() || id.len() > MAX_ID_CHARS || !id.chars().all(plain) {
        let why = format!("use 1 to {MAX_ID_CHARS} letters, digits, hyphens or underscores");
        return Some(why);
    }
    (!new).then(|| format!("{id} names another rule already"))
}

/// An event and an action are named as `kayako.add_note`, after a connection.
fn connection_problem(settings: &Settings, named: &str) -> Option<String> {
    let connections = &settings.connections;
    let known = named.split_once('.');
    if known.is_some_and(|(connector, _)| connections.contains_key(connector)) {
        return None;
    }
    let names: Vec<_> = connections.keys().map(String::as_str).collect();
    Some(format!(
        "begins with none of the connections and a full stop; there are: {}",
        names.join(", ")
    ))
}

#[cfg(test)]
mod tests;
