//! How it stands as a whole.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Admin;
use crate::access::Caller;
use crate::problem::Answer;

#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`, as far as the store answers.
    status: String,
    version: String,
    #[schema(format = DateTime)]
    started_at: String,
    /// Counts over everything; only for tokens without a team.
    tally: Option<TallyView>,
}

/// Counts over the whole ledger.
#[derive(Serialize, ToSchema)]
pub(crate) struct TallyView {
    events: u64,
    duplicates: u64,
    /// By decision.
    decisions: BTreeMap<String, u64>,
    /// By outcome, or `open` and `parked`.
    actions: BTreeMap<String, u64>,
}

/// Says how it stands.
#[utoipa::path(get, path = "/health", tag = "health",
    responses((status = 200, body = Health)))]
pub(crate) async fn show(State(admin): State<Arc<Admin>>, caller: Caller) -> Answer<Json<Health>> {
    let tally = match caller.team() {
        Some(_) => None,
        None => Some(admin.store.tally().await?),
    };
    Ok(Json(Health {
        status: "ok".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started_at: admin.started_at.to_string(),
        tally: tally.map(|tally| TallyView {
            events: tally.events,
            duplicates: tally.duplicates,
            decisions: tally.decisions,
            actions: tally.actions,
        }),
    }))
}
