//! One line of `tickets`: which types of alerts make a ticket, and what it looks like.

use std::collections::BTreeSet;

use deskbridge_core::integration::Problem;
use deskbridge_core::mapping::Condition;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Choice, folded};
use crate::settings::{Items, Literal};

/// Every field but `type` wins over what the category gives.
#[derive(Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub(super) struct Entry {
    /// Compared without case; left out: every type that no other line has, and alerts without one.
    #[serde(rename = "type")]
    types: Option<Items>,
    category: Option<Choice>,
    /// Wins over the severity's.
    priority: Option<Choice>,
    queue: Option<Choice>,
    status: Option<Choice>,
    source: Option<Choice>,
    issue_type: Option<Choice>,
    sub_issue_type: Option<Choice>,
    ticket_type: Option<Choice>,
    resource_id: Option<u64>,
    role_id: Option<u64>,
    /// Counted from the alert's receipt.
    due_in_minutes: Option<u32>,
}

pub(super) fn problems(entries: &[Entry]) -> Vec<Problem> {
    let mut problems = Vec::new();
    if entries.is_empty() {
        let why = "is empty, so no alert would make a ticket: give a line without a type for all";
        problems.push(Problem::new("settings.tickets", why));
    }
    let (mut seen, mut has_rest) = (BTreeSet::new(), false);
    for (index, entry) in entries.iter().enumerate() {
        let place = format!("settings.tickets[{index}]");
        let mut refuse = |field: &str, why: String| {
            problems.push(Problem::new(format!("{place}.{field}"), why));
        };
        match entry.types() {
            None if has_rest => refuse("type", "is missing, as it is in a line above".into()),
            None => has_rest = true,
            Some(types) if types.is_empty() => {
                refuse("type", "is empty; leave it out for all other types".into());
            }
            Some(types) => {
                for name in types.into_iter().filter(|name| !seen.insert(name.clone())) {
                    refuse("type", format!("has {name}, which stands here before"));
                }
            }
        }
        if let Some((field, other)) = entry.halves() {
            refuse(field, format!("is required with {other}"));
        }
        for (field, _) in entry.choices().filter(|(_, choice)| choice.is_empty()) {
            refuse(field, "must not be empty; leave it out".into());
        }
    }
    problems
}

/// Every type that makes tickets; nothing if all of them do.
pub(super) fn types_with_tickets(entries: &[Entry]) -> Option<Vec<String>> {
    let types: Option<Vec<_>> = entries.iter().map(Entry::types).collect();
    types.map(|types| types.concat())
}

/// That an alert is of one of these types, in an expression and in words.
pub(super) fn is_one_of(types: &[String]) -> Condition {
    Condition::new(
        format!("(alert.type | trim | lower) in {}", Literal(types)),
        format!("the alert's type is one of {}", types.join(", ")),
    )
}

impl Entry {
    fn types(&self) -> Option<Vec<String>> {
        let types = self.types.as_ref()?;
        Some(types.0.iter().map(|name| folded(name)).collect())
    }

    /// Each alert meets one line at most: the one without a type takes what the others leave.
    pub(super) fn condition(&self, all: &[Self]) -> Option<Condition> {
        if let Some(types) = self.types() {
            return Some(is_one_of(&types));
        }
        let others: Vec<_> = all.iter().filter_map(Self::types).flatten().collect();
        let expression = format!("(alert.type | trim | lower) not in {}", Literal(&others));
        let says = format!("the alert's type is none of {}", others.join(", "));
        (!others.is_empty()).then(|| Condition::new(expression, says))
    }

    pub(super) fn with(
        &self,
        common: &Map<String, Value>,
        by_severity: Value,
    ) -> Map<String, Value> {
        let mut with = common.clone();
        with.insert("priority".into(), by_severity);
        let choices = self.choices();
        with.extend(choices.map(|(field, choice)| (field.to_owned(), json!(choice))));
        let numbers = [
            ("resource_id", self.resource_id),
            ("role_id", self.role_id),
            ("due_in_minutes", self.due_in_minutes.map(u64::from)),
        ];
        for (field, number) in numbers {
            with.extend(number.map(|number| (field.to_owned(), json!(number))));
        }
        with
    }

    fn choices(&self) -> impl Iterator<Item = (&'static str, &Choice)> {
        let all = [
            ("category", &self.category),
            ("priority", &self.priority),
            ("queue", &self.queue),
            ("status", &self.status),
            ("source", &self.source),
            ("issue_type", &self.issue_type),
            ("sub_issue_type", &self.sub_issue_type),
            ("ticket_type", &self.ticket_type),
        ];
        all.into_iter()
            .filter_map(|(field, choice)| Some((field, choice.as_ref()?)))
    }

    /// Autotask assigns a resource in a role, and nobody in a role alone.
    fn halves(&self) -> Option<(&'static str, &'static str)> {
        match (self.resource_id, self.role_id) {
            (Some(_), None) => Some(("role_id", "resource_id")),
            (None, Some(_)) => Some(("resource_id", "role_id")),
            _ => None,
        }
    }
}
