//! The three ways to say the same thing, and which of them an operation goes by.

use deskbridge_core::connector::Call;
use deskbridge_core::secret::Credential;
use deskbridge_core::{Error, ErrorKind, Result, Retry};

use crate::opsgenie::settings::Service;

/// What JSM's integration events offer:
/// <https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-integration-events/>.
const EVENTS: [&str; 4] = [
    "create_alert",
    "close_alert",
    "acknowledge_alert",
    "add_note",
];
/// Not documented there, yet in use: tried where nothing else is left.
const TRIED_AS_EVENT: &str = "unacknowledge_alert";
/// Begins the handles of the account API, whose receipts only it can read.
const ACCOUNT_HANDLE: &str = "account:";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::opsgenie) enum Dialect {
    /// Opsgenie's Alert API v2, by integration key.
    V2,
    /// JSM's integration events: the same words for a few operations, by integration key.
    Events,
    /// JSM's account API, by e-mail and API token.
    Account,
}

impl Dialect {
    pub(super) fn of_operation(service: Service, call: &Call<'_>) -> Result<Self> {
        if service != Service::Jsm {
            return Ok(Self::V2);
        }
        let operation = call.operation.name;
        match (has_key(call.credential), has_token(call.credential)) {
            (true, _) if EVENTS.contains(&operation) => Ok(Self::Events),
            (_, true) => Ok(Self::Account),
            (true, false) if operation == TRIED_AS_EVENT => Ok(Self::Events),
            (true, false) => Err(needs_token(&format!(
                "JSM's integration key cannot {operation}"
            ))),
            (false, false) => Err(no_key(call.credential)),
        }
    }

    pub(super) fn of_reads(service: Service, credential: &Credential) -> Option<Self> {
        match service {
            Service::OpsgenieUs | Service::OpsgenieEu => Some(Self::V2),
            Service::Jsm => has_token(credential).then_some(Self::Account),
        }
    }

    pub(super) fn of_handle(service: Service, handle: &str) -> (Self, &str) {
        match (service, handle.strip_prefix(ACCOUNT_HANDLE)) {
            (_, Some(id)) => (Self::Account, id),
            (Service::Jsm, None) => (Self::Events, handle),
            (Service::OpsgenieUs | Service::OpsgenieEu, None) => (Self::V2, handle),
        }
    }

    /// Returns what `of_handle` reads.
    pub(in crate::opsgenie) fn handle(self, request_id: &str) -> String {
        match self {
            Self::V2 | Self::Events => request_id.to_owned(),
            Self::Account => format!("{ACCOUNT_HANDLE}{request_id}"),
        }
    }
}

/// What this key cannot do, and what to add so that it can.
pub(in crate::opsgenie) fn needs_token(what: &str) -> Error {
    let why = format!(
        "{what}: add the fields email and api_token to the credential, and site or cloud_id to the settings"
    );
    Error::new(ErrorKind::Unsupported, why)
}

fn no_key(credential: &Credential) -> Error {
    let name = &credential.name;
    let why = format!(
        "credential {name} has neither the field api_key nor email and api_token: set it again with them"
    );
    Error::new(ErrorKind::Misconfigured, why).with_retry(Retry::WhenCredentialChanges)
}

fn has_key(credential: &Credential) -> bool {
    credential.optional("api_key").is_some()
}

fn has_token(credential: &Credential) -> bool {
    ["email", "api_token"]
        .iter()
        .all(|field| credential.optional(field).is_some())
}
