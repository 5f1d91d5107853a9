//! What an attempt needs, gathered before anything is sent, and whether its credential may be used.

use super::judge::{PAUSED_CHECK, paused, postponed};
use super::{Dispatch, Verdict};
use crate::action::{Action, ActionRecord};
use crate::connector::{Connection, Connector, Operation};
use crate::flow::directory::Configured;
use crate::link::Entity;
use crate::ports::{CredentialState, Paused};
use crate::secret::Credential;
use crate::{Error, ErrorKind, Result, Retry, Timestamp};

/// What an attempt needs besides the record, gathered before anything is sent.
pub(super) struct Ready<'a> {
    pub(super) connector: &'a dyn Connector,
    pub(super) operation: &'static Operation,
    pub(super) connection: &'a Connection,
    pub(super) credential: Credential,
    pub(super) subject: Entity,
}

/// Why nothing could be gathered.
pub(super) enum Hindrance {
    Refusal(Error),
    /// There is no such credential yet.
    Credential {
        name: String,
        error: Error,
    },
}

impl Dispatch {
    pub(super) async fn gather<'a>(
        &'a self,
        record: &ActionRecord,
        configured: &'a Configured,
    ) -> Result<Result<Ready<'a>, Hindrance>> {
        let action = &record.action;
        let found = || {
            let connector = self.connectors.named(&action.connector)?;
            let operation = self
                .connectors
                .operation(&action.connector, &action.operation)?;
            Some((connector, operation))
        };
        let connection = configured
            .plan()
            .map(|plan| plan.connections.get(&action.connector));
        let (connection, (connector, operation)) = match (connection, found()) {
            (Ok(Some(connection)), Some(found)) => (connection, found),
            (Err(error), _) => return Ok(Err(Hindrance::Refusal(error))),
            _ => return Ok(Err(Hindrance::Refusal(no_longer_offered(action)))),
        };
        let name = connection.credential.as_deref().unwrap_or_default();
        let credential = match self.secrets.credential(name).await {
            Ok(credential) => credential,
            Err(error) if error.kind() == ErrorKind::Unavailable => {
                return Ok(Err(Hindrance::Refusal(error)));
            }
            Err(error) => {
                return Ok(Err(Hindrance::Credential {
                    name: name.to_owned(),
                    error,
                }));
            }
        };
        let subject = std::slice::from_ref(&action.subject);
        let entities = self.store.entities(&action.integration, subject).await?;
        let unknown = || Entity::unknown(action.subject.clone());
        Ok(Ok(Ready {
            connector,
            operation,
            connection,
            credential,
            subject: entities.into_iter().next().unwrap_or_else(unknown),
        }))
    }

    /// Holds the action back while its credential is paused, or while the vendor asked everybody
    /// who uses it to wait. No attempt is used up. A pause lets one try through each hour: the
    /// person may have mended it at the vendor, without a new version here.
    pub(super) async fn credential_blocks(
        &self,
        record: &mut ActionRecord,
        credential: &Credential,
        now: Timestamp,
    ) -> Result<Option<Verdict>> {
        let state = self.store.credential_state(&credential.name).await?;
        let holds = |paused: &Paused| {
            paused.version == credential.version && now.since(paused.since) < PAUSED_CHECK
        };
        if let Some(pause) = state.paused.filter(holds) {
            let held = paused(record.clone(), &credential.name, &pause.why, now);
            return Ok(Some(held));
        }
        if let Some(until) = state.not_before.filter(|until| *until > now) {
            let why = format!("the vendor asked for no calls until {until}");
            return Ok(Some(postponed(record.clone(), Some(until), why, now)));
        }
        Ok(None)
    }

    /// Tells everybody who uses the credential what the vendor said about it.
    pub(super) async fn note_credential(
        &self,
        ready: &Ready<'_>,
        error: &Error,
        now: Timestamp,
    ) -> Result<()> {
        let credential = &ready.credential;
        let state = match error.retry() {
            Retry::WhenCredentialChanges => CredentialState {
                paused: Some(Paused {
                    why: error.message().to_owned(),
                    version: credential.version.clone(),
                    since: now,
                }),
                not_before: None,
            },
            Retry::Later(Some(wait)) if error.kind() == ErrorKind::RateLimited => CredentialState {
                paused: None,
                not_before: Some(now + wait),
            },
            _ => return Ok(()),
        };
        if state.paused.is_some() {
            tracing::warn!(credential = %credential.name, why = %error, "credential paused");
        }
        self.store
            .put_credential_state(&credential.name, state)
            .await
    }
}

fn no_longer_offered(action: &Action) -> Error {
    let (connector, operation) = (&action.connector, &action.operation);
    Error::new(
        ErrorKind::Misconfigured,
        format!("the integration no longer has {connector}.{operation}"),
    )
}
