//! One attempt, or one look-up, at a claimed action.

use std::time::Duration;

use super::judge::{
    absent, call_failed, delivered, goes_on, look_up_failed, not_yet, paused, postponed, refused,
};
use super::ready::{Hindrance, Leave, Ready};
use super::wanted::{no_longer_wanted, older, target};
use super::{Claimed, Dispatch, Verdict};
use crate::action::{Action, ActionRecord, Stage};
use crate::connector::{Answer, Call, Done, Found, Operation, Repeat};
use crate::link::{EntityChange, EntityRef, Written};
use crate::outcome::Outcome;
use crate::{Error, ErrorKind, Result, Retry, Timestamp};

/// How long a vendor that works asynchronously is asked at once, before the row waits for the sweep.
const FOLLOW_UPS: [Duration; 5] = [
    Duration::from_millis(100),
    Duration::from_millis(400),
    Duration::from_millis(800),
    Duration::from_millis(1_600),
    Duration::from_millis(2_000),
];

impl Dispatch {
    /// Only an error of our own store comes out; everything else is a verdict.
    pub(super) async fn attempt(&self, claimed: Claimed) -> Result<Verdict> {
        let now = self.clock.now();
        let Claimed {
            mut record,
            subject,
        } = claimed;
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
        let ready = match self.gather(&action, &subject, configured).await {
            Ok(ready) => ready,
            Err(Hindrance::Credential { name, error }) => {
                return Ok(paused(record, &name, error.message(), now));
            }
            Err(Hindrance::Refusal(error)) if !sending => {
                // What may have taken effect stays unknown until somebody can look.
                return Ok(postponed(record, None, error.to_string(), now));
            }
            Err(Hindrance::Refusal(error)) => {
                return Ok(call_failed(record, Repeat::Park, false, &error, now));
            }
        };
        let leave = self.leave(&record, &ready.credential, now).await?;
        if let Leave::Held(verdict) = leave {
            return Ok(*verdict);
        }
        let verdict = self.go_on(record, &ready, off).await?;
        if matches!(leave, Leave::Trial) && verdict.record.waits_for.is_none() {
            self.resume(&ready.credential, now).await?;
        }
        Ok(verdict)
    }

    /// Sends, looks, or leaves it, as the record stands.
    async fn go_on(
        &self,
        mut record: ActionRecord,
        ready: &Ready<'_>,
        off: Option<&str>,
    ) -> Result<Verdict> {
        let now = self.clock.now();
        if let Some(due_at) = too_early(&record, ready, now) {
            record.due_at = Some(due_at);
            return Ok(record.into());
        }
        match record.stage.clone() {
            Stage::Unknown { handle, .. } if handle.is_some() || looks(ready.operation) => {
                self.look_up(record, ready, handle, off).await
            }
            // To send it again, harmless as that is, would be a call after "off".
            Stage::Unknown { .. } if off.is_some() => {
                let why = off.unwrap_or_default().to_owned();
                record.settle(Outcome::Suppressed { why }, now);
                Ok(record.into())
            }
            Stage::Unknown { .. } if ready.operation.repeat == Repeat::Park => {
                Ok(super::judge::park(record, now))
            }
            _ => self.send(record, ready).await,
        }
    }

    async fn send(&self, mut record: ActionRecord, ready: &Ready<'_>) -> Result<Verdict> {
        let now = self.clock.now();
        if let Some(why) = no_longer_wanted(&record, ready) {
            record.settle(Outcome::Filtered { why }, now);
            return Ok(record.into());
        }
        let action = record.action.clone();
        let call = self.call(&action, ready, &record);
        let prepared = match ready.connector.prepare(&call).await {
            Ok(prepared) => prepared,
            Err(error) => return self.unprepared(record, ready, not_sent(error)).await,
        };
        let undo = forgotten(&prepared.writes);
        let writes = written(&prepared.writes, &record, now);
        if !writes.is_empty() {
            self.store
                .change_entities(&action.integration, writes)
                .await?;
        }
        match ready.connector.send(&call, prepared).await {
            Ok(Answer::Done(done)) => Ok(self.delivered(record, ready, done)),
            Ok(Answer::Pending { handle }) => {
                record.set_unknown(Some(handle.clone()), self.clock.now());
                self.follow(record, ready, &handle).await
            }
            Err(error) => {
                let refused = error.retry() == Retry::Never;
                let mut verdict = self.not_let_in(record, ready, error).await?;
                if refused {
                    verdict.changes.extend(undo);
                }
                Ok(verdict)
            }
        }
    }

    /// Sends again at once where it was the credential, and that has changed since it was read.
    async fn not_let_in(
        &self,
        record: ActionRecord,
        ready: &Ready<'_>,
        error: Error,
    ) -> Result<Verdict> {
        match self.renewed(ready, &error).await {
            Some(again) => Box::pin(self.send(record, &again)).await,
            None => self.failed(record, ready, error).await,
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
        if let Err(error) = &found
            && let Some(again) = self.renewed(ready, error).await
        {
            return Box::pin(self.look_up(record, &again, handle, off)).await;
        }
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
            Ok(Found::Done(done)) => Ok(self.delivered(record, ready, done)),
            Ok(Found::Pending) => Ok(not_yet(record, now)),
            Ok(Found::Absent) => Ok(absent(record, ready.operation, now)),
            Ok(Found::Refused { why }) => Ok(match older_target(&record, ready) {
                Some(peer) => goes_on(record, peer, why, now),
                None => refused(record, ready.operation, why, now),
            }),
            Err(error) => {
                self.note_credential(ready, &error, now).await?;
                Ok(look_up_failed(record, &error, now))
            }
        }
    }

    fn delivered(&self, record: ActionRecord, ready: &Ready<'_>, done: Done) -> Verdict {
        let now = self.clock.now();
        match older_target(&record, ready) {
            Some(peer) => goes_on(record, peer, done.detail, now),
            None => delivered(record, ready.operation, done, Some(ready.subject), now),
        }
    }

    /// A limit that is met before anything was sent is no failure of this action: it waits, as all
    /// others with its credential do, and uses up no attempt.
    async fn unprepared(
        &self,
        record: ActionRecord,
        ready: &Ready<'_>,
        error: Error,
    ) -> Result<Verdict> {
        let (ErrorKind::RateLimited | ErrorKind::Paced, Retry::Later(Some(wait))) =
            (error.kind(), error.retry())
        else {
            return self.not_let_in(record, ready, error).await;
        };
        let now = self.clock.now();
        self.note_credential(ready, &error, now).await?;
        Ok(postponed(record, Some(now + wait), error.to_string(), now))
    }

    async fn failed(
        &self,
        record: ActionRecord,
        ready: &Ready<'_>,
        error: Error,
    ) -> Result<Verdict> {
        let now = self.clock.now();
        self.note_credential(ready, &error, now).await?;
        if error.retry() == Retry::WhenCredentialChanges {
            let name = &ready.credential.name;
            return Ok(paused(record, name, &error.to_string(), now));
        }
        if let (Some(peer), Retry::Never) = (older_target(&record, ready), error.retry()) {
            return Ok(goes_on(record, peer, error.to_string(), now));
        }
        if let (ErrorKind::Paced, Retry::Later(Some(wait))) = (error.kind(), error.retry()) {
            return Ok(postponed(record, Some(now + wait), error.to_string(), now));
        }
        let operation = ready.operation;
        let repeat = ready.connection.repeat(operation);
        Ok(call_failed(record, repeat, operation.ends, &error, now))
    }

    pub(super) fn call<'a>(
        &'a self,
        action: &'a Action,
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
            target: target(ready.subject, action, ready.operation),
            link: ready.subject.link(&action.connector),
            first_sent_at: record.first_sent_at,
        }
    }
}

/// The counterpart that this attempt was about, if it is not the last one.
fn older_target(record: &ActionRecord, ready: &Ready<'_>) -> Option<EntityRef> {
    older(ready.subject, &record.action, ready.operation).cloned()
}

/// Returns when an unknown outcome may be looked up at the earliest, if that is still to come: the
/// vendor's index must have had its time since the last request.
fn too_early(record: &ActionRecord, ready: &Ready<'_>, now: Timestamp) -> Option<Timestamp> {
    let repeat = ready.connection.repeat(ready.operation);
    let (Stage::Unknown { handle: None, .. }, Repeat::LookUp { wait, .. }) =
        (&record.stage, repeat)
    else {
        return None;
    };
    let earliest = record.last_sent_at? + wait;
    (earliest > now).then_some(earliest)
}

pub(super) fn looks(operation: &Operation) -> bool {
    matches!(operation.repeat, Repeat::LookUp { .. })
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

/// What was refused was not written: a person who sets the same value later is no echo.
fn forgotten(writes: &[(EntityRef, String, String)]) -> Vec<EntityChange> {
    let changes = writes
        .iter()
        .map(|(entity, field, _)| EntityChange::Forget {
            entity: entity.clone(),
            field: field.clone(),
        });
    changes.collect()
}

impl From<ActionRecord> for Verdict {
    fn from(record: ActionRecord) -> Self {
        Self {
            record,
            changes: Vec::new(),
            result: None,
        }
    }
}
