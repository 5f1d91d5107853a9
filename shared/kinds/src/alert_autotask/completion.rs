//! When an alert's end completes its ticket.

use deskbridge_core::integration::Problem;
use deskbridge_core::mapping::{Condition, Rule};
use serde::Deserialize;
use serde_json::{Map, json};

use super::entry::{Entry, is_one_of, types_with_tickets};
use super::folded;
use crate::settings::Items;

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub(super) struct Completion {
    when_resolved: bool,
    /// After this many hours without a further alert of the series.
    after_quiet_hours: Option<u32>,
    /// Only alerts of these types; left out: all that make tickets.
    types: Option<Items>,
    /// Written unless somebody wrote one; some categories ask for it.
    resolution: String,
    /// The same, after quiet hours.
    quiet_resolution: String,
}

impl Default for Completion {
    fn default() -> Self {
        Self {
            when_resolved: true,
            after_quiet_hours: None,
            types: None,
            resolution: RESOLUTION.into(),
            quiet_resolution: QUIET_RESOLUTION.into(),
        }
    }
}

const RESOLUTION: &str = "\
The alert was reported as resolved at {{ event.received_at }}\
{% if alert.source %} by {{ alert.source }}{% endif %}.";

const QUIET_RESOLUTION: &str = "\
No further alert was received after the one of {{ event.received_at }}\
{% if alert.source %} from {{ alert.source }}{% endif %}.";
/// A ticket that lies there longer is a person's.
const MAX_QUIET_HOURS: u32 = 31 * 24;

impl Completion {
    pub(super) fn problems(&self, tickets: &[Entry]) -> Vec<Problem> {
        let mut problems = self.problems_of_types(tickets);
        let quiet = self.after_quiet_hours;
        if quiet.is_some_and(|hours| !(1..=MAX_QUIET_HOURS).contains(&hours)) {
            let why = format!("must be from 1 to {MAX_QUIET_HOURS} hours; leave it out for never");
            problems.push(Problem::new("settings.completion.after_quiet_hours", why));
        }
        problems
    }

    fn problems_of_types(&self, tickets: &[Entry]) -> Vec<Problem> {
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
    pub(super) fn rules(&self, tickets: &[Entry]) -> impl Iterator<Item = Rule> {
        let when_resolved = self.when_resolved.then(|| Rule {
            conditions: self.condition(tickets).into_iter().collect(),
            ..completes("completion", "alert.resolved", &self.resolution)
        });
        let when_quiet = self.after_quiet_hours.map(|hours| Rule {
            conditions: self.of_raised(tickets).into_iter().collect(),
            after_s: Some(u64::from(hours) * 3_600),
            if_linked: true,
            ..completes(
                "completion.after_quiet_hours",
                "alert.raised",
                &self.quiet_resolution,
            )
        });
        when_resolved.into_iter().chain(when_quiet)
    }

    /// Every alert that makes a ticket or a note begins the quiet hours anew.
    fn of_raised(&self, tickets: &[Entry]) -> Option<Condition> {
        let own = self.types.as_ref();
        let own = own.map(|own| own.0.iter().map(|name| folded(name)).collect());
        Some(is_one_of(&own.or_else(|| types_with_tickets(tickets))?))
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

fn completes(id: &str, on: &str, resolution: &str) -> Rule {
    Rule {
        id: id.into(),
        on: on.into(),
        conditions: Vec::new(),
        operation: "autotask.complete_ticket".into(),
        with: Map::from_iter([("resolution".to_owned(), json!(resolution))]),
        ..Rule::default()
    }
}
