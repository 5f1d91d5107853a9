//! Integrations: shown, applied over the version that was seen, switched and deleted.

mod diff;
mod rules;
mod write;

pub(crate) use diff::diff;
pub(crate) use rules::rules;
pub(crate) use write::{delete, disable, enable, put, rotate_key};
// What `routes!` finds beside each handler.
pub(crate) use diff::__path_diff;
pub(crate) use rules::__path_rules;
pub(crate) use write::{
    __path_delete, __path_disable, __path_enable, __path_put, __path_rotate_key,
};

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, header};
use deskbridge_core::integration::{Integration, IntegrationSpec};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::Admin;
use crate::access::Caller;
use crate::extract::Segment;
use crate::problem::{Answer, Problem};

/// All integrations that are not deleted, by name.
#[derive(Serialize, ToSchema)]
pub(crate) struct Integrations {
    integrations: Vec<IntegrationSummary>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct IntegrationSummary {
    name: String,
    kind: String,
    enabled: bool,
    team: String,
    /// Rises with every change.
    version: u64,
    #[schema(format = DateTime)]
    updated_at: String,
    /// The file of the served folder that it comes from; it is changed there.
    file: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct IntegrationView {
    #[serde(flatten)]
    summary: IntegrationSummary,
    /// How many keys its webhooks' addresses may end in.
    keys: usize,
    /// As its owner wrote it.
    #[schema(value_type = Object)]
    document: Value,
}

/// An answer that names the version, for `If-Match`.
pub(crate) type Tagged<T> = ([(HeaderName, String); 1], Json<T>);

/// Lists the integrations.
#[utoipa::path(get, path = "/integrations", tag = "integrations",
    responses((status = 200, body = Integrations)))]
pub(crate) async fn list(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
) -> Answer<Json<Integrations>> {
    let all = admin.store.integrations().await?;
    let seen = all
        .iter()
        .filter(|one| one.deleted_at.is_none() && caller.sees_team(&one.spec.team));
    let integrations = seen.map(summary).collect();
    Ok(Json(Integrations { integrations }))
}

/// Shows an integration.
#[utoipa::path(get, path = "/integrations/{name}", tag = "integrations",
    params(("name" = String, Path, description = "Name of the integration")),
    responses((status = 200, body = IntegrationView)))]
pub(crate) async fn show(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Segment(name): Segment,
) -> Answer<Tagged<IntegrationView>> {
    let integration = admin.live(&caller, &name).await?;
    Ok(tagged(integration.version, view(&integration)))
}

impl Admin {
    /// Returns an integration that is not deleted and that the caller may see.
    pub(crate) async fn live(&self, caller: &Caller, name: &str) -> Answer<Integration> {
        let found = self.visible(caller, name).await?;
        match found.deleted_at {
            None => Ok(found),
            Some(_) => Err(Problem::not_found()),
        }
    }
}

fn tagged<T>(version: u64, body: T) -> Tagged<T> {
    ([(header::ETAG, format!("\"{version}\""))], Json(body))
}

fn summary(integration: &Integration) -> IntegrationSummary {
    let spec = &integration.spec;
    IntegrationSummary {
        name: spec.name.clone(),
        kind: spec.kind.clone(),
        enabled: spec.enabled,
        team: spec.team.clone(),
        version: integration.version,
        updated_at: integration.updated_at.to_string(),
        file: integration.file.clone(),
    }
}

fn view(integration: &Integration) -> IntegrationView {
    IntegrationView {
        summary: summary(integration),
        keys: integration.key_hashes.len(),
        document: document(&integration.spec),
    }
}

fn document(spec: &IntegrationSpec) -> Value {
    serde_json::to_value(spec).unwrap_or_default()
}
