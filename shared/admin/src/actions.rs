//! Actions: what was sent to a vendor, what is parked, and what a person says about it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use deskbridge_core::action::{ActionRecord, Stage};
use deskbridge_core::connector::Found;
use deskbridge_core::flow::resolve::Resolution;
use deskbridge_core::outcome::Outcome;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Admin;
use crate::access::{Caller, Writer};
use crate::extract::{Body, Segment};
use crate::problem::{Answer, Problem};
use crate::views::ActionView;

/// More than a person reads; those behind them show once these are resolved.
const MAX_PARKED: usize = 1_000;

/// Actions whose outcome cannot be known, the longest parked first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Parked {
    actions: Vec<ActionView>,
}

/// What a person says about an action that has come to rest.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResolveBody {
    resolution: Word,
    /// The vendor's id of what the action made, with `exists`.
    #[schema(min_length = 1, max_length = 500)]
    id: Option<String>,
    /// Sends an action that is delivered once more, with `send_again`.
    force: Option<Force>,
}

/// What is to be known before a delivered action is sent once more.
#[derive(Clone, Copy, Deserialize, PartialEq, Eq, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Force {
    /// The vendor is looked at first, and must have nothing of it.
    IfAbsent,
    /// Nothing: the caller knows what a second one does.
    Always,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Word {
    /// It took effect.
    Exists,
    /// It took no effect: send it.
    SendAgain,
    /// It shall not be sent.
    Drop,
}

/// Shows one action with its history.
#[utoipa::path(get, path = "/actions/{id}", tag = "actions",
    params(("id" = String, Path, description = "Id of the action")),
    responses((status = 200, body = ActionView)))]
pub(crate) async fn show(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Segment(id): Segment,
) -> Answer<Json<ActionView>> {
    let record = admin.seen_action(&caller, &id).await?;
    Ok(Json(ActionView::new(&record)))
}

/// Lists the actions that wait for a person.
#[utoipa::path(get, path = "/parked", tag = "actions",
    responses((status = 200, body = Parked)))]
pub(crate) async fn parked(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
) -> Answer<Json<Parked>> {
    let names = admin.names(&caller).await?;
    let seen = |record: &&ActionRecord| {
        let names = names.as_ref();
        names.is_none_or(|names| names.contains(&record.action.integration))
    };
    let parked = admin.store.parked(MAX_PARKED).await?;
    let actions = parked.iter().filter(seen).map(ActionView::new).collect();
    Ok(Json(Parked { actions }))
}

/// Settles an action that is parked, or sends again one that was refused or given up.
#[utoipa::path(post, path = "/actions/{id}/resolve", tag = "actions", request_body = ResolveBody,
    params(("id" = String, Path, description = "Id of the action")),
    responses((status = 200, body = ActionView, description = "Settled"),
        (status = 202, body = ActionView, description = "On its way again")))]
pub(crate) async fn resolve(
    State(admin): State<Arc<Admin>>,
    Writer(caller): Writer,
    Segment(id): Segment,
    Body(body): Body<ResolveBody>,
) -> Answer<(StatusCode, Json<ActionView>)> {
    let record = admin.seen_action(&caller, &id).await?;
    let (resolution, what) = match (body.resolution, body.id, body.force) {
        (Word::Exists, id, None) => {
            let id = id.filter(|id| !id.is_empty());
            (Resolution::Exists { id }, "resolve: exists")
        }
        (Word::SendAgain, None, Some(force)) if is_delivered(&record) => {
            if force == Force::IfAbsent {
                admin.check_absent(&record).await?;
            }
            (Resolution::SendOnceMore, "resolve: send once more")
        }
        (Word::SendAgain, None, _) => (Resolution::SendAgain, "resolve: send again"),
        (Word::Drop, None, None) => (Resolution::Drop, "resolve: drop"),
        (_, Some(_), _) => {
            let detail = "An id is only said of what exists.";
            return Err(Problem::field(422, "Does not fit", "id", detail));
        }
        _ => {
            let detail = "Only send_again can be forced.";
            return Err(Problem::field(422, "Does not fit", "force", detail));
        }
    };
    admin
        .note(&caller, what, &id, &record.action.integration)
        .await?;
    let status = match body.resolution {
        Word::SendAgain => StatusCode::ACCEPTED,
        Word::Exists | Word::Drop => StatusCode::OK,
    };
    let by = caller.name();
    let record = admin.resolve.resolve(&id, resolution, by).await?;
    Ok((status, Json(ActionView::new(&record))))
}

fn is_delivered(record: &ActionRecord) -> bool {
    matches!(record.stage, Stage::Settled(Outcome::Delivered { .. }))
}

impl Admin {
    /// Refuses, with the vendor's words, what is not certainly absent there.
    async fn check_absent(&self, record: &ActionRecord) -> Answer<()> {
        let detail = match self.dispatch.look(record).await {
            Ok(Found::Absent | Found::Refused { .. }) => return Ok(()),
            Ok(Found::Done(done)) => format!("The vendor has it: {}.", done.detail),
            Ok(Found::Pending) => "The vendor has not got to it yet.".to_owned(),
            Err(error) => format!("Nobody can tell whether the vendor has it: {error}."),
        };
        let detail = format!("{detail} With force: always it is sent all the same.");
        Err(Problem::new(409, "Not certainly absent", detail))
    }

    async fn seen_action(&self, caller: &Caller, id: &str) -> Answer<ActionRecord> {
        let record = self.store.action(id).await?;
        let record = record.ok_or_else(Problem::not_found)?;
        self.check_sees(caller, &record.action.integration).await?;
        Ok(record)
    }
}
