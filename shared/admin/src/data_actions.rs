//! Data actions: what there is to call, what each expects, and a run of one with its ten steps.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use deskbridge_core::dedup::short_id;
use deskbridge_core::integration::Integration as Stored;
use deskbridge_data_actions::{
    Action, DEFAULT_TIMEOUT, Execution, Finished, Integration, Listed, certificates, compile,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use crate::Admin;
use crate::access::{Caller, Writer};
use crate::extract::{Asked, Body};
use crate::problem::{Answer, Problem};
use crate::tokens::random;

/// No name of an action is longer; the address has its own limits.
const MAX_NAME_CHARS: usize = 256;

#[derive(Serialize, ToSchema)]
pub(crate) struct DataActions {
    actions: Vec<DataActionSummary>,
}

/// An action, or a draft of one. A draft that does not hold has its problems instead of a definition.
#[derive(Serialize, ToSchema)]
pub(crate) struct DataActionSummary {
    integration: String,
    /// As `web-services`.
    #[serde(rename = "type")]
    type_name: String,
    /// Its name in the settings.
    action: String,
    /// `published`, `draft`, or `draft, invalid`.
    state: &'static str,
    /// Its definition's own name.
    #[serde(skip_serializing_if = "Option::is_none")]
    definition: Option<String>,
    /// Changes with the definition.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    /// Counted by publishing.
    #[serde(skip_serializing_if = "Option::is_none")]
    published_version: Option<u64>,
    /// It changes nothing at its target, and may be called again.
    #[serde(skip_serializing_if = "Option::is_none")]
    reads: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout_seconds: Option<u64>,
    /// What is wrong with a draft.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<String>,
    enabled: bool,
    /// When the last of the integration's client certificates ends.
    #[schema(format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate_expires_at: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct DataActionView {
    #[serde(flatten)]
    summary: DataActionSummary,
    /// As Genesys Cloud exports it; a draft that does not hold has none.
    #[schema(value_type = Object)]
    #[serde(skip_serializing_if = "Option::is_none")]
    exported: Option<Value>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ShowQuery {
    /// Show the draft of that name.
    #[serde(default)]
    draft: bool,
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

/// With an input the target is called; with an answer nobody is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TestBody {
    #[serde(default)]
    #[schema(value_type = Object)]
    input: Value,
    /// What the target answered, as step 8 of a trace shows it.
    #[serde(default)]
    response: Option<String>,
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

/// Lists the data actions, each draft behind what is published.
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
        let expires = admin.certificate_end(&compiled).await;
        actions.extend(compiled.listed().iter().map(|listed| DataActionSummary {
            certificate_expires_at: expires.clone(),
            ..summary(&stored, &compiled, listed)
        }));
    }
    Ok(Json(DataActions { actions }))
}

/// Shows a data action with its definition.
#[utoipa::path(get, path = "/data-actions/{integration}/{action}", tag = "data-actions",
    params(("integration" = String, Path, description = "Name of the integration"),
        ("action" = String, Path, description = "Name of the action"), ShowQuery),
    responses((status = 200, body = DataActionView)))]
pub(crate) async fn show(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    names: Names,
    Asked(query): Asked<ShowQuery>,
) -> Answer<Json<DataActionView>> {
    let stored = admin.live(&caller, &names.integration).await?;
    view_of(&stored, &names.action, query.draft)
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

/// Runs a draft now, or the published action where there is none, against its real target; or its last
/// steps on an answer that is given.
#[utoipa::path(post, path = "/data-actions/{integration}/{action}/test", tag = "data-actions",
    request_body = TestBody,
    params(("integration" = String, Path, description = "Name of the integration"),
        ("action" = String, Path, description = "Name of the draft or the action")),
    responses((status = 200, body = RunView)))]
pub(crate) async fn test(
    State(admin): State<Arc<Admin>>,
    Writer(caller): Writer,
    names: Names,
    Body(body): Body<TestBody>,
) -> Answer<Json<RunView>> {
    let stored = admin.live(&caller, &names.integration).await?;
    let compiled = compile(&stored.spec).map_err(|_| Problem::not_found())?;
    let drafted = compiled.drafts.contains_key(&names.action);
    if !drafted && compiled.action(&names.action).is_none() {
        return Err(Problem::not_found());
    }
    let name = &names.action;
    let run = RunBody {
        input: body.input,
        flatten: body.flatten,
    };
    let execution = admin.execution(&caller, "test", &names, name, run).await?;
    Ok(Json(view(match body.response {
        Some(answer) => admin.runner.replay(&execution, &answer).await,
        None => admin.runner.test(&execution).await,
    })))
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
    view_of(&stored, &names.action, false)
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

    /// When the last client certificate of an integration ends; nothing where none can be read.
    async fn certificate_end(&self, integration: &Integration) -> Option<String> {
        let name = integration.client_certificate.as_ref()?;
        let credential = self.secrets.credential(name).await.ok()?;
        let lives = certificates(&credential).into_iter();
        let last = lives.map(|life| life.until).max()?;
        Some(last.to_string())
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

fn view_of(stored: &Stored, name: &str, draft: bool) -> Answer<Json<DataActionView>> {
    let compiled = compile(&stored.spec).map_err(|_| Problem::not_found())?;
    let published = compiled.action(name).map_or(name, |(name, _)| name);
    let name = if draft { name } else { published };
    let mut listed = compiled.listed().into_iter();
    let found = listed.find(|each| each.name == name && each.draft == draft);
    let found = found.ok_or_else(Problem::not_found)?;
    Ok(Json(DataActionView {
        summary: summary(stored, &compiled, &found),
        exported: found.action.ok().map(|action| action.definition.export()),
    }))
}

fn summary(stored: &Stored, compiled: &Integration, listed: &Listed<'_>) -> DataActionSummary {
    let action = listed.action.ok();
    let problems = listed.action.err().unwrap_or_default().iter();
    DataActionSummary {
        integration: stored.spec.name.clone(),
        type_name: compiled.type_name().to_owned(),
        action: listed.name.to_owned(),
        state: match (listed.draft, &listed.action) {
            (false, _) => "published",
            (true, Ok(_)) => "draft",
            (true, Err(_)) => "draft, invalid",
        },
        definition: action.map(|action| action.definition.name.clone()),
        version: action.map(|action| action.definition.version()),
        published_version: action.map(Action::published_version),
        reads: action.map(Action::reads),
        timeout_seconds: action.map(|action| action.timeout().as_secs()),
        problems: problems.map(ToString::to_string).collect(),
        enabled: stored.spec.enabled,
        certificate_expires_at: None,
    }
}
