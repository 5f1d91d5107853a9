//! What happened: the list of events, and one event from its webhook to the vendors' answers.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use deskbridge_core::action::ActionRecord;
use deskbridge_core::event::{Decision, EventRecord};
use deskbridge_core::ports::EventFilter;
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Admin;
use crate::access::Caller;
use crate::cursor::{self, Place};
use crate::extract::{Asked, Segment};
use crate::problem::{Answer, Problem};
use crate::views::{EventSummary, Line, why};

pub(crate) const MAX_LIMIT: usize = 200;
const DEFAULT_LIMIT: usize = 50;
/// A page of a team's own events looks through this many of all: then it ends early.
const MAX_LOOKED: usize = 2_000;
const LIST: &str = "events";

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventQuery {
    /// Only this integration's.
    #[param(min_length = 1, max_length = 64)]
    integration: Option<String>,
    /// Only those about the entity with this id at its vendor: "what happened to ticket 4711?"
    #[param(min_length = 1, max_length = 500)]
    subject: Option<String>,
    /// The cursor `next` of the page before.
    before: Option<String>,
    /// How many; 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

/// A page of events, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventPage {
    events: Vec<EventSummary>,
    /// Asks for the next page; absent on the last one.
    next: Option<String>,
}

/// One event with its whole story.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventDetail {
    #[serde(flatten)]
    summary: EventSummary,
    /// The version of the integration by which it was decided.
    config_version: u64,
    timeline: Vec<Line>,
    /// The webhook's body, as it came.
    body: String,
}

/// Lists events, newest first.
#[utoipa::path(get, path = "/events", tag = "events", params(EventQuery),
    responses((status = 200, body = EventPage)))]
pub(crate) async fn list(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Asked(query): Asked<EventQuery>,
) -> Answer<Json<EventPage>> {
    let limit = limit(query.limit)?;
    check_text("integration", query.integration.as_deref(), 64)?;
    check_text("subject", query.subject.as_deref(), 500)?;
    let before = cursor::read(&caller, LIST, query.before.as_deref())?;
    if let Some(name) = &query.integration {
        admin.check_sees(&caller, name).await?;
    }
    let filter = EventFilter {
        integration: query.integration,
        subject_id: query.subject,
        before,
        limit,
    };
    let (events, next) = admin.page(&caller, filter).await?;
    let records = events.iter().map(|event| admin.records(event));
    let records = try_join_all(records).await?;
    let events = events.iter().zip(&records);
    Ok(Json(EventPage {
        events: events
            .map(|(event, records)| EventSummary::new(event, records))
            .collect(),
        next: next.map(|place| cursor::write(&caller, LIST, &place)),
    }))
}

/// Shows one event, from its webhook to the vendors' answers.
#[utoipa::path(get, path = "/events/{id}", tag = "events",
    params(("id" = String, Path, description = "Id of the event")),
    responses((status = 200, body = EventDetail)))]
pub(crate) async fn show(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Segment(id): Segment,
) -> Answer<Json<EventDetail>> {
    let event = admin.seen_event(&caller, &id).await?;
    let records = admin.store.actions_of(&id).await?;
    Ok(Json(EventDetail {
        summary: EventSummary::new(&event, &records),
        config_version: event.config_version,
        timeline: timeline(&event, &records),
        body: event.body,
    }))
}

pub(crate) fn limit(asked: Option<usize>) -> Answer<usize> {
    match asked.unwrap_or(DEFAULT_LIMIT) {
        limit @ 1..=MAX_LIMIT => Ok(limit),
        _ => {
            let detail = format!("Ask for 1 to {MAX_LIMIT}.");
            Err(Problem::field(422, "Does not fit", "limit", &detail))
        }
    }
}

fn check_text(field: &str, text: Option<&str>, most: usize) -> Answer<()> {
    let chars = text.map(|text| text.chars().count());
    if chars.is_none_or(|chars| (1..=most).contains(&chars)) {
        return Ok(());
    }
    let detail = format!("Use 1 to {most} characters.");
    Err(Problem::field(422, "Does not fit", field, &detail))
}

impl Admin {
    /// Returns an event that the caller may see.
    pub(crate) async fn seen_event(&self, caller: &Caller, id: &str) -> Answer<EventRecord> {
        let event = self.store.event(id).await?.ok_or_else(Problem::not_found)?;
        self.check_sees(caller, &event.integration).await?;
        Ok(event)
    }

    /// Returns a page of what the caller may see, and where the next one begins.
    async fn page(
        &self,
        caller: &Caller,
        mut filter: EventFilter,
    ) -> Answer<(Vec<EventRecord>, Option<Place>)> {
        let names = self.names(caller).await?;
        let seen = |event: &EventRecord| {
            let names = names.as_ref();
            names.is_none_or(|names| names.contains(&event.integration))
        };
        let (limit, mut looked, mut found) = (filter.limit, 0, Vec::new());
        loop {
            let batch = self.store.events(filter.clone()).await?;
            let last = batch.len() < limit;
            looked += batch.len();
            for event in batch {
                filter.before = Some((event.received_at, event.id.clone()));
                found.extend(seen(&event).then_some(event));
                if found.len() == limit {
                    return Ok((found, filter.before));
                }
            }
            if last {
                return Ok((found, None));
            }
            if looked >= MAX_LOOKED {
                return Ok((found, filter.before));
            }
        }
    }

    /// The integrations that the caller may see; none: all of them.
    pub(crate) async fn names(&self, caller: &Caller) -> Answer<Option<BTreeSet<String>>> {
        let Some(team) = caller.team() else {
            return Ok(None);
        };
        let all = self.store.integrations().await?;
        let own = all.into_iter().filter(|one| one.spec.team == team);
        Ok(Some(own.map(|one| one.name().to_owned()).collect()))
    }

    /// An event without actions costs no look-up, unless there were some before a replay.
    async fn records(&self, event: &EventRecord) -> Answer<Vec<ActionRecord>> {
        if event.decision.actions().is_empty() && event.replays == 0 {
            return Ok(Vec::new());
        }
        Ok(self.store.actions_of(&event.id).await?)
    }
}

fn timeline(event: &EventRecord, records: &[ActionRecord]) -> Vec<Line> {
    let received = format!("webhook received from {}", event.connector);
    let mut lines = vec![(event.received_at, received)];
    let mut decided_at = event.received_at;
    for past in &event.past {
        let version = past.config_version;
        lines.push((decided_at, decided(&past.decision, version)));
        let by = &past.replaced_by;
        lines.push((past.replaced_at, format!("replayed by {by}")));
        decided_at = past.replaced_at;
    }
    lines.push((decided_at, decided(&event.decision, event.config_version)));
    if let Some(at) = event.last_duplicate_at {
        let count = event.duplicates;
        lines.push((
            at,
            format!("seen again, {count} times in all, the last time now"),
        ));
    }
    for record in records {
        let operation = format!("{}.{}", record.action.connector, record.action.operation);
        let steps = record.history.iter();
        lines.extend(steps.map(|step| (step.at, format!("{operation}: {}", step.what))));
    }
    lines.sort_by_key(|(at, _)| *at);
    lines
        .into_iter()
        .map(|(at, what)| Line::new(at, what))
        .collect()
}

fn decided(decision: &Decision, version: u64) -> String {
    let actions = decision.actions();
    if !actions.is_empty() {
        let rules: Vec<_> = actions.iter().map(|action| action.rule.as_str()).collect();
        return format!("decided by version {version}: {}", rules.join(", "));
    }
    match why(decision) {
        (why, Some(field)) => format!("failed by version {version}: {field}: {why}"),
        (why, None) => format!("{} by version {version}: {why}", decision.word()),
    }
}
