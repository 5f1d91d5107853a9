//! "Try it now": each vendor is asked whether a credential works with an integration's settings. Nothing
//! is changed there.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use deskbridge_core::Result;
use deskbridge_core::connector::{Connection, Trial, Tried};
use deskbridge_core::integration::IntegrationSpec;
use futures::future::join_all;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::Admin;
use crate::access::{Caller, Writer};
use crate::extract::{Given, Segment, fit};
use crate::problem::{Answer, Problem};

/// What is tried; without it, what is in force.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TryBody {
    /// The integration's document, changed: tried before it is applied.
    #[schema(value_type = Option<Object>)]
    document: Option<Value>,
}

/// One answer for each connection.
#[derive(Serialize, ToSchema)]
pub(crate) struct Trials {
    trials: Vec<TrialView>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct TrialView {
    integration: String,
    /// The connection's name in the settings.
    connection: String,
    connector: String,
    credential: Option<String>,
    result: Word,
    /// What the vendor said, or what is wrong and what to do.
    says: String,
    /// What is at the other side: names of spaces, apps, fields.
    facts: Vec<Fact>,
}

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Word {
    /// The vendor takes it.
    Works,
    /// It does not, or did not answer.
    Failed,
    /// There is nothing to ask: a source that only sends, or a vendor without such a question.
    Untried,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Fact {
    name: String,
    value: String,
}

/// Tries every connection of an integration.
#[utoipa::path(post, path = "/integrations/{name}/try", tag = "integrations",
    request_body = Option<TryBody>,
    params(("name" = String, Path, description = "Name of the integration")),
    responses((status = 200, body = Trials)))]
pub(crate) async fn integration(
    State(admin): State<Arc<Admin>>,
    Writer(caller): Writer,
    Segment(name): Segment,
    Given(body): Given<TryBody>,
) -> Answer<Json<Trials>> {
    let spec = match body.unwrap_or_default().document {
        Some(document) => admin.document_to_try(&caller, &name, document).await?,
        None => admin.live(&caller, &name).await?.spec,
    };
    let trials = admin.try_spec(&spec, None).await?;
    Ok(Json(Trials { trials }))
}

/// Tries a credential in every connection that uses it.
#[utoipa::path(post, path = "/credentials/{name}/try", tag = "credentials",
    params(("name" = String, Path, description = "Name of the credential")),
    responses((status = 200, body = Trials)))]
pub(crate) async fn credential(
    State(admin): State<Arc<Admin>>,
    Writer(caller): Writer,
    Segment(name): Segment,
) -> Answer<Json<Trials>> {
    let uses = admin.uses().await?;
    if !uses.sees(&caller, &name) {
        return Err(Problem::not_found());
    }
    let mut trials = Vec::new();
    for integration in admin.store.integrations().await? {
        let spec = &integration.spec;
        let ours = integration.deleted_at.is_none() && caller.sees_team(&spec.team);
        if ours && spec.credentials().contains(&name) {
            trials.extend(admin.try_spec(spec, Some(&name)).await?);
        }
    }
    if !trials.is_empty() {
        return Ok(Json(Trials { trials }));
    }
    let held = admin.vault.held().await?;
    if held.iter().all(|one| one.name != name) {
        return Err(Problem::not_found());
    }
    let detail = "No connection of an integration uses it, so nobody knows whom to ask.";
    Err(Problem::new(409, "Not in use", detail))
}

impl Admin {
    async fn document_to_try(
        &self,
        caller: &Caller,
        name: &str,
        document: Value,
    ) -> Answer<IntegrationSpec> {
        let spec: IntegrationSpec = fit(document)?;
        if spec.name != name {
            let detail = "The document has another name than the address.";
            return Err(Problem::field(422, "Does not fit", "document.name", detail));
        }
        if self.store.integration(name).await?.is_some() {
            self.visible(caller, name).await?;
        }
        if !caller.sees_team(&spec.team) {
            let detail = "This token tries integrations of its own team only.";
            return Err(Problem::field(403, "Not allowed", "document.team", detail));
        }
        self.check_names(caller, &spec).await?;
        Ok(spec)
    }

    async fn try_spec(
        &self,
        spec: &IntegrationSpec,
        credential: Option<&str>,
    ) -> Answer<Vec<TrialView>> {
        let plan = self.directory.check(spec);
        let plan = plan.map_err(|problems| Problem::document(&problems))?;
        let asked = plan.connections.iter().filter(|(_, connection)| {
            credential.is_none() || connection.credential.as_deref() == credential
        });
        let tried = asked.map(async |(name, connection)| {
            let tried = self.try_connection(connection).await;
            if let (Ok(Some(_)), Some(credential)) = (&tried, &connection.credential) {
                self.resume(credential).await?;
            }
            Ok(view(&spec.name, name, connection, tried))
        });
        join_all(tried).await.into_iter().collect()
    }

    /// By the document that stands now: one that was mended a moment ago is what the trial is for.
    async fn try_connection(&self, connection: &Connection) -> Result<Option<Tried>> {
        let connector = self.connectors.named(&connection.connector);
        let (Some(connector), Some(name)) = (connector, &connection.credential) else {
            return Ok(None);
        };
        let kept = self.secrets.credential(name).await?;
        let credential = self.secrets.reread(name, &kept.version).await?;
        let trial = Trial {
            http: &*self.http,
            now: self.clock.now(),
            connection,
            credential: &credential,
        };
        connector.try_connection(&trial).await
    }
}

fn view(
    integration: &str,
    name: &str,
    connection: &Connection,
    tried: Result<Option<Tried>>,
) -> TrialView {
    let (result, says, facts) = match tried {
        Ok(Some(tried)) => (Word::Works, tried.says, tried.facts),
        Ok(None) => (Word::Untried, String::new(), Vec::new()),
        Err(error) => (Word::Failed, error.to_string(), Vec::new()),
    };
    let facts = facts.into_iter();
    TrialView {
        integration: integration.to_owned(),
        connection: name.to_owned(),
        connector: connection.connector.clone(),
        credential: connection.credential.clone(),
        result,
        says,
        facts: facts.map(|(name, value)| Fact { name, value }).collect(),
    }
}
