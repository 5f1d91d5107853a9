//! What agents do in a message box of Re:lation becomes records of a kintone app.
//!
//! The behaviour is that of Re:lation's own kintone option, "kintoneとチケット同期連携をするには" on
//! faq.relationapp.jp: one way, one record for each activity, from the saving of the setting on.

mod items;

use std::collections::BTreeMap;

use deskbridge_core::integration::{IntegrationSpec, Problem};
use deskbridge_core::mapping::{Draft, Places, Rule};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::settings::{connection, read};
use items::{Field, fields};

pub(crate) const KIND: &str = "relation-kintone";

/// Every activity that Re:lation can be seen to have.
pub(crate) const ACTIVITIES: [&str; 5] = [
    "message_sent",
    "record_memo",
    "call_memo",
    "chat_ended",
    "ticket_closed",
];

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    relation: Value,
    kintone: Value,
    /// Which activities are synced; all of them where nothing is said.
    activities: Option<Vec<String>>,
    #[serde(default)]
    mode: Mode,
    /// Fields of the app, by code or name, with an item or a template for each.
    fields: BTreeMap<String, Value>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
enum Mode {
    /// A record for each activity.
    #[default]
    Add,
    /// A record for each ticket, kept up to date.
    Upsert,
}

pub(crate) fn compile(spec: &IntegrationSpec) -> Result<Draft, Vec<Problem>> {
    let settings: Settings = read(spec)?;
    let mut problems = settings.problems();
    let fields = fields(&settings.fields).unwrap_or_else(|wrong| {
        problems.extend(wrong);
        Vec::new()
    });
    if !problems.is_empty() {
        return Err(problems);
    }
    let rules = settings.activities().into_iter();
    let rules = rules
        .map(|activity| settings.rule(activity, &fields))
        .collect();
    let connections = [
        ("relation", connection("relation", &settings.relation)),
        ("kintone", connection("kintone", &settings.app())),
    ];
    Ok(Draft {
        connections: connections.map(|(name, c)| (name.to_owned(), c)).into(),
        guards: Vec::new(),
        rules,
        places: Places::default(),
        tenants: Vec::new(),
    })
}

impl Settings {
    /// The app's settings, with what is mapped and how it is written: a trial of the token shows it.
    fn app(&self) -> Value {
        let mut app = self.kintone.clone();
        if let Some(app) = app.as_object_mut() {
            app.insert("mapping".into(), json!(self.fields));
            app.insert("upserts".into(), json!(self.mode == Mode::Upsert));
        }
        app
    }

    fn activities(&self) -> Vec<&str> {
        match &self.activities {
            Some(chosen) => chosen.iter().map(String::as_str).collect(),
            None => ACTIVITIES.into(),
        }
    }

    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let known = ACTIVITIES.join(", ");
        let chosen = self.activities();
        if chosen.is_empty() {
            let message = format!("names none; use some of: {known}, or enabled: false");
            problems.push(Problem::new("settings.activities", message));
        }
        for (index, activity) in chosen.iter().enumerate() {
            let place = format!("settings.activities[{index}]");
            if !ACTIVITIES.contains(activity) {
                let message = format!("{activity} is no activity; use some of: {known}");
                problems.push(Problem::new(place, message));
            } else if chosen[..index].contains(activity) {
                problems.push(Problem::new(place, format!("{activity} is there already")));
            }
        }
        if self.mode == Mode::Upsert && self.kintone.get("key_field").is_none() {
            let message =
                "is required with mode: upsert: it tells one ticket's record from another's";
            problems.push(Problem::new("settings.kintone.key_field", message));
        }
        for (name, instead) in [("mapping", "fields"), ("upserts", "mode")] {
            if self.kintone.get(name).is_some() {
                let message = format!("is said in settings.{instead} here");
                problems.push(Problem::new(format!("settings.kintone.{name}"), message));
            }
        }
        if self.fields.is_empty() {
            let message = "maps nothing: name at least one field of the app";
            problems.push(Problem::new("settings.fields", message));
        }
        problems
    }

    fn rule(&self, activity: &str, fields: &[Field<'_>]) -> Rule {
        let keyed = self.kintone.get("key_field").is_some();
        let (operation, key) = match (self.mode, keyed) {
            (Mode::Upsert, _) => ("upsert_record", Some("{{ ticket.key }}")),
            (Mode::Add, true) => ("add_record_once", Some("{{ activity.key }}")),
            (Mode::Add, false) => ("add_record", None),
        };
        // A closing has no message: what the last one left in the record stays there.
        let kept = self.mode == Mode::Upsert && activity == "ticket_closed";
        let written = fields
            .iter()
            .filter(|field| !(kept && field.is_of_message()));
        let written = written.map(|field| (field.name.to_owned(), field.template.clone()));
        let mut with = Map::from_iter([(
            "fields".to_owned(),
            Value::Object(written.collect::<Map<_, _>>()),
        )]);
        with.extend(key.map(|key| ("key".to_owned(), json!(key))));
        Rule {
            id: activity.to_owned(),
            on: format!("relation.{activity}"),
            conditions: Vec::new(),
            operation: format!("kintone.{operation}"),
            with,
            ..Rule::default()
        }
    }
}

#[cfg(test)]
mod tests;
