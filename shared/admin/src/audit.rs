//! The audit log: who changed what, and when.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use deskbridge_core::dedup::short_id;
use deskbridge_core::operator::Change;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Admin;
use crate::access::Caller;
use crate::cursor;
use crate::events::limit;
use crate::extract::Asked;
use crate::problem::Answer;
use crate::tokens::random;

const LIST: &str = "changes";
/// A page of a team's own changes looks through this many of all: then it ends early.
const MAX_LOOKED: usize = 2_000;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ChangeQuery {
    /// The cursor `next` of the page before.
    before: Option<String>,
    /// How many; 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

/// A page of changes, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChangePage {
    changes: Vec<ChangeView>,
    /// Asks for the next page; absent on the last one.
    next: Option<String>,
}

/// What somebody was about to change: it is written before the change itself.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChangeView {
    #[schema(format = DateTime)]
    at: String,
    /// The name of the token.
    by: String,
    what: String,
    target: String,
    /// The version that it makes, of an integration.
    version: Option<u64>,
}

/// Lists who changed what.
#[utoipa::path(get, path = "/changes", tag = "audit", params(ChangeQuery),
    responses((status = 200, body = ChangePage)))]
pub(crate) async fn list(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Asked(query): Asked<ChangeQuery>,
) -> Answer<Json<ChangePage>> {
    let limit = limit(query.limit)?;
    let mut before = cursor::read(&caller, LIST, query.before.as_deref())?;
    let (mut looked, mut changes, mut more) = (0, Vec::new(), true);
    while more && changes.len() < limit && looked < MAX_LOOKED {
        let batch = admin.store.changes(before.clone(), limit).await?;
        more = batch.len() == limit;
        looked += batch.len();
        for change in batch {
            if changes.len() == limit {
                more = true;
                break;
            }
            before = Some((change.at, change.id.clone()));
            changes.extend(caller.sees_team(&change.team).then(|| view(change)));
        }
    }
    let next = before.filter(|_| more);
    let next = next.map(|place| cursor::write(&caller, LIST, &place));
    Ok(Json(ChangePage { changes, next }))
}

impl Admin {
    /// Writes a line about something that belongs to an integration.
    pub(crate) async fn note(
        &self,
        caller: &Caller,
        what: &str,
        target: &str,
        integration: &str,
    ) -> Answer<()> {
        let integration = self.store.integration(integration).await?;
        let team = integration.map(|integration| integration.spec.team);
        let team = team.unwrap_or_default();
        self.record_change(caller, what, target, &team, None).await
    }

    pub(crate) async fn record_change(
        &self,
        caller: &Caller,
        what: &str,
        target: &str,
        team: &str,
        version: Option<u64>,
    ) -> Answer<()> {
        let change = Change {
            id: short_id("chg", &[&random()?]),
            at: self.clock.now(),
            by: caller.name().to_owned(),
            what: what.to_owned(),
            target: target.to_owned(),
            team: team.to_owned(),
            version,
        };
        tracing::info!(by = %change.by, target = %change.target, "{what}");
        Ok(self.store.record_change(change).await?)
    }
}

fn view(change: Change) -> ChangeView {
    ChangeView {
        at: change.at.to_string(),
        by: change.by,
        what: change.what,
        target: change.target,
        version: change.version,
    }
}
