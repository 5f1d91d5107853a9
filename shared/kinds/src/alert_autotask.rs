//! Alerts of other products become Autotask tickets.
//!
//! The behaviour is that of Autotask's own feature, "Integriertes Service-Ticketing" on autotask.net:
//! its seven steps of set-up are the sections of the settings, and its rule for repeated alerts is
//! the operation `open_ticket`'s.

mod companies;
mod completion;
mod entry;
mod repeat;
mod texts;

use std::collections::BTreeMap;

use deskbridge_core::integration::{IntegrationSpec, Problem};
use deskbridge_core::mapping::{Draft, Places, Rule};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::settings::{Literal, connection, read};

pub(crate) const KIND: &str = "alert-autotask";

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// The source: how its posts are read.
    #[serde(default = "nothing")]
    alert: Value,
    /// Step 1, the credential, and the creator that tickets show.
    autotask: Value,
    /// Step 2.
    #[serde(default)]
    companies: companies::Companies,
    /// Steps 3 and 4: which types of alerts make tickets, and with which category.
    tickets: Vec<entry::Entry>,
    /// Step 5: severities to priorities, compared without case.
    #[serde(default)]
    priorities: BTreeMap<String, Choice>,
    /// For a severity that is not in the map, or none.
    default_priority: Option<Choice>,
    /// Step 6.
    #[serde(default)]
    completion: completion::Completion,
    #[serde(default)]
    ticket: texts::Texts,
    #[serde(default)]
    repeat: repeat::Repeat,
}

fn nothing() -> Value {
    json!({})
}

/// A thing at Autotask, by its name or its number.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, serde::Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged, expecting = "must be a name or a number")]
enum Choice {
    Number(i64),
    Name(String),
}

impl Choice {
    fn is_empty(&self) -> bool {
        matches!(self, Self::Name(name) if name.trim().is_empty())
    }
}

pub(crate) fn compile(spec: &IntegrationSpec) -> Result<Draft, Vec<Problem>> {
    let settings: Settings = read(spec)?;
    let problems = settings.problems();
    if !problems.is_empty() {
        return Err(problems);
    }
    let connections = [
        ("alert", connection("alert", &settings.source())),
        ("autotask", connection("autotask", &settings.autotask)),
    ];
    Ok(Draft {
        connections: connections.map(|(name, c)| (name.to_owned(), c)).into(),
        guards: Vec::new(),
        rules: settings.rules(),
        places: Places::default(),
        tenants: Vec::new(),
    })
}

impl Settings {
    fn problems(&self) -> Vec<Problem> {
        let mut problems = self.companies.problems();
        problems.extend(entry::problems(&self.tickets));
        problems.extend(folded_twice("settings.priorities", self.priorities.keys()));
        let priorities = self.priorities.iter();
        for (severity, _) in priorities.filter(|(_, priority)| priority.is_empty()) {
            let field = format!("settings.priorities.{severity}");
            problems.push(Problem::new(field, "must not be empty"));
        }
        problems.extend(self.completion.problems(&self.tickets));
        problems.extend(self.repeat.problems(&self.alert));
        problems
    }

    /// The source's settings, with what counts as the same alert.
    fn source(&self) -> Value {
        let mut source = self.alert.clone();
        if let (Some(source), Some(series)) = (source.as_object_mut(), self.repeat.series()) {
            source.insert("series".into(), series);
        }
        source
    }

    fn rules(&self) -> Vec<Rule> {
        let common = self.common();
        let tickets = self.tickets.iter().enumerate();
        let mut rules: Vec<_> = tickets
            .map(|(index, entry)| Rule {
                id: format!("tickets[{index}]"),
                on: "alert.raised".into(),
                conditions: entry.condition(&self.tickets).into_iter().collect(),
                operation: "autotask.open_ticket".into(),
                with: entry.with(&common, self.priority()),
                ..Rule::default()
            })
            .collect();
        rules.extend(self.completion.rules(&self.tickets));
        rules
    }

    /// What all tickets have, whatever the alert's type.
    fn common(&self) -> Map<String, Value> {
        let mut common = self.ticket.with();
        common.extend(self.companies.with());
        common.insert("repeat_window_s".into(), json!(self.repeat.window_s()));
        common
    }

    /// The priority by severity; empty where neither says one, and the category's is taken.
    fn priority(&self) -> Value {
        let none = Choice::Name(String::new());
        let fallback = self.default_priority.as_ref().unwrap_or(&none);
        json!(looked_up(
            &self.priorities,
            "alert.severity",
            &Literal(fallback).to_string()
        ))
    }
}

/// An expression that finds a text in a map, whose keys are compared without case.
fn looked_up(map: &BTreeMap<String, Choice>, text: &str, otherwise: &str) -> String {
    let map: BTreeMap<_, _> = map
        .iter()
        .map(|(key, value)| (folded(key), value))
        .collect();
    let map = Literal(&map);
    format!("{{{{ ({map})[{text} | trim | lower] | default({otherwise}) }}}}")
}

fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

/// Names that differ in case only would be one to us.
fn folded_twice<'a>(place: &str, names: impl Iterator<Item = &'a String>) -> Vec<Problem> {
    let mut seen = std::collections::BTreeSet::new();
    let twice = names.filter(|name| !seen.insert(folded(name)));
    twice
        .map(|name| {
            let why = "stands here twice: case and spaces around it do not count";
            Problem::new(format!("{place}.{name}"), why)
        })
        .collect()
}

#[cfg(test)]
mod tests;
