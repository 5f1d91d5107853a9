//! Vendors that cannot push, and how asking them goes.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Admin;
use crate::access::Caller;
use crate::problem::Answer;

#[derive(Serialize, ToSchema)]
pub(crate) struct Watches {
    watches: Vec<WatchView>,
}

/// One thing at a vendor that is asked for what happened.
#[derive(Serialize, ToSchema)]
pub(crate) struct WatchView {
    integration: String,
    connector: String,
    /// As `example/12`.
    watched: String,
    /// What happened before does not count; absent until it was asked for the first time.
    #[schema(format = DateTime)]
    since: Option<String>,
    /// When the vendor answered last.
    #[schema(format = DateTime)]
    answered_at: Option<String>,
    /// When it is asked next.
    #[schema(format = DateTime)]
    due_at: Option<String>,
    /// How often running it could not be asked.
    failures: u32,
    /// Why the last time, or what is seen of it in part.
    trouble: Option<String>,
}

/// Lists what is watched.
#[utoipa::path(get, path = "/watches", tag = "watches",
    responses((status = 200, body = Watches)))]
pub(crate) async fn list(State(admin): State<Arc<Admin>>, caller: Caller) -> Answer<Json<Watches>> {
    let mut watches = Vec::new();
    for integration in admin.store.integrations().await? {
        let seen = integration.off().is_none() && caller.sees_team(&integration.spec.team);
        let plan = admin.directory.check(&integration.spec).ok();
        let Some(plan) = plan.filter(|_| seen) else {
            continue;
        };
        for (connector, connection) in &plan.connections {
            let poll = admin
                .connectors
                .named(&connection.connector)
                .and_then(|connector| connector.poll());
            let Some(watched) = poll.and_then(|poll| poll.watched(connection)) else {
                continue;
            };
            let name = integration.name();
            let cursor = admin.store.cursor(name, connector).await?;
            let cursor = cursor.filter(|cursor| cursor.watched == watched.what);
            let cursor = cursor.as_ref();
            watches.push(WatchView {
                integration: name.to_owned(),
                connector: connector.clone(),
                watched: watched.what,
                since: cursor.map(|cursor| cursor.since.to_string()),
                answered_at: cursor
                    .and_then(|cursor| cursor.answered_at)
                    .map(|at| at.to_string()),
                due_at: cursor.map(|cursor| cursor.due_at.to_string()),
                failures: cursor.map_or(0, |cursor| cursor.failures),
                trouble: cursor.and_then(|cursor| cursor.trouble.clone()),
            });
        }
    }
    Ok(Json(Watches { watches }))
}
