//! Decides a stored event again by today's configuration, and sends what is not done yet.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use deskbridge_core::flow::evaluate::Again;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Admin;
use crate::access::Writer;
use crate::extract::Segment;
use crate::problem::Answer;
use crate::views::why;

/// What a replay came to.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReplayView {
    event_id: String,
    /// The version of the integration that decided this time.
    config_version: u64,
    /// `actions`, `filtered`, `suppressed` or `failed`.
    decision: String,
    why: String,
    field: Option<String>,
    actions: Vec<ReplayedAction>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ReplayedAction {
    id: String,
    rule: String,
    connector: String,
    operation: String,
    result: Result,
}

/// What is done about one action.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Result {
    /// On its way, for the first time.
    Sent,
    /// On its way once more: it had come to nothing.
    SentAgain,
    /// The vendor has it already.
    Duplicate,
    /// Still on its way from before.
    UnderWay,
    /// Its outcome is unknown: resolve it first.
    Parked,
    /// Left as it ended: a person dropped it, or it belongs to another order now.
    Kept,
}

/// Replays an event, with the ids it had.
#[utoipa::path(post, path = "/events/{id}/replay", tag = "events",
    params(("id" = String, Path, description = "Id of the event")),
    responses((status = 200, body = ReplayView)))]
pub(crate) async fn replay(
    State(admin): State<Arc<Admin>>,
    Writer(caller): Writer,
    Segment(id): Segment,
) -> Answer<Json<ReplayView>> {
    let event = admin.seen_event(&caller, &id).await?;
    let integration = &event.integration;
    admin.note(&caller, "replay", &id, integration).await?;
    // What was changed a moment ago, perhaps in another process, is what the replay is for.
    admin.directory.forget();
    let now = admin.clock.now();
    let replayed = admin.evaluate.replay(&id, caller.name(), now).await?;
    let (why, field) = why(&replayed.event.decision);
    let actions = replayed.actions.into_iter();
    let actions = actions.map(|(action, again)| ReplayedAction {
        id: action.id,
        rule: action.rule,
        connector: action.connector,
        operation: action.operation,
        result: result(again),
    });
    Ok(Json(ReplayView {
        actions: actions.collect(),
        decision: replayed.event.decision.word().to_owned(),
        config_version: replayed.event.config_version,
        event_id: id,
        why,
        field,
    }))
}

fn result(again: Again) -> Result {
    match again {
        Again::Sent => Result::Sent,
        Again::SentAgain => Result::SentAgain,
        Again::Duplicate => Result::Duplicate,
        Again::UnderWay => Result::UnderWay,
        Again::Parked => Result::Parked,
        Again::Kept => Result::Kept,
    }
}
