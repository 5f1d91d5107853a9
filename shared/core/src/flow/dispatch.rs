//! Carries actions out: claim them, call the vendor, record what came of it.
//!
//! The claim is the intent: from its write on the request may have left. Whatever ends this process
//! between the claim and the last write, the sweep finds the row, and an outcome that cannot be
//! known is looked up, or parked for a person; it is never simply tried again.

mod attempt;
mod credentials;
mod judge;
mod look;
mod ready;
mod wanted;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::directory::Directory;
use super::messages::{next_message, report_message};
use super::notify::note;
use crate::action::{Action, ActionRecord, Claim, Stage};
use crate::connector::{Connectors, Done, Operation};
use crate::link::{Entity, EntityChange, EntityRef};
use crate::notice::Kind;
use crate::outcome::Outcome;
use crate::ports::{Clock, Queue, Secrets, Store, VendorHttp};
use crate::report::Report;
use crate::{Error, ErrorKind, Result, Timestamp};

pub use credentials::CredentialStates;

pub struct Dispatch {
    pub directory: Arc<Directory>,
    pub connectors: Connectors,
    pub store: Arc<dyn Store>,
    pub outbound: Arc<dyn Queue>,
    /// Where what came of an action goes, if its rule wants to know.
    pub inbound: Arc<dyn Queue>,
    pub secrets: Arc<dyn Secrets>,
    pub clock: Arc<dyn Clock>,
    pub http: Arc<dyn VendorHttp>,
    pub credentials: CredentialStates,
}

/// An action that is ours until its lease ends, and what was known of its subject after the claim.
pub struct Claimed {
    record: ActionRecord,
    subject: Entity,
}

/// An action's new state and what it changes besides.
struct Verdict {
    record: ActionRecord,
    changes: Vec<EntityChange>,
    /// What the vendor answered.
    result: Option<Map<String, Value>>,
}

impl Dispatch {
    /// Works on the action if it is its turn. `Ok` means that the message may go: the row knows
    /// what comes next. An error means that the row could not be read or written.
    pub async fn dispatch(&self, action: &Action) -> Result<Option<Stage>> {
        match self.claim(&[action]).await.pop() {
            Some(Ok(Some(claimed))) => self.work(claimed).await.map(Some),
            Some(Ok(None)) | None => Ok(None),
            Some(Err(error)) => Err(error),
        }
    }

    /// Claims those whose turn it is, and reads their subjects: a request or two for all of them.
    /// The answers are in the order asked; none for an action of which nothing is to be done now.
    pub async fn claim(&self, actions: &[&Action]) -> Vec<Result<Option<Claimed>>> {
        let claims = self.store.claim_all(actions, self.clock.now()).await;
        let claims = actions.iter().zip(claims);
        let won = claims.map(|(action, claim)| claim.map(|claim| won(action, claim)));
        let won: Vec<_> = won.collect();
        let subjects = self.subjects(won.iter().flatten().flatten()).await;
        let claimed = won.into_iter().map(|record| {
            let Some(record) = record? else {
                return Ok(None);
            };
            let subjects = subjects.as_ref().map_err(Error::clone)?;
            let subject = &record.action.subject;
            let known = subjects.get(&(record.action.integration.clone(), subject.clone()));
            let subject = known.cloned();
            Ok(Some(Claimed {
                subject: subject.unwrap_or_else(|| Entity::unknown(record.action.subject.clone())),
                record,
            }))
        });
        claimed.collect()
    }

    /// Carries a claimed action on, and returns where it stands then.
    pub async fn work(&self, claimed: Claimed) -> Result<Stage> {
        let verdict = self.attempt(claimed).await?;
        let stage = verdict.record.stage.clone();
        self.report(&verdict).await?;
        let needs = needs_person(&verdict.record);
        self.settle(verdict).await?;
        if let Some(Needs { kind, about, text }) = needs {
            note(&*self.store, self.clock.now(), kind, &about, &text).await;
        }
        Ok(stage)
    }

    /// Before the row says that all is done: whoever dies in between reports again, under the same id.
    async fn report(&self, verdict: &Verdict) -> Result<()> {
        let record = &verdict.record;
        let Some(report) = Report::of(record, verdict.result.clone()) else {
            return Ok(());
        };
        let (now, action) = (self.clock.now(), &record.action);
        let envelope = |report: &Report| {
            report_message(&report.envelope(&action.integration, &action.connector, now)?)
        };
        let mut message = envelope(&report)?;
        if message.body.len() > self.inbound.max_body_bytes() {
            message = envelope(&report.too_large())?;
        }
        self.inbound.send(message).await.map(drop)
    }

    /// Read after the claims: what an earlier action of the same order key has linked is seen.
    async fn subjects(
        &self,
        records: impl Iterator<Item = &ActionRecord>,
    ) -> Result<BTreeMap<(String, EntityRef), Entity>> {
        let mut wanted = BTreeMap::<&str, Vec<EntityRef>>::new();
        for record in records {
            let of_integration = wanted.entry(&record.action.integration).or_default();
            of_integration.push(record.action.subject.clone());
        }
        let mut subjects = BTreeMap::new();
        for (integration, entities) in wanted {
            for row in self.store.entities(integration, &entities).await? {
                subjects.insert((integration.to_owned(), row.entity.clone()), row);
            }
        }
        Ok(subjects)
    }

    async fn settle(&self, verdict: Verdict) -> Result<()> {
        log(&verdict.record);
        let goes_on = goes_on_at_once(&verdict.record);
        match self.store.settle(verdict.record, verdict.changes).await {
            Ok(woken) => {
                for record in woken.iter().chain(&goes_on) {
                    self.outbound.send(next_message(record)?).await?;
                }
                Ok(())
            }
            // Somebody newer holds the action: what they find out stands.
            Err(error) if error.kind() == ErrorKind::Conflict => Ok(()),
            Err(error) => Err(error),
        }
    }
}

struct Needs {
    kind: Kind,
    about: String,
    text: String,
}

/// What to tell a person of an action that came to rest where only a person can help.
fn needs_person(record: &ActionRecord) -> Option<Needs> {
    let (kind, why) = match &record.stage {
        Stage::Parked { why } => (Kind::ActionParked, why),
        Stage::Settled(Outcome::Dead { why }) => (Kind::ActionDead, why),
        _ => return None,
    };
    let Action {
        id,
        connector,
        operation,
        ..
    } = &record.action;
    Some(Needs {
        kind,
        about: record.action.integration.clone(),
        text: format!("{connector}.{operation} {id}: {why}"),
    })
}

/// Returns the record as it is stored by its settle, if it is due already: it need not wait for a sweep.
fn goes_on_at_once(record: &ActionRecord) -> Option<ActionRecord> {
    let is_due = record.due_at.is_some_and(|due| due <= record.updated_at);
    (record.stage == Stage::Ready && is_due).then(|| ActionRecord {
        fence: record.fence + 1,
        ..record.clone()
    })
}

/// What a person's word that the action took effect makes of its row.
pub(super) fn delivered_by_hand(
    record: ActionRecord,
    operation: &Operation,
    entity: Option<EntityRef>,
    by: &str,
    now: Timestamp,
) -> (ActionRecord, Vec<EntityChange>) {
    let done = Done {
        entity,
        detail: format!("{by} says that it exists"),
        result: None,
    };
    let verdict = judge::delivered(record, operation, done, None, now);
    (verdict.record, verdict.changes)
}

/// Returns the record of a claim that was won.
fn won(action: &Action, claim: Claim) -> Option<ActionRecord> {
    match claim {
        Claim::Won(record) => Some(*record),
        Claim::Behind { action_id } => {
            tracing::info!(action.id = %action.id, behind = %action_id, "action waits its turn");
            None
        }
        Claim::NotNow { .. } | Claim::Parked | Claim::Settled(_) => None,
    }
}

fn log(record: &ActionRecord) {
    let stage = match &record.stage {
        Stage::Ready => "retry later",
        Stage::Sending => "sending",
        Stage::Unknown { .. } => "outcome unknown",
        Stage::Parked { .. } => "parked",
        Stage::Settled(outcome) => outcome.word(),
    };
    tracing::info!(
        action.id = %record.action.id,
        event.id = %record.action.event_id,
        integration = %record.action.integration,
        operation = %record.action.operation,
        attempt = record.attempts,
        outcome = stage,
        detail = record.history.last().map(|step| step.what.as_str()),
        "action dispatched"
    );
}
