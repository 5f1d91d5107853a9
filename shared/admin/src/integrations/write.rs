//! Changes of integrations: each over the version that its author has seen, each in the audit log.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use deskbridge_core::dedup::key_hash;
use deskbridge_core::integration::{Integration, IntegrationSpec, MAX_KEYS};
use deskbridge_data_actions::check_beside;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{IntegrationView, Tagged, tagged, view};
use crate::Admin;
use crate::access::{Caller, Writer};
use crate::extract::{Body, Segment, fit};
use crate::problem::{Answer, Problem};
use crate::tokens::random;

/// An integration as it stands now, with its addresses if it has a new key.
#[derive(Serialize, ToSchema)]
pub(crate) struct Applied {
    #[serde(flatten)]
    view: IntegrationView,
    /// Paths of its webhooks with the new key in them, shown this once.
    addresses: Vec<String>,
}

/// Creates an integration, or changes one over the version in `If-Match`.
#[utoipa::path(put, path = "/integrations/{name}", tag = "integrations",
    request_body(content = Object, description = "The document, as a file of the folder has it"),
    params(("name" = String, Path, description = "Name of the integration"),
        ("If-Match" = Option<String>, Header, description = "The version seen, as ETag gave it; needed to change one that is there")),
    responses((status = 200, body = Applied, description = "Changed, or as it was"),
        (status = 201, body = Applied, description = "Created")))]
pub(crate) async fn put(
    State(admin): State<Arc<Admin>>,
    Writer(caller): Writer,
    Segment(name): Segment,
    headers: HeaderMap,
    Body(document): Body<Value>,
) -> Answer<(StatusCode, Tagged<Applied>)> {
    let spec: IntegrationSpec = fit(document)?;
    if spec.name != name {
        let detail = "The document has another name than the address.";
        return Err(Problem::field(422, "Does not fit", "name", detail));
    }
    if !caller.sees_team(&spec.team) {
        let detail = "This token changes integrations of its own team only.";
        return Err(Problem::field(403, "Not allowed", "team", detail));
    }
    let stored = admin.store.integration(&name).await?;
    let stored = match stored {
        Some(_) => Some(admin.visible(&caller, &name).await?),
        None => None,
    };
    admin.check_names(&caller, &spec).await?;
    check_version(&headers, stored.as_ref())?;
    if let Some(stored) = &stored {
        check_owner(stored)?;
    }
    let mut problems = admin.directory.check_to_save(&spec).await?;
    if problems.is_empty() {
        problems.extend(check_beside(&spec, &admin.store.integrations().await?));
    }
    if !problems.is_empty() {
        return Err(Problem::document(&problems));
    }
    match stored {
        Some(stored) if stored.deleted_at.is_none() => {
            let changed = Integration {
                spec,
                ..stored.clone()
            };
            let changed = match changed == stored {
                true => stored,
                false => admin.write(&caller, "apply", changed).await?,
            };
            Ok((StatusCode::OK, applied(changed, Vec::new())))
        }
        stored => admin.create(&caller, spec, stored).await,
    }
}

/// Switches an integration on.
#[utoipa::path(post, path = "/integrations/{name}/enable", tag = "integrations",
    params(("name" = String, Path, description = "Name of the integration")),
    responses((status = 200, body = IntegrationView)))]
pub(crate) async fn enable(
    State(admin): State<Arc<Admin>>,
    Writer(caller): Writer,
    Segment(name): Segment,
) -> Answer<Tagged<IntegrationView>> {
    admin.switch(&caller, &name, true).await
}

/// Switches an integration off: what comes in is recorded as suppressed.
#[utoipa::path(post, path = "/integrations/{name}/disable", tag = "integrations",
    params(("name" = String, Path, description = "Name of the integration")),
    responses((status = 200, body = IntegrationView)))]
pub(crate) async fn disable(
    State(admin): State<Arc<Admin>>,
    Writer(caller): Writer,
    Segment(name): Segment,
) -> Answer<Tagged<IntegrationView>> {
    admin.switch(&caller, &name, false).await
}

/// Deletes an integration; what happened in it stays.
#[utoipa::path(delete, path = "/integrations/{name}", tag = "integrations",
    params(("name" = String, Path, description = "Name of the integration")),
    responses((status = 204)))]
pub(crate) async fn delete(
    State(admin): State<Arc<Admin>>,
    Writer(caller): Writer,
    Segment(name): Segment,
) -> Answer<StatusCode> {
    let mut integration = admin.live(&caller, &name).await?;
    check_owner(&integration)?;
    integration.deleted_at = Some(admin.clock.now());
    admin.write(&caller, "delete", integration).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a new key; the one before works until the next time.
#[utoipa::path(post, path = "/integrations/{name}/rotate-key", tag = "integrations",
    params(("name" = String, Path, description = "Name of the integration")),
    responses((status = 200, body = Applied)))]
pub(crate) async fn rotate_key(
    State(admin): State<Arc<Admin>>,
    Writer(caller): Writer,
    Segment(name): Segment,
) -> Answer<Tagged<Applied>> {
    let mut integration = admin.live(&caller, &name).await?;
    if integration.keys_chosen {
        let detail = "Its keys are chosen in the credential webhook-keys: change them there.";
        return Err(Problem::new(409, "Conflict", detail));
    }
    let key = random()?;
    integration.key_hashes.truncate(MAX_KEYS - 1);
    integration.key_hashes.insert(0, key_hash(&key));
    let integration = admin.write(&caller, "rotate key", integration).await?;
    let addresses = admin.addresses(&integration, &key);
    Ok(applied(integration, addresses))
}

impl Admin {
    async fn create(
        &self,
        caller: &Caller,
        spec: IntegrationSpec,
        deleted: Option<Integration>,
    ) -> Answer<(StatusCode, Tagged<Applied>)> {
        let key = random()?;
        let integration = Integration {
            spec,
            version: deleted.map_or(0, |deleted| deleted.version),
            key_hashes: vec![key_hash(&key)],
            tenants: Vec::new(),
            file: None,
            keys_chosen: false,
            deleted_at: None,
            updated_at: self.clock.now(),
            live_since: self.clock.now(),
        };
        let created = self.write(caller, "create", integration).await?;
        let addresses = self.addresses(&created, &key);
        Ok((StatusCode::CREATED, applied(created, addresses)))
    }

    async fn switch(
        &self,
        caller: &Caller,
        name: &str,
        on: bool,
    ) -> Answer<Tagged<IntegrationView>> {
        let mut integration = self.live(caller, name).await?;
        check_owner(&integration)?;
        if integration.spec.enabled != on {
            integration.spec.enabled = on;
            let what = if on { "enable" } else { "disable" };
            integration = self.write(caller, what, integration).await?;
        }
        Ok(tagged(integration.version, view(&integration)))
    }

    /// Writes the integration as the next version of the one it was made of.
    /// Stores another document of an integration that no file keeps.
    pub(crate) async fn rewrite(
        &self,
        caller: &Caller,
        what: &str,
        stored: Integration,
        spec: IntegrationSpec,
    ) -> Answer<Integration> {
        check_owner(&stored)?;
        self.write(caller, what, Integration { spec, ..stored })
            .await
    }

    async fn write(
        &self,
        caller: &Caller,
        what: &str,
        mut integration: Integration,
    ) -> Answer<Integration> {
        let (seen, now) = (integration.version, self.clock.now());
        let before = self.store.integration(integration.name()).await?;
        integration.version += 1;
        integration.updated_at = now;
        integration.live_since = Integration::live_since(before.as_ref(), now);
        let (name, team) = (integration.name(), &integration.spec.team);
        let version = Some(integration.version);
        self.record_change(caller, what, name, team, version)
            .await?;
        let integration = self.directory.with_tenants(integration);
        let written = self.store.put_integration(integration.clone(), seen).await;
        written?;
        self.directory.forget();
        Ok(integration)
    }

    /// The paths of the integration's webhooks.
    fn addresses(&self, integration: &Integration, key: &str) -> Vec<String> {
        let Ok(plan) = self.directory.check(&integration.spec) else {
            return Vec::new();
        };
        let takes_webhooks = |name: &&String| {
            let connector = self.connectors.named(name);
            connector.is_some_and(|connector| connector.webhook().is_some())
        };
        let names = plan.connections.keys().filter(takes_webhooks);
        names
            .map(|name| format!("/webhooks/{name}/{key}"))
            .collect()
    }
}

fn applied(integration: Integration, addresses: Vec<String>) -> Tagged<Applied> {
    let view = view(&integration);
    tagged(integration.version, Applied { view, addresses })
}

/// Whoever changes what is there says which version they saw.
fn check_version(headers: &HeaderMap, stored: Option<&Integration>) -> Answer<()> {
    let stored = stored.filter(|stored| stored.deleted_at.is_none());
    let (seen, never) = (text(headers, header::IF_MATCH), header::IF_NONE_MATCH);
    let stale = |detail: String| Err(Problem::new(412, "Changed meanwhile", detail));
    match (stored, seen) {
        (Some(stored), _) if text(headers, never).is_some() => stale(format!(
            "It is there already, at version {}.",
            stored.version
        )),
        (Some(stored), Some(seen)) if seen == "*" || seen == stored.version.to_string() => Ok(()),
        (Some(stored), Some(_)) => stale(format!(
            "It is at version {}: read it again, and change that.",
            stored.version
        )),
        (Some(_), None) => {
            let detail = "Send the version that you have seen as If-Match; ETag names it.";
            Err(Problem::new(428, "Which version?", detail))
        }
        (None, Some(_)) => stale("It is not there: leave If-Match out to create it.".to_owned()),
        (None, None) => Ok(()),
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let value = headers.get(name)?;
    // A header that is no text names no version.
    let value = value.to_str().unwrap_or("?").trim();
    Some(value.trim_start_matches("W/").trim_matches('"').to_owned())
}

/// What a file holds would come back with the next change of its folder.
fn check_owner(stored: &Integration) -> Answer<()> {
    match &stored.file {
        Some(file) if stored.deleted_at.is_none() => {
            let detail =
                format!("It comes from the file {file} of the served folder: change it there.");
            Err(Problem::new(409, "Kept in a file", detail))
        }
        _ => Ok(()),
    }
}
