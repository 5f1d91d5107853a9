//! Carries out what a person decides about an action that has come to rest: parked, dead, refused.

use std::sync::Arc;

use super::dispatch::delivered_by_hand;
use super::messages::next_message;
use crate::action::{ActionRecord, Stage};
use crate::connector::{Connectors, Operation};
use crate::link::{EntityChange, EntityRef};
use crate::outcome::Outcome;
use crate::ports::{Clock, Queue, Store};
use crate::{Error, ErrorKind, Result};

/// A person's word on an action whose outcome the machine must not guess.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// It took effect; the vendor's id of what it made, where it makes something.
    Exists { id: Option<String> },
    /// It took no effect: send it, with all attempts before it.
    SendAgain,
    /// It is delivered, and shall be sent all the same.
    SendOnceMore,
    /// It shall not be sent.
    Drop,
}

pub struct Resolve {
    pub connectors: Connectors,
    pub store: Arc<dyn Store>,
    pub outbound: Arc<dyn Queue>,
    pub clock: Arc<dyn Clock>,
}

impl Resolve {
    /// Resolves the action and returns its row. An error of kind `NotFound` if there is none, of kind
    /// `Conflict` if it is not at rest, or somebody else was faster.
    pub async fn resolve(
        &self,
        id: &str,
        resolution: Resolution,
        by: &str,
    ) -> Result<ActionRecord> {
        let record = self.at_rest(id, &resolution).await?;
        let (record, changes) = self.apply(record, &resolution, by)?;
        let woken = self.store.settle(record, changes).await?;
        let stored = self.store.action(id).await?.ok_or_else(|| unknown(id))?;
        tracing::info!(action.id = %id, by, resolution = word(&resolution), "action resolved");
        let again = [Resolution::SendAgain, Resolution::SendOnceMore].contains(&resolution);
        let sent_again = again.then_some(&stored);
        for record in woken.iter().chain(sent_again) {
            self.outbound.send(next_message(record)?).await?;
        }
        Ok(stored)
    }

    async fn at_rest(&self, id: &str, resolution: &Resolution) -> Result<ActionRecord> {
        let record = self.store.action(id).await?.ok_or_else(|| unknown(id))?;
        let why = match (&record.stage, resolution) {
            (Stage::Settled(Outcome::Delivered { .. }), Resolution::SendOnceMore) => {
                return Ok(record);
            }
            (_, Resolution::SendOnceMore) => "is not delivered: it can only be sent again",
            (Stage::Parked { .. }, _) => return Ok(record),
            (Stage::Settled(Outcome::Delivered { .. }), _) => "is delivered: nothing is left to do",
            (Stage::Settled(_), Resolution::SendAgain) => return Ok(record),
            (Stage::Settled(_), _) => "is finished: it can only be sent again",
            _ => "is still under way: wait for its outcome",
        };
        Err(Error::new(
            ErrorKind::Conflict,
            format!("action {id} {why}"),
        ))
    }

    fn apply(
        &self,
        mut record: ActionRecord,
        resolution: &Resolution,
        by: &str,
    ) -> Result<(ActionRecord, Vec<EntityChange>)> {
        let now = self.clock.now();
        record.note(now, format!("{by}: {}", word(resolution)));
        match resolution {
            Resolution::SendAgain => record.reopen(now),
            Resolution::SendOnceMore => {
                record.forced = true;
                record.reopen(now);
            }
            Resolution::Drop => {
                let why = format!("dropped by {by}");
                record.settle(Outcome::Dropped { why }, now);
            }
            Resolution::Exists { id } => {
                let operation = self.operation(&record)?;
                let made = made(&record, operation, id.as_deref())?;
                return Ok(delivered_by_hand(record, operation, made, by, now));
            }
        }
        Ok((record, Vec::new()))
    }

    fn operation(&self, record: &ActionRecord) -> Result<&'static Operation> {
        let action = &record.action;
        let operation = self
            .connectors
            .operation(&action.connector, &action.operation);
        operation.ok_or_else(|| {
            let (connector, operation) = (&action.connector, &action.operation);
            let why = format!("{connector} has no operation {operation} in this build");
            Error::new(ErrorKind::Unsupported, why)
        })
    }
}

/// What a create has made; its id is needed, so that later actions find it.
fn made(
    record: &ActionRecord,
    operation: &Operation,
    id: Option<&str>,
) -> Result<Option<EntityRef>> {
    match (operation.creates, id) {
        (Some(kind), Some(id)) if !id.is_empty() => {
            Ok(Some(EntityRef::new(&record.action.connector, kind, id)))
        }
        (Some(kind), _) => {
            let why = format!(
                "say which {kind} it made: give its id at {}",
                record.action.connector
            );
            Err(Error::new(ErrorKind::Misconfigured, why))
        }
        (None, _) => Ok(None),
    }
}

fn unknown(id: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("there is no action {id}"))
}

fn word(resolution: &Resolution) -> &'static str {
    match resolution {
        Resolution::Exists { .. } => "it exists",
        Resolution::SendAgain => "send again",
        Resolution::SendOnceMore => "send once more",
        Resolution::Drop => "drop",
    }
}
