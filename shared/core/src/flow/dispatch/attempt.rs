//! One attempt, or one look-up, at a claimed action.

use std::time::Duration;

use super::judge::{absent, call_failed, delivered, look_up_failed, not_yet, postponed, refused};
use super::{Dispatch, Verdict};
use crate::action::{ActionRecord, Stage};
use crate::connector::{Answer, Call, Connection, Connector, Found, Operation, Repeat};
use crate::link::{Entity, EntityChange, EntityRef, Written};
use crate::outcome::Outcome;
use crate::ports::{CredentialState, Paused};
use crate::secret::Credential;
use crate::{Error, ErrorKind, Result, Retry, Timestamp};

/// How long a vendor that works asynchronously is asked at once, before the row waits for the sweep.
const FOLLOW_UPS: [Duration; 5] = [
    Duration::from_millis(200),
    Duration::from_millis(400),
    Duration::from_millis(800),
    Duration::from_millis(1_600),
    Duration::from_millis(2_000),
];

/// What an attempt needs besides the record, gathered before anything is sent.
struct Ready<'a> {
    connector: &'a dyn Connector,
    operation: &'static Operation,
    connection: &'a Connection,
    credential: Credential,
    subject: Entity,
}

impl Dispatch {
    /// Only an error of our own store comes out; everything else is a verdict.
    pub(super) async fn attempt(&self, mut record: ActionRecord) -> Result<Verdict> {
        let now = self.clock.now();
        let action = record.action.clone();
        let configured = self.directory.named(&action.integration).await?;
        let off = match &configured {
            None => Some("the integration is deleted"),
            Some(configured) => configured.integration.off(),
        };
        let sending = record.stage == Stage::Sending;
        let (Some(configured), false) = (&configured, off.is_some() && sending) else {
            let why = off.unwrap_or("the integration is deleted").to_owned();
            record.settle(Outcome::Suppressed { why }, now);
            return Ok(record.into());
        };
        let ready = match self.gather(&record, configured).await? {
            Ok(ready) => ready,
            Err(error) => return self.failed(record, None, error).await,
        };
        if let Some(verdict) = self
            .credential_blocks(&mut record, &ready.credential, now)
            .await?
        {
            return Ok(verdict);
        }
        match record.stage.clone() {
            Stage::Unknown { handle, .. } if handle.is_some() || looks(ready.operation) => {
                self.look_up(record, &ready, handle, off).await
            }
            Stage::Unknown { .. } if ready.operation.repeat == Repeat::Park => {
                Ok(super::judge::park(record, now))
            }
            _ => self.send(record, &ready).await,
        }
    }

    async fn gather<'a>(
        &'a self,
        record: &ActionRecord,
        configured: &'a crate::flow::directory::Configured,
    ) -> Result<Result<Ready<'a>, Error>> {
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
            (Err(error), _) => return Ok(Err(error)),
            _ => return Ok(Err(no_longer_offered(action))),
        };
        let name = connection.credential.as_deref().unwrap_or_default();
        let credential = match self.secrets.credential(name).await {
            Ok(credential) => credential,
            Err(error) => return Ok(Err(error.with_retry(Retry::Later(None)))),
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
    /// who uses it to wait. No attempt is used up.
    async fn credential_blocks(
        &self,
        record: &mut ActionRecord,
        credential: &Credential,
        now: Timestamp,
    ) -> Result<Option<Verdict>> {
        let state = self.store.credential_state(&credential.name).await?;
        if let Some(paused) = state
            .paused
            .filter(|paused| paused.version == credential.version)
        {
            let why = format!("credential {} is paused: {}", credential.name, paused.why);
            return Ok(Some(postponed(record.clone(), None, why, now)));
        }
        if let Some(until) = state.not_before.filter(|until| *until > now) {
            let why = format!("the vendor asked for no calls until {until}");
            return Ok(Some(postponed(record.clone(), Some(until), why, now)));
        }
        Ok(None)
    }

    async fn send(&self, mut record: ActionRecord, ready: &Ready<'_>) -> Result<Verdict> {
        let now = self.clock.now();
        if let Some(why) = no_longer_wanted(&record, ready) {
            record.settle(Outcome::Filtered { why }, now);
            return Ok(record.into());
        }
        record.attempts += 1;
        let action = record.action.clone();
        let call = self.call(&action, ready, &record);
        let prepared = match ready.connector.prepare(&call).await {
            Ok(prepared) => prepared,
            Err(error) => return self.failed(record, Some(ready), not_sent(error)).await,
        };
        let writes = written(&prepared.writes, &record, now);
        if !writes.is_empty() {
            self.store
                .change_entities(&action.integration, writes)
                .await?;
        }
        record.first_sent_at.get_or_insert(now);
        match ready.connector.send(&call, prepared).await {
            Ok(Answer::Done(done)) => {
                Ok(delivered(record, ready.operation, done, self.clock.now()))
            }
            Ok(Answer::Pending { handle }) => {
                record.set_unknown(Some(handle.clone()), self.clock.now());
                self.follow(record, ready, &handle).await
            }
            Err(error) => self.failed(record, Some(ready), error).await,
        }
    }

    /// Asks after a request that the vendor took for later, a few times before leaving it to the
    /// sweep: most are done within a second.
    async fn follow(
        &self,
        record: ActionRecord,
        ready: &Ready<'_>,
        handle: &str,
    ) -> Result<Verdict> {
        let action = record.action.clone();
        for wait in FOLLOW_UPS {
            self.clock.sleep(wait).await;
            let call = self.call(&action, ready, &record);
            match ready.connector.look_up(&call, Some(handle)).await {
                Ok(Found::Pending) => {}
                found => return self.found(record, ready, found).await,
            }
        }
        Ok(not_yet(record, self.clock.now()))
    }

    async fn look_up(
        &self,
        mut record: ActionRecord,
        ready: &Ready<'_>,
        handle: Option<String>,
        off: Option<&str>,
    ) -> Result<Verdict> {
        let action = record.action.clone();
        let call = self.call(&action, ready, &record);
        let found = ready.connector.look_up(&call, handle.as_deref()).await;
        if let (Ok(Found::Absent), Some(why)) = (&found, off) {
            record.settle(
                Outcome::Suppressed {
                    why: why.to_owned(),
                },
                self.clock.now(),
            );
            return Ok(record.into());
        }
        self.found(record, ready, found).await
    }

    async fn found(
        &self,
        record: ActionRecord,
        ready: &Ready<'_>,
        found: Result<Found>,
    ) -> Result<Verdict> {
        let now = self.clock.now();
        match found {
            Ok(Found::Done(done)) => Ok(delivered(record, ready.operation, done, now)),
            Ok(Found::Pending) => Ok(not_yet(record, now)),
            Ok(Found::Absent) => Ok(absent(record, ready.operation, now)),
            Ok(Found::Refused { why }) => Ok(refused(record, ready.operation, why, now)),
            Err(error) => {
                self.note_credential(ready, &error, now).await?;
                Ok(look_up_failed(record, &error, now))
            }
        }
    }

    async fn failed(
        &self,
        record: ActionRecord,
        ready: Option<&Ready<'_>>,
        error: Error,
    ) -> Result<Verdict> {
        let now = self.clock.now();
        if let Some(ready) = ready {
            self.note_credential(ready, &error, now).await?;
        }
        let repeat = ready.map_or(Repeat::Park, |ready| ready.operation.repeat);
        let ends = ready.is_some_and(|ready| ready.operation.ends);
        Ok(call_failed(record, repeat, ends, &error, now))
    }

    /// Tells everybody who uses the credential what the vendor said about it.
    async fn note_credential(
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

    fn call<'a>(
        &'a self,
        action: &'a crate::action::Action,
        ready: &'a Ready<'_>,
        record: &ActionRecord,
    ) -> Call<'a> {
        Call {
            http: self.http.as_ref(),
            now: self.clock.now(),
            connection: ready.connection,
            credential: &ready.credential,
            operation: ready.operation,
            action,
            target: target(&ready.subject, action, ready.operation),
            first_sent_at: record.first_sent_at,
        }
    }
}

/// The entity to act on: the subject itself where the event came from the same vendor, else the
/// subject's counterpart.
fn target<'a>(
    subject: &'a Entity,
    action: &crate::action::Action,
    operation: &Operation,
) -> Option<&'a EntityRef> {
    operation.acts_on?;
    if subject.entity.connector == action.connector {
        return Some(&subject.entity);
    }
    subject.link(&action.connector).map(|link| &link.peer)
}

fn looks(operation: &Operation) -> bool {
    matches!(operation.repeat, Repeat::LookUp { .. })
}

/// Returns why a create has nothing left to do when its turn comes, if so.
fn no_longer_wanted(record: &ActionRecord, ready: &Ready<'_>) -> Option<String> {
    ready.operation.creates?;
    let action = &record.action;
    if let Some(link) = ready.subject.link(&action.connector) {
        return Some(format!("{} has {} already", action.subject, link.peer));
    }
    let ended = ready.subject.ended_at?;
    (ended > action.received_at).then(|| format!("superseded: ended by a webhook of {ended}"))
}

fn no_longer_offered(action: &crate::action::Action) -> Error {
    let (connector, operation) = (&action.connector, &action.operation);
    Error::new(
        ErrorKind::Misconfigured,
        format!("the integration no longer has {connector}.{operation}"),
    )
}

/// An error of `prepare` is about reads: whatever its kind, nothing was written at the vendor.
fn not_sent(error: Error) -> Error {
    match error.retry() {
        Retry::LookUp => error.with_retry(Retry::Later(None)),
        _ => error,
    }
}

fn written(
    writes: &[(EntityRef, String, String)],
    record: &ActionRecord,
    now: Timestamp,
) -> Vec<EntityChange> {
    let changes = writes
        .iter()
        .map(|(entity, field, value)| EntityChange::Written {
            entity: entity.clone(),
            field: field.clone(),
            written: Written {
                value: value.clone(),
                at: now,
                action_id: record.action.id.clone(),
            },
        });
    changes.collect()
}

impl From<ActionRecord> for Verdict {
    fn from(record: ActionRecord) -> Self {
        Self {
            record,
            changes: Vec::new(),
        }
    }
}
