//! Who asks: a bearer token with a role, and perhaps a team beyond which it sees nothing.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use deskbridge_core::dedup::digest;
use deskbridge_core::integration::Integration;
use deskbridge_core::operator::{Role, Token};

use crate::Admin;
use crate::problem::{Answer, Problem};

const MAX_TOKEN_BYTES: usize = 256;

/// Anybody with a live token.
pub(crate) struct Caller(Token);

/// Somebody who may change things.
pub(crate) struct Writer(pub(crate) Caller);

/// Returns what a token is stored as.
pub(crate) fn token_hash(token: &str) -> String {
    digest(&["admin-token", token])
}

impl Caller {
    /// The name that stands in the audit log and in an action's history.
    pub(crate) fn name(&self) -> &str {
        &self.0.name
    }

    pub(crate) fn hash(&self) -> &str {
        &self.0.hash
    }

    /// The team beyond which nothing is seen, if any.
    pub(crate) fn team(&self) -> Option<&str> {
        self.0.team.as_deref()
    }

    pub(crate) fn sees_team(&self, team: &str) -> bool {
        self.team().is_none_or(|own| own == team)
    }
}

impl FromRequestParts<Arc<Admin>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, admin: &Arc<Admin>) -> Answer<Self> {
        let token = bearer(&parts.headers).ok_or_else(unknown)?;
        let token = admin.store.token(&token_hash(token)).await?;
        let token = token.filter(|token| token.is_live(admin.clock.now()));
        let token = token.ok_or_else(unknown)?;
        if token.role == Role::Flow {
            let detail =
                "This token only runs data actions. Use one with the role viewer or admin.";
            return Err(Problem::new(403, "Not allowed", detail));
        }
        Ok(Self(token))
    }
}

impl FromRequestParts<Arc<Admin>> for Writer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, admin: &Arc<Admin>) -> Answer<Self> {
        let caller = Caller::from_request_parts(parts, admin).await?;
        match caller.0.role {
            Role::Admin => Ok(Self(caller)),
            Role::Viewer | Role::Flow => {
                let detail = "This token only sees. Use one with the role admin.";
                Err(Problem::new(403, "Not allowed", detail))
            }
        }
    }
}

impl Admin {
    /// Returns the integration, deleted or not, unless it is another team's.
    pub(crate) async fn visible(&self, caller: &Caller, name: &str) -> Answer<Integration> {
        let found = self.store.integration(name).await?;
        let found = found.filter(|found| caller.sees_team(&found.spec.team));
        found.ok_or_else(Problem::not_found)
    }

    /// Whether what happened in this integration is for the caller's eyes.
    pub(crate) async fn check_sees(&self, caller: &Caller, integration: &str) -> Answer<()> {
        match caller.team() {
            None => Ok(()),
            Some(_) => self.visible(caller, integration).await.map(drop),
        }
    }
}

/// The token, if there is exactly one header and it is of this scheme.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return None;
    };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    let fits = !token.is_empty() && token.len() <= MAX_TOKEN_BYTES;
    (scheme.eq_ignore_ascii_case("bearer") && fits).then_some(token)
}

fn unknown() -> Problem {
    let detail = "Send a live token as Authorization: Bearer. `deskbridge token create` makes one.";
    Problem::new(401, "Who are you?", detail)
}
