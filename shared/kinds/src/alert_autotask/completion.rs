//! When an alert's end completes its ticket.

use deskbridge_core::integration::Problem;
use deskbridge_core::mapping::{Condition, Rule};
use serde::Deserialize;
use serde_json::{Map, json};

use super::entry::{Entry, is_one_of, types_with_tickets};
use super::folded;
use crate::settings::Items;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Completion {
    when_resolved: bool,
    /// Only alerts of these types; left out: all that make tickets.
    types: Option<Items>,
    /// Written unless somebody wrote one; some categories ask for it.
    resolution: String,
}

impl Default for Completion {
    fn default() -> Self {
        Self {
            when_resolved: true,
            types: None,
            resolution: RESOLUTION.into(),
        }
    }
}

const RESOLUTION: &str = "\
The alert was reported as resolved at {{ event.received_at }}\
{% if alert.source %} by {{ alert.source }}{% endif %}.";

impl Completion {
    pub(super) fn problems(&self, tickets: &[Entry]) -> Vec<Problem> {
        let field = "settings.completion.types";
        let Some(types) = &self.types else {
            return Vec::new();
        };
        if types.0.is_empty() {
            let why = "is empty; leave it out, or say when_resolved: false";
            return vec![Problem::new(field, why)];
        }
        let Some(known) = types_with_tickets(tickets) else {
            return Vec::new();
        };
        let stray = types.0.iter().filter(|name| !known.contains(&folded(name)));
        stray
            .map(|name| Problem::new(field, format!("has {name}, which makes no tickets")))
            .collect()
    }

    /// There is no condition on a link: while its ticket is being made, an alert has none yet.
    pub(super) fn rule(&self, tickets: &[Entry]) -> Option<Rule> {
        let conditions = self.condition(tickets).into_iter().collect();
        let with = Map::from_iter([("resolution".to_owned(), json!(self.resolution))]);
        self.when_resolved.then(|| Rule {
            id: "completion".into(),
            on: "alert.resolved".into(),
            conditions,
            operation: "autotask.complete_ticket".into(),
            with,
            ..Rule::default()
        })
    }

    /// A sender may leave out everything but what tells the alert, so an end without a type is taken
    /// unless the owner chose types.
    fn condition(&self, tickets: &[Entry]) -> Option<Condition> {
        if let Some(own) = &self.types {
            let own: Vec<_> = own.0.iter().map(|name| folded(name)).collect();
            return Some(is_one_of(&own));
        }
        let made = is_one_of(&types_with_tickets(tickets)?);
        Some(Condition::new(
            format!("not alert.type or {}", made.expression),
            format!("{}, or not said", made.says),
        ))
    }
}
