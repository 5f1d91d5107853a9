//! Credentials: written and never shown. What is told of one is its name, the names of its fields, who
//! uses it, and how it stands.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use deskbridge_core::integration::IntegrationSpec;
use deskbridge_core::ports::{CredentialState, Held};
use deskbridge_core::secret::{Credential, SHARED};
use deskbridge_core::{ErrorKind, Timestamp};
use deskbridge_data_actions::certificates;
use futures::StreamExt as _;
use futures::stream;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Admin;
use crate::access::{Caller, Writer};
use crate::extract::{Asked, Body, Segment};
use crate::problem::{Answer, Problem};

/// How many are looked at side by side, for a list.
const LOOKED_AT_ONCE: usize = 8;

#[derive(Serialize, ToSchema)]
pub(crate) struct Credentials {
    credentials: Vec<CredentialView>,
}

/// All that is told of a credential.
#[derive(Serialize, ToSchema)]
pub(crate) struct CredentialView {
    name: String,
    /// Whether there is one: integrations may name what nobody has set yet.
    held: bool,
    /// What its fields are called.
    fields: Vec<String>,
    /// When it was last written, where the vault knows.
    #[schema(format = DateTime)]
    changed_at: Option<String>,
    /// When it ends: what its field `expires_at` says, or the last of its client certificates, whichever
    /// comes first.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// The integrations that name it.
    used_by: Vec<String>,
    /// Set while nothing is sent with it: a person must look at it.
    paused: Option<Pause>,
    /// The vendor asked for no calls until then.
    #[schema(format = DateTime)]
    rests_until: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Pause {
    #[schema(format = DateTime)]
    since: String,
    /// The vendor's words.
    why: String,
}

/// The whole document, which takes the place of the one before.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CredentialBody {
    /// By the names that its connector gives them; `expires_at` may say when it ends.
    fields: BTreeMap<String, String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeleteQuery {
    /// Delete it although integrations use it.
    #[serde(default)]
    force: bool,
}

/// Which integrations name which credential, those of other teams included.
pub(crate) struct Uses(BTreeMap<String, Vec<User>>);

struct User {
    integration: String,
    team: String,
}

/// Lists the credentials that are held or named by an integration.
#[utoipa::path(get, path = "/credentials", tag = "credentials",
    responses((status = 200, body = Credentials)))]
pub(crate) async fn list(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
) -> Answer<Json<Credentials>> {
    let uses = admin.uses().await?;
    let held = admin.vault.held().await?.into_iter();
    let mut held: BTreeMap<_, _> = held.map(|one| (one.name.clone(), one)).collect();
    let names: BTreeSet<String> = held.keys().chain(uses.0.keys()).cloned().collect();
    let seen = names.into_iter().filter(|name| uses.sees(&caller, name));
    let seen: Vec<_> = seen
        .map(|name| (held.remove(&name), uses.names(&name), name))
        .collect();
    let views = stream::iter(seen)
        .map(async |(held, used_by, name)| admin.credential_view(name, held, used_by).await);
    let views: Vec<_> = views.buffered(LOOKED_AT_ONCE).collect().await;
    let credentials: Answer<Vec<_>> = views.into_iter().collect();
    Ok(Json(Credentials {
        credentials: credentials?,
    }))
}

/// Sets a credential. What was paused with the one before goes on.
#[utoipa::path(put, path = "/credentials/{name}", tag = "credentials",
    request_body = CredentialBody,
    params(("name" = String, Path, description = "Name of the credential")),
    responses((status = 200, body = CredentialView)))]
pub(crate) async fn put(
    State(admin): State<Arc<Admin>>,
    Writer(caller): Writer,
    Segment(name): Segment,
    Body(body): Body<CredentialBody>,
) -> Answer<Json<CredentialView>> {
    let uses = admin.uses().await?;
    uses.check(&caller, &name)?;
    let team = caller.team().unwrap_or_default();
    admin
        .record_change(&caller, "set credential", &name, team, None)
        .await?;
    let fields = body.fields.keys().cloned().collect();
    admin.vault.put(&name, body.fields).await?;
    admin.resume(&name).await?;
    let held = Held {
        name: name.clone(),
        fields: Some(fields),
        changed_at: Some(admin.clock.now()),
    };
    let used_by = uses.names(&name);
    let view = admin.credential_view(name, Some(held), used_by).await?;
    Ok(Json(view))
}

/// Deletes a credential that nobody uses.
#[utoipa::path(delete, path = "/credentials/{name}", tag = "credentials",
    params(("name" = String, Path, description = "Name of the credential"), DeleteQuery),
    responses((status = 204)))]
pub(crate) async fn delete(
    State(admin): State<Arc<Admin>>,
    Writer(caller): Writer,
    Segment(name): Segment,
    Asked(query): Asked<DeleteQuery>,
) -> Answer<StatusCode> {
    let uses = admin.uses().await?;
    uses.check(&caller, &name)?;
    let held = admin.vault.held().await?;
    if held.iter().all(|one| one.name != name) {
        return Err(Problem::not_found());
    }
    let used_by = uses.names(&name);
    if !query.force && !used_by.is_empty() {
        let used_by = used_by.join(", ");
        let detail = format!("It is used by {used_by}: change that first, or force it.");
        return Err(Problem::new(409, "In use", detail));
    }
    let team = caller.team().unwrap_or_default();
    admin
        .record_change(&caller, "delete credential", &name, team, None)
        .await?;
    admin.vault.remove(&name).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl Admin {
    pub(crate) async fn uses(&self) -> Answer<Uses> {
        let mut uses = BTreeMap::<String, Vec<User>>::new();
        for integration in self.store.integrations().await? {
            if integration.deleted_at.is_some() {
                continue;
            }
            for name in integration.spec.credentials() {
                uses.entry(name).or_default().push(User {
                    integration: integration.spec.name.clone(),
                    team: integration.spec.team.clone(),
                });
            }
        }
        Ok(Uses(uses))
    }

    /// A team's document may not name what belongs to another team: it would be sent to wherever the
    /// document says.
    pub(crate) async fn check_names(&self, caller: &Caller, spec: &IntegrationSpec) -> Answer<()> {
        let Some(team) = caller.team() else {
            return Ok(());
        };
        let uses = self.uses().await?;
        for name in spec.credentials() {
            if SHARED.contains(&name.as_str()) || uses.is_foreign(&name, team) {
                let detail = "It names a credential that belongs to another team.";
                return Err(Problem::field(403, "Not allowed", "settings", detail));
            }
        }
        Ok(())
    }

    /// Lets go on what waits for this credential, which is new or works again.
    pub(crate) async fn resume(&self, name: &str) -> Answer<()> {
        let state = self.store.credential_state(name).await?;
        if state.paused.is_some() {
            let state = CredentialState {
                paused: None,
                ..state
            };
            self.store.put_credential_state(name, state).await?;
        }
        Ok(self.store.wake_credential(name, self.clock.now()).await?)
    }

    async fn credential_view(
        &self,
        name: String,
        held: Option<Held>,
        used_by: Vec<String>,
    ) -> Answer<CredentialView> {
        let state = self.store.credential_state(&name).await?;
        let document = match &held {
            Some(_) => self.document(&name).await?,
            None => None,
        };
        let told = held.as_ref().and_then(|held| held.fields.clone());
        let read = document.as_ref();
        let read = || read.map(|one| one.names().map(str::to_owned).collect());
        // A pause is of one version: another one is not held back by it.
        let applies = |version: &str| read_version(document.as_ref()).is_none_or(|v| v == version);
        let paused = state.paused.filter(|pause| applies(&pause.version));
        let now = self.clock.now();
        let rests = state.not_before.filter(|until| *until > now);
        Ok(CredentialView {
            held: held.is_some(),
            fields: told.or_else(read).unwrap_or_default(),
            changed_at: held
                .and_then(|held| held.changed_at)
                .map(|at| at.to_string()),
            expires_at: document.as_ref().and_then(end).map(|at| at.to_string()),
            used_by,
            paused: paused.map(|pause| Pause {
                since: pause.since.to_string(),
                why: pause.why,
            }),
            rests_until: rests.map(|at| at.to_string()),
            name,
        })
    }

    /// Reads a document whose end and fields are to be told; one that cannot be read tells neither.
    async fn document(&self, name: &str) -> Answer<Option<Credential>> {
        match self.secrets.credential(name).await {
            Ok(document) => Ok(Some(document)),
            Err(error) if error.kind() == ErrorKind::Misconfigured => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

impl Uses {
    /// The integrations that name it.
    fn names(&self, name: &str) -> Vec<String> {
        let users = self.0.get(name).into_iter().flatten();
        users.map(|user| user.integration.clone()).collect()
    }

    /// A team sees what its own integrations name.
    pub(crate) fn sees(&self, caller: &Caller, name: &str) -> bool {
        let mut users = self.0.get(name).into_iter().flatten();
        caller
            .team()
            .is_none_or(|team| !SHARED.contains(&name) && users.any(|user| user.team == team))
    }

    /// Only who sees a credential may change it, and a team only what is all its own.
    fn check(&self, caller: &Caller, name: &str) -> Answer<()> {
        if !self.sees(caller, name) {
            return Err(Problem::not_found());
        }
        let users = self.0.get(name).into_iter().flatten();
        let others = users.filter(|user| !caller.sees_team(&user.team));
        if others.count() > 0 {
            let detail = "Integrations of other teams use it too: ask for a token without a team.";
            return Err(Problem::new(403, "Not allowed", detail));
        }
        Ok(())
    }

    fn is_foreign(&self, name: &str, team: &str) -> bool {
        let users = || self.0.get(name).into_iter().flatten();
        users().count() > 0 && users().all(|user| user.team != team)
    }
}

/// A certificate is followed by the next one of its credential, so the last of them is the end.
fn end(document: &Credential) -> Option<Timestamp> {
    let certificates = certificates(document).into_iter();
    let last = certificates.map(|life| life.until).max();
    document.expires_at().into_iter().chain(last).min()
}

fn read_version(document: Option<&Credential>) -> Option<&str> {
    document.map(|document| document.version.as_str())
}
