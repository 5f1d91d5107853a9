//! What an attempt needs, gathered before anything is sent, and whether its credential may be used.

use super::judge::{PAUSED_CHECK, paused, postponed};
use super::{Dispatch, Verdict};
use crate::action::{Action, ActionRecord};
use crate::connector::{Connection, Connector, Operation};
use crate::flow::directory::Configured;
use crate::flow::notify::note;
use crate::link::Entity;
use crate::notice::Kind;
use crate::ports::{CredentialState, Paused};
use crate::secret::Credential;
use crate::{Error, ErrorKind, Result, Retry, Timestamp};

/// What an attempt needs besides the record, gathered before anything is sent.
pub(super) struct Ready<'a> {
    pub(super) connector: &'a dyn Connector,
    pub(super) operation: &'static Operation,
    pub(super) connection: &'a Connection,
    pub(super) credential: Credential,
    /// It was read again in this attempt.
    pub(super) renewed: bool,
    pub(super) subject: &'a Entity,
    /// The settings still have the rule that made the action.
    pub(super) has_rule: bool,
}

/// Whether a call may be made with a credential.
pub(super) enum Leave {
    Given,
    /// It is paused, and this is the hourly try.
    Trial,
    Held(Box<Verdict>),
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
        action: &Action,
        subject: &'a Entity,
        configured: &'a Configured,
    ) -> Result<Ready<'a>, Hindrance> {
        let found = || {
            let connector = self.connectors.named(&action.connector)?;
            let operation = self
                .connectors
                .operation(&action.connector, &action.operation)?;
            Some((connector, operation))
        };
        let plan = configured.plan();
        let connection = plan
            .as_ref()
            .map(|plan| plan.connections.get(&action.connector));
        let has_rule = plan.as_ref().is_ok_and(|plan| plan.has_rule(&action.rule));
        let (connection, (connector, operation)) = match (connection, found()) {
            (Ok(Some(connection)), Some(found)) => (connection, found),
            (Err(error), _) => return Err(Hindrance::Refusal(error.clone())),
            _ => return Err(Hindrance::Refusal(no_longer_offered(action))),
        };
        let own = action.terms.credential.as_ref();
        let name = own.or(connection.credential.as_ref());
        let name = name.map_or("", String::as_str);
        let credential = match self.secrets.credential(name).await {
            Ok(credential) => credential,
            Err(error) if error.kind() == ErrorKind::Unavailable => {
                return Err(Hindrance::Refusal(error));
            }
            Err(error) => {
                return Err(Hindrance::Credential {
                    name: name.to_owned(),
                    error,
                });
            }
        };
        Ok(Ready {
            connector,
            operation,
            connection,
            credential,
            renewed: false,
            subject,
            has_rule,
        })
    }

    /// After a call that the vendor did not let through: the same with the credential that stands
    /// now, if it is another one than the call was made with. Once for each attempt.
    pub(super) async fn renewed<'a>(&self, ready: &Ready<'a>, error: &Error) -> Option<Ready<'a>> {
        if ready.renewed || error.retry() != Retry::WhenCredentialChanges {
            return None;
        }
        let Credential { name, version, .. } = &ready.credential;
        let credential = self.secrets.reread(name, version).await.ok()?;
        if credential.version == *version {
            return None;
        }
        tracing::info!(credential = %name, "the vendor is asked again with the new credential");
        Some(Ready {
            credential,
            renewed: true,
            ..*ready
        })
    }

    /// Whether the credential may be used now. No attempt is used up while it may not. A pause lets one
    /// action try each hour: the person may have mended it at the vendor, without a new version here.
    pub(super) async fn leave(
        &self,
        record: &ActionRecord,
        credential: &Credential,
        now: Timestamp,
    ) -> Result<Leave> {
        let state = self.credential_state(&credential.name).await?;
        if let Some(until) = state.not_before.filter(|until| *until > now) {
            let why = format!("the vendor asked for no calls until {until}");
            return Ok(Leave::Held(Box::new(postponed(
                record.clone(),
                Some(until),
                why,
                now,
            ))));
        }
        let applies = |pause: &Paused| pause.version == credential.version;
        let Some(pause) = state.paused.clone().filter(applies) else {
            return Ok(Leave::Given);
        };
        if now.since(pause.since) < PAUSED_CHECK {
            let held = paused(record.clone(), &credential.name, &pause.why, now);
            return Ok(Leave::Held(Box::new(held)));
        }
        // Those that come while this one tries wait another hour.
        let paused = Some(Paused {
            since: now,
            ..pause
        });
        let state = CredentialState { paused, ..state };
        self.put_credential_state(&credential.name, state).await?;
        Ok(Leave::Trial)
    }

    /// After a trial that the vendor did not mind: everybody may go on.
    pub(super) async fn resume(&self, credential: &Credential, now: Timestamp) -> Result<()> {
        let state = self.store.credential_state(&credential.name).await?;
        let state = CredentialState {
            paused: None,
            ..state
        };
        self.put_credential_state(&credential.name, state).await?;
        tracing::info!(credential = %credential.name, "credential resumed");
        self.store.wake_credential(&credential.name, now).await
    }

    /// Tells everybody who uses the credential what the vendor said about it.
    pub(super) async fn note_credential(
        &self,
        ready: &Ready<'_>,
        error: &Error,
        now: Timestamp,
    ) -> Result<()> {
        let credential = &ready.credential;
        let before = self.store.credential_state(&credential.name).await?;
        let before_pause = before.paused.clone();
        let Some(state) = before.after(error, &credential.version, now) else {
            return Ok(());
        };
        if error.retry() == Retry::WhenCredentialChanges {
            tracing::warn!(credential = %credential.name, why = %error, "credential paused");
            if before_pause.is_none() {
                let (store, kind) = (&*self.store, Kind::CredentialPaused);
                note(store, now, kind, &credential.name, error.message()).await;
            }
        }
        self.put_credential_state(&credential.name, state).await
    }
}

fn no_longer_offered(action: &Action) -> Error {
    let (connector, operation) = (&action.connector, &action.operation);
    Error::new(
        ErrorKind::Misconfigured,
        format!("the integration no longer has {connector}.{operation}"),
    )
}
