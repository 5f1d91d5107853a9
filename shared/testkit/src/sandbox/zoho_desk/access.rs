//! Who may do what: access tokens, the organisation, scopes, and the errors that say no.

use serde_json::{Value, json};

use super::state::State;
use crate::sandbox::http::{Reply, Request};

const SCOPES: [&str; 15] = [
    "Desk.tickets.READ",
    "Desk.tickets.CREATE",
    "Desk.tickets.UPDATE",
    "Desk.tickets.ALL",
    "Desk.search.READ",
    "Desk.basic.READ",
    "Desk.settings.READ",
    "Desk.contacts.READ",
    "Desk.webhooks.READ",
    "Desk.webhooks.CREATE",
    "Desk.webhooks.UPDATE",
    "Desk.webhooks.DELETE",
    "Desk.events.ALL",
    "Desk.events.READ",
    "Desk.events.CREATE",
];

pub(super) fn every_scope() -> Vec<String> {
    SCOPES.map(str::to_owned).into()
}

pub(super) fn is_scope(name: &str) -> bool {
    SCOPES.contains(&name)
}

/// An answer that says no.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: u16,
    code: &'static str,
    message: &'static str,
    errors: Vec<Value>,
}

impl Refusal {
    pub(super) fn new(status: u16, code: &'static str, message: &'static str) -> Self {
        Self {
            status,
            code,
            message,
            errors: Vec::new(),
        }
    }

    pub(super) fn not_found() -> Self {
        let message = "The URL you're trying to access is not available.";
        Self::new(404, "URL_NOT_FOUND", message)
    }

    /// A field that is wrong, as `/contactId`, with `invalid` or `missing`.
    pub(super) fn field(name: &str, what: &str) -> Self {
        let message = "The data is invalid due to validation restrictions";
        let error = json!({ "fieldName": name, "errorType": what, "errorMessage": "" });
        Self {
            errors: vec![error],
            ..Self::new(422, "INVALID_DATA", message)
        }
    }

    pub(super) fn reply(&self) -> Reply {
        let mut body = json!({ "errorCode": self.code, "message": self.message });
        if !self.errors.is_empty() {
            body["errors"] = json!(self.errors);
        }
        Reply::json(self.status, &body)
    }
}

/// Returns the agent who calls, if they may: the token's scopes must hold all of `scopes`.
pub(super) fn allow(state: &State, request: &Request, scopes: &[&str]) -> Result<String, Refusal> {
    let token = request.authorization("Zoho-oauthtoken");
    let access = token.and_then(|token| state.access.get(token));
    let access = access.filter(|access| access.until > state.exactly_now());
    let Some(access) = access else {
        let message = "The OAuth Token you provided is invalid.";
        return Err(Refusal::new(401, "INVALID_OAUTH", message));
    };
    let organisation_is_asked = request.path.ends_with("/organizations");
    match request.header("orgid") {
        _ if organisation_is_asked => {}
        Some(org) if org == state.options.org_id => {}
        _ => {
            let message = "The given OAuth token doesn't belong to the orgId passed.";
            return Err(Refusal::new(403, "OAUTH_ORG_MISMATCH", message));
        }
    }
    let holds = |wanted: &&str| {
        let all = wanted
            .rsplit_once('.')
            .map(|(stem, _)| format!("{stem}.ALL"));
        let held = |scope: &String| scope == wanted || Some(scope) == all.as_ref();
        access.scopes.iter().any(held)
    };
    if !scopes.iter().all(holds) {
        let message = "The OAuth token doesn't have the scope for this operation.";
        return Err(Refusal::new(403, "SCOPE_MISMATCH", message));
    }
    Ok(access.agent.clone())
}
