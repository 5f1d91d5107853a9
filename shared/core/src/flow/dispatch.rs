//! Carries one action out: claim it, call the vendor, record what came of it.
//!
//! The claim is the intent: from its write on the request may have left. Whatever ends this process
//! between the claim and the last write, the sweep finds the row, and an outcome that cannot be
//! known is looked up, or parked for a person; it is never simply tried again.

mod attempt;
mod judge;
mod ready;

use std::sync::Arc;

use super::directory::Directory;
use super::messages::next_message;
use crate::action::{Action, ActionRecord, Claim, Stage};
use crate::connector::Connectors;
use crate::link::EntityChange;
use crate::ports::{Clock, Queue, Secrets, Store, VendorHttp};
use crate::{ErrorKind, Result};

pub struct Dispatch {
    pub directory: Arc<Directory>,
    pub connectors: Connectors,
    pub store: Arc<dyn Store>,
    pub outbound: Arc<dyn Queue>,
    pub secrets: Arc<dyn Secrets>,
    pub clock: Arc<dyn Clock>,
    pub http: Arc<dyn VendorHttp>,
}

/// An action's new state and what it changes besides.
struct Verdict {
    record: ActionRecord,
    changes: Vec<EntityChange>,
}

impl Dispatch {
    /// Works on the action if it is its turn. `Ok` means that the message may go: the row knows
    /// what comes next. An error means that the row could not be read or written.
    pub async fn dispatch(&self, action: &Action) -> Result<()> {
        match self.store.claim(action, self.clock.now()).await? {
            Claim::Won(record) => {
                let verdict = self.attempt(*record).await?;
                self.settle(verdict).await
            }
            Claim::Behind { action_id } => {
                tracing::info!(action.id = %action.id, behind = %action_id, "action waits its turn");
                Ok(())
            }
            Claim::NotNow { .. } | Claim::Parked | Claim::Settled(_) => Ok(()),
        }
    }

    async fn settle(&self, verdict: Verdict) -> Result<()> {
        log(&verdict.record);
        match self.store.settle(verdict.record, verdict.changes).await {
            Ok(Some(woken)) => self.outbound.send(next_message(&woken)?).await.map(drop),
            Ok(None) => Ok(()),
            // Somebody newer holds the action: what they find out stands.
            Err(error) if error.kind() == ErrorKind::Conflict => Ok(()),
            Err(error) => Err(error),
        }
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
