//! Data actions: what there is to call, what each expects, and a run of one with its ten steps.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use deskbridge_core::dedup::short_id;
use deskbridge_core::integration::Integration as Stored;
use deskbridge_data_actions::{Action, DEFAULT_TIMEOUT, Execution, Finished, Integration, compile};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::Admin;
use crate::access::{Caller, Writer};
use crate::extract::Body;
use crate::problem::{Answer, Problem};
use crate::tokens::random;

/// No name of an action is longer; the address has its own limits.
const MAX_NAME_CHARS: usize = 256;

#[derive(Serialize, ToSchema)]
pub(crate) struct DataActions {
    actions: Vec<DataActionSummary>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct DataActionSummary {
    integration: String,
    /// As `web-services`.
    #[serde(rename = "type")]
    type_name: String,
    enabled: bool,
    /// Its name in the settings.
    action: String,
    /// Its definition's own name.
    definition: String,
    /// Changes with the definition.
    version: String,
    /// Counted by publishing.
    published_version: u64,
    /// It changes nothing at its target, and may be called again.
    reads: bool,
    timeout_seconds: u64,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct DataActionView {
    #[serde(flatten)]
    summary: DataActionSummary,
    /// As Genesys Cloud exports it.
    #[schema(value_type = Object)]
    exported: Value,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RunBody {
    #[schema(value_type = Object)]
    input: Value,
    /// Give the output flat names, as a flow sees them.
    #[serde(default)]
    flatten: bool,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct RunView {
    success: bool,
    /// What its caller would get.
    #[schema(value_type = Option<Object>)]
    result: Option<Value>,
    /// What its caller would be told instead.
    #[schema(value_type = Option<Object>)]
    error: Option<Value>,
    /// The ten steps, without secrets.
    #[schema(value_type = Object)]
    trace: Value,
}

/// The two names in an address. An action's may be a sentence.
pub(crate) struct Names {
    integration: String,
    action: String,
}

impl FromRequestParts<Arc<Admin>> for Names {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<Admin>) -> Result<Self, Problem> {
        let names = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Path((integration, action)) = names.map_err(|_| Problem::not_found())?;
        let fits = |name: &str| {
            let chars = name.chars().count();
            (1..=MAX_NAME_CHARS).contains(&chars) && !name.chars().any(char::is_control)
        };
        if !fits(&integration) || !fits(&action) {
            return Err(Problem::not_found());
        }
        Ok(Self {
            integration,
            action,
        })
    }
}

/// Lists the data actions.
#[utoipa::path(get, path = "/data-actions", tag = "data-actions",
    responses((status = 200, body = DataActions)))]
pub(crate) async fn list(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
) -> Answer<Json<DataActions>> {
    let mut actions = Vec::new();
    for stored in admin.store.integrations().await? {
        let seen = stored.deleted_at.is_none() && caller.sees_team(&stored.spec.team);
        let Some(compiled) = compile(&stored.spec).ok().filter(|_| seen) else {
            continue;
        };
        let all = compiled.actions.iter();
        actions.extend(all.map(|(name, action)| summary(&stored, &compiled, name, action)));
    }
    Ok(Json(DataActions { actions }))
}

/// Shows a data action with its definition.
#[utoipa::path(get, path = "/data-actions/{integration}/{action}", tag = "data-actions",
    params(("integration" = String, Path, description = "Name of the integration"),
        ("action" = String, Path, description = "Name of the action")),
    responses((status = 200, body = DataActionView)))]
pub(crate) async fn show(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    names: Names,
) -> Answer<Json<DataActionView>> {
    let stored = admin.live(&caller, &names.integration).await?;
    let compiled = compile(&stored.spec).map_err(|_| Problem::not_found())?;
    let found = compiled.action(&names.action);
    let (name, action) = found.ok_or_else(Problem::not_found)?;
    Ok(Json(DataActionView {
        summary: summary(&stored, &compiled, name, action),
        exported: action.definition.export(),
    }))
}

/// Runs a data action now, against its real target.
#[utoipa::path(post, path = "/data-actions/{integration}/{action}/run", tag = "data-actions",
    request_body = RunBody,
    params(("integration" = String, Path, description = "Name of the integration"),
        ("action" = String, Path, description = "Name of the action")),
    responses((status = 200, body = RunView)))]
pub(crate) async fn run(
    State(admin): State<Arc<Admin>>,
    Writer(caller): Writer,
    names: Names,
    Body(body): Body<RunBody>,
) -> Answer<Json<RunView>> {
    let stored = admin.live(&caller, &names.integration).await?;
    let compiled = compile(&stored.spec).map_err(|_| Problem::not_found())?;
    let found = compiled.action(&names.action);
    let (name, _) = found.ok_or_else(Problem::not_found)?;
    let execution = admin.execution(&caller, "run", &names, name, body).await?;
    Ok(Json(view(admin.runner.run(&execution).await)))
}

/// Runs a draft now, or the published action where there is none, against its real target.
#[utoipa::path(post, path = "/data-actions/{integration}/{action}/test", tag = "data-actions",
    request_body = RunBody,
    params(("integration" = String, Path, description = "Name of the integration"),
        ("action" = String, Path, description = "Name of the draft or the action")),
    responses((status = 200, body = RunView)))]
pub(crate) async fn test(
    State(admin): State<Arc<Admin>>,
    Writer(caller): Writer,
    names: Names,
    Body(body): Body<RunBody>,
) -> Answer<Json<RunView>> {
    let stored = admin.live(&caller, &names.integration).await?;
    let compiled = compile(&stored.spec).map_err(|_| Problem::not_found())?;
    let drafted = compiled.drafts.contains_key(&names.action);
    if !drafted && compiled.action(&names.action).is_none() {
        return Err(Problem::not_found());
    }
    let name = &names.action;
    let execution = admin.execution(&caller, "test", &names, name, body).await?;
    Ok(Json(view(admin.runner.test(&execution).await)))
}

/// Makes a draft what flows call, under its next version.
#[utoipa::path(post, path = "/data-actions/{integration}/{action}/publish", tag = "data-actions",
    params(("integration" = String, Path, description = "Name of the integration"),
        ("action" = String, Path, description = "Name of the draft")),
    responses((status = 200, body = DataActionView)))]
pub(crate) async fn publish(
    State(admin): State<Arc<Admin>>,
    Writer(caller): Writer,
    names: Names,
) -> Answer<Json<DataActionView>> {
    let stored = admin.live(&caller, &names.integration).await?;
    let compiled = compile(&stored.spec).map_err(|_| Problem::not_found())?;
    if !compiled.drafts.contains_key(&names.action) {
        return Err(Problem::not_found());
    }
    let spec = deskbridge_data_actions::publish(&stored.spec, &names.action);
    let spec = spec.map_err(|problems| Problem::document(&problems))?;
    let stored = admin.rewrite(&caller, "publish", stored, spec).await?;
    admin.runner.forget();
    let compiled = compile(&stored.spec).map_err(|_| Problem::not_found())?;
    let found = compiled.action(&names.action);
    let (name, action) = found.ok_or_else(Problem::not_found)?;
    Ok(Json(DataActionView {
        summary: summary(&stored, &compiled, name, action),
        exported: action.definition.export(),
    }))
}

impl Admin {
    /// Writes down who runs what, and makes the call.
    async fn execution(
        &self,
        caller: &Caller,
        what: &str,
        names: &Names,
        action: &str,
        body: RunBody,
    ) -> Answer<Execution> {
        let target = format!("{}/{action}", names.integration);
        self.note(caller, what, &target, &names.integration).await?;
        self.runner.forget();
        Ok(Execution {
            integration: names.integration.clone(),
            action: action.to_owned(),
            input: body.input,
            request_key: None,
            deadline: self.clock.now() + DEFAULT_TIMEOUT,
            id: short_id("run", &[&random()?]),
            trace: true,
            flatten: body.flatten,
        })
    }
}

fn view(finished: Finished) -> RunView {
    let (result, error) = match finished.result {
        Ok(result) => (Some(result), None),
        Err(error) => (None, Some(error.body())),
    };
    RunView {
        success: error.is_none(),
        result,
        error,
        trace: json!(finished.trace),
    }
}

fn summary(
    stored: &Stored,
    compiled: &Integration,
    name: &str,
    action: &Action,
) -> DataActionSummary {
    DataActionSummary {
        integration: stored.spec.name.clone(),
        type_name: compiled.type_name().to_owned(),
        enabled: stored.spec.enabled,
        action: name.to_owned(),
        definition: action.definition.name.clone(),
        version: action.definition.version(),
        published_version: action.published_version(),
        reads: action.reads(),
        timeout_seconds: action.timeout().as_secs(),
    }
}
