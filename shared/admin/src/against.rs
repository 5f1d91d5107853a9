//! The last events under a changed configuration: what would now fire, stop firing, or change.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use deskbridge_core::action::Action;
use deskbridge_core::event::{Decision, Envelope, EventRecord};
use deskbridge_core::ports::EventFilter;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::Admin;
use crate::access::Caller;
use crate::cursor;
use crate::extract::{Body, fit};
use crate::problem::{Answer, Problem};
use crate::views::{EntityView, why};

const MAX_LIMIT: usize = 500;
const LIST: &str = "against";

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AgainstBody {
    /// The integration's document, changed.
    #[schema(value_type = Object)]
    document: Value,
    /// The cursor `next` of the page before.
    before: Option<String>,
    /// How many events to hold against it; 500 unless told.
    #[schema(minimum = 1, maximum = 500)]
    limit: Option<usize>,
}

/// A page of stored events, newest first, of which only the differences are shown.
#[derive(Serialize, ToSchema)]
pub(crate) struct Against {
    /// How many events were decided both ways.
    compared: usize,
    differences: Vec<Difference>,
    /// Asks for the next page; absent on the last one.
    next: Option<String>,
}

/// An event that the changed configuration decides otherwise.
#[derive(Serialize, ToSchema)]
pub(crate) struct Difference {
    event_id: String,
    #[schema(format = DateTime)]
    received_at: String,
    event_type: String,
    subject: Option<EntityView>,
    effect: Effect,
    /// What today's configuration makes of it, in words.
    before: String,
    /// What the changed one does.
    after: String,
}

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Effect {
    /// Nothing is sent today, and something would be.
    Fires,
    /// Something is sent today, and nothing would be.
    Stops,
    /// Something else would be sent, or it would come to nothing in another way.
    Changes,
}

/// Holds stored events against a changed document.
///
/// Both decisions are made now, over the entities as they are now, so that the document alone makes
/// the difference.
#[utoipa::path(post, path = "/explain/against", tag = "explain", request_body = AgainstBody,
    responses((status = 200, body = Against)))]
pub(crate) async fn against(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Body(body): Body<AgainstBody>,
) -> Answer<Json<Against>> {
    let limit = match body.limit.unwrap_or(MAX_LIMIT) {
        limit @ 1..=MAX_LIMIT => limit,
        _ => {
            let detail = format!("Ask for 1 to {MAX_LIMIT}.");
            return Err(Problem::field(422, "Does not fit", "limit", &detail));
        }
    };
    let before = cursor::read(&caller, LIST, body.before.as_deref())?;
    let Named { name } = fit(body.document.clone())?;
    let stored = admin.visible(&caller, &name).await?;
    let changed = admin.changed(Some(stored.clone()), body.document)?;
    let today = Arc::new(admin.directory.configured(stored));
    let filter = EventFilter {
        integration: Some(name),
        subject_id: None,
        before,
        limit,
    };
    let events = admin.store.events(filter).await?;
    let last = events.last().filter(|_| events.len() == limit);
    let last = last.map(|event| (event.received_at, event.id.clone()));
    let envelopes: Vec<_> = events.iter().map(Envelope::of).collect();
    let pairs = admin.evaluate.compare(&envelopes, &today, &changed).await?;
    let differences = events.iter().zip(pairs);
    Ok(Json(Against {
        compared: events.len(),
        differences: differences
            .filter_map(|(event, (one, other))| difference(event, &one, &other))
            .collect(),
        next: last.map(|place| cursor::write(&caller, LIST, &place)),
    }))
}

/// As much of a document as says whose it is.
#[derive(Deserialize)]
struct Named {
    name: String,
}

fn difference(event: &EventRecord, one: &Decision, other: &Decision) -> Option<Difference> {
    let effect = effect(one, other)?;
    Some(Difference {
        event_id: event.id.clone(),
        received_at: event.received_at.to_string(),
        event_type: event.event_type.clone(),
        subject: event.subject.as_ref().map(EntityView::from),
        effect,
        before: said(one),
        after: said(other),
    })
}

fn effect(one: &Decision, other: &Decision) -> Option<Effect> {
    let (before, after) = (one.actions(), other.actions());
    match (before.is_empty(), after.is_empty()) {
        (true, false) => Some(Effect::Fires),
        (false, true) => Some(Effect::Stops),
        (true, true) => (one.word() != other.word()).then_some(Effect::Changes),
        (false, false) => (!same(before, after)).then_some(Effect::Changes),
    }
}

/// Whether the same is sent: a rule may have another place, and the version is another anyway.
fn same(before: &[Action], after: &[Action]) -> bool {
    let sent = |action: &Action| {
        let Action {
            connector,
            operation,
            params,
            terms,
            ..
        } = action;
        let what = (connector.clone(), operation.clone(), params.clone());
        (what, terms.clone())
    };
    before.iter().map(sent).eq(after.iter().map(sent))
}

fn said(decision: &Decision) -> String {
    let actions = decision.actions().iter();
    let actions: Vec<_> = actions
        .map(|action| format!("{}.{}", action.connector, action.operation))
        .collect();
    match (actions.is_empty(), why(decision)) {
        (false, _) => actions.join(", "),
        (true, (why, Some(field))) => format!("{}: {field}: {why}", decision.word()),
        (true, (why, None)) => format!("{}: {why}", decision.word()),
    }
}
