//! Decides a stored event again by today's configuration, with the same ids, and sends what is not
//! done yet.

use super::Evaluate;
use crate::action::{Action, ActionRecord, Stage};
use crate::event::{Envelope, EventRecord};
use crate::flow::messages::{next_message, replayed_message};
use crate::outcome::Outcome;
use crate::{Error, ErrorKind, Result, Timestamp};

/// An event as it stands after a replay, and what became of each of its actions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    pub event: EventRecord,
    pub actions: Vec<(Action, Again)>,
}

/// What a replay does about one action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// There was none: it is on its way.
    Sent,
    /// It had come to nothing: it is on its way once more, as it is rendered now.
    SentAgain,
    /// The vendor has it already.
    Duplicate,
    /// It is still on its way, as it was rendered before.
    UnderWay,
    /// Its outcome is unknown: a person must settle that first.
    Parked,
    /// It stays as it ended: a person dropped it, or it belongs to another order now.
    Kept,
}

impl Evaluate {
    /// Replays the event. An error of kind `NotFound` if there is none, of kind `Conflict` if it was
    /// replayed by somebody else meanwhile.
    pub async fn replay(&self, id: &str, by: &str, now: Timestamp) -> Result<Replayed> {
        let stored = self.store.event(id).await?.ok_or_else(|| unknown(id))?;
        let envelope = Envelope::of(&stored);
        let opened = self.open(&envelope).await?;
        let subjects = self.subjects(&[&opened]).await?;
        let again = opened.decide(&subjects).record;
        let event = stored.decided_again(again, by, now);
        self.store.redecide(event.clone()).await?;
        tracing::info!(event.id = %id, by, decision = event.decision.word(), "event replayed");
        let mut actions = Vec::new();
        for action in event.decision.actions() {
            let again = self.again(action, event.replays, by, now).await?;
            actions.push((action.clone(), again));
        }
        Ok(Replayed { event, actions })
    }

    async fn again(
        &self,
        action: &Action,
        replays: u32,
        by: &str,
        now: Timestamp,
    ) -> Result<Again> {
        self.wait_anew(action).await?;
        let Some(record) = self.store.action(&action.id).await? else {
            self.outbound
                .send(replayed_message(action, replays)?)
                .await?;
            return Ok(Again::Sent);
        };
        match &record.stage {
            Stage::Settled(Outcome::Delivered { .. }) => Ok(Again::Duplicate),
            Stage::Settled(Outcome::Dropped { .. }) => Ok(Again::Kept),
            // The row's place in its lane cannot change.
            Stage::Settled(_) if record.action.order_key != action.order_key => Ok(Again::Kept),
            Stage::Settled(_) => self.reopen(record, action, by, now).await,
            Stage::Parked { .. } => Ok(Again::Parked),
            Stage::Ready | Stage::Sending | Stage::Unknown { .. } => Ok(Again::UnderWay),
        }
    }

    async fn reopen(
        &self,
        mut record: ActionRecord,
        action: &Action,
        by: &str,
        now: Timestamp,
    ) -> Result<Again> {
        record.action = action.clone();
        record.note(now, format!("{by}: replay"));
        record.reopen(now);
        let woken = match self.store.settle(record, Vec::new()).await {
            Ok(woken) => woken,
            Err(error) if error.kind() == ErrorKind::Conflict => return Ok(Again::UnderWay),
            Err(error) => return Err(error),
        };
        let stored = self.store.action(&action.id).await?;
        for record in woken.iter().chain(&stored) {
            self.outbound.send(next_message(record)?).await?;
        }
        Ok(Again::SentAgain)
    }
}

fn unknown(id: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("there is no event {id}"))
}
