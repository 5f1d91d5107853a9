//! One intended call to a vendor, and the states it goes through until its outcome is known.
//!
//! ```text
//! Ready -> Sending -> Settled(delivered | rejected | ...)
//!             |-----> Ready, due later            not sent, or refused for now
//!             |-----> Unknown -> look up -> Settled | Ready | Parked
//! ```

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Timestamp;
use crate::link::EntityRef;
use crate::outcome::Outcome;

/// How long one dispatcher may hold an action: longer than any vendor call and its follow-up.
pub const LEASE: Duration = Duration::from_secs(60);
/// How many steps of an action's history are kept; the first one always is.
const MAX_HISTORY: usize = 40;

/// An action as `evaluate` decided it. It never changes afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// Made from the event and the rule, so that a replay is the same action.
    pub id: String,
    pub event_id: String,
    pub integration: String,
    /// The rule's place in the settings: `send_alert_updates[0]`.
    pub rule: String,
    pub config_version: u64,
    pub connector: String,
    pub operation: String,
    /// The entity the event was about; its link leads to the entity to act on.
    pub subject: EntityRef,
    /// Actions with the same order key are carried out one after the other, in event order.
    pub order_key: String,
    /// Where the vendor bounds calls at a time: of actions with the same slot one is under way at a
    /// time, in whatever order.
    #[serde(default)]
    pub slot: Option<String>,
    /// What the rule's templates rendered to.
    pub params: Value,
    /// When the event was received: every rule about time uses this, never "now".
    pub received_at: Timestamp,
    /// Whether later actions of the same order key need this one's result even while it is parked.
    pub creates: bool,
    #[serde(default, skip_serializing_if = "Terms::are_usual")]
    pub terms: Terms,
}

/// What a rule may ask of an action besides what to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The credential to call with, instead of the connection's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
    /// What came of it is to become an event of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Asked>,
    /// It is not wanted where the subject has no counterpart to act on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub if_linked: bool,
    /// It waits until then, and gives way if the same rule applies to the subject again meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
}

/// A report that a rule asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// What the rule wants to know again when the report comes.
    pub carry: Value,
    /// How many reports led to this action: a chain of them has an end.
    pub depth: u8,
}

impl Terms {
    fn are_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// Where an action stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// Nothing has been sent, or what was sent certainly took no effect.
    Ready,
    /// Claimed: from here on the request may have left.
    Sending,
    /// It left, and whether it took effect is not known. `handle` is the vendor's own receipt for
    /// the request, where it gave one; `absent` counts the look-ups that did not find it.
    Unknown {
        handle: Option<String>,
        absent: u32,
        looks: u32,
    },
    /// A person must say: it exists, send again, or drop.
    Parked {
        why: String,
    },
    Settled(Outcome),
}

/// The ledger's row for one action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionRecord {
    pub action: Action,
    #[serde(flatten)]
    pub stage: Stage,
    /// Rises with every claim, settle and wake: the holder of an older one may not write.
    pub fence: u64,
    /// How often it was sent or tried to be sent.
    pub attempts: u32,
    /// When the sweep should look at it: the next attempt, the next look-up, or the lease's end.
    pub due_at: Option<Timestamp>,
    /// The credential that must change, or be tried again, before this can go on.
    #[serde(default)]
    pub waits_for: Option<String>,
    /// When a request may have left for the first time, and for the last.
    pub first_sent_at: Option<Timestamp>,
    #[serde(default)]
    pub last_sent_at: Option<Timestamp>,
    pub updated_at: Timestamp,
    /// A person had it sent once more although it was delivered: what it made before is no reason not to.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub forced: bool,
    pub history: Vec<Step>,
}

/// One line of an action's timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub at: Timestamp,
    pub what: String,
}

/// What a dispatcher that wants to work on an action is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is yours until the lease ends; the record holds your fence.
    Won(Box<ActionRecord>),
    /// An earlier action of the same order key is not finished; this one is woken when it is.
    Behind { action_id: String },
    /// Another dispatcher has it, or it is not due yet.
    NotNow { until: Timestamp },
    /// It waits for a person.
    Parked,
    /// It is finished; nothing is left to do.
    Settled(Outcome),
}

impl ActionRecord {
    pub fn new(action: Action, now: Timestamp) -> Self {
        Self {
            due_at: Some(action.earliest(now)),
            action,
            stage: Stage::Ready,
            fence: 0,
            attempts: 0,
            waits_for: None,
            first_sent_at: None,
            last_sent_at: None,
            updated_at: now,
            forced: false,
            history: Vec::new(),
        }
    }

    /// Tries to take the action at `now`. `behind` is an earlier unfinished action of the same
    /// order key. Pure: the store calls it inside its own transaction and writes what changed.
    pub fn claim(&mut self, now: Timestamp, behind: Option<String>) -> Claim {
        match &self.stage {
            Stage::Settled(outcome) => return Claim::Settled(outcome.clone()),
            Stage::Parked { .. } => return Claim::Parked,
            Stage::Sending => match self.due_at.filter(|lease_end| *lease_end > now) {
                Some(until) => return Claim::NotNow { until },
                // The holder died, or froze, with the request perhaps on the wire.
                None => self.set_unknown(None, now),
            },
            Stage::Ready | Stage::Unknown { .. } => {
                if let Some(until) = self.due_at.filter(|due| *due > now) {
                    return Claim::NotNow { until };
                }
            }
        }
        if let Some(action_id) = behind {
            self.due_at = None;
            return Claim::Behind { action_id };
        }
        if self.stage == Stage::Ready {
            self.stage = Stage::Sending;
            self.attempts += 1;
            self.first_sent_at.get_or_insert(now);
            self.last_sent_at = Some(now);
        }
        self.fence += 1;
        self.waits_for = None;
        self.due_at = Some(now + LEASE);
        self.updated_at = now;
        Claim::Won(Box::new(self.clone()))
    }

    /// Makes a waiting action due, because the one before it is finished, or its credential is new.
    pub fn wake(&mut self, now: Timestamp) {
        self.waits_for = None;
        self.fence += 1;
        self.due_at = Some(self.action.earliest(now));
        self.updated_at = now;
    }

    pub fn set_unknown(&mut self, handle: Option<String>, now: Timestamp) {
        self.note(now, "outcome unknown".to_owned());
        self.stage = Stage::Unknown {
            handle,
            absent: 0,
            looks: 0,
        };
    }

    pub fn settle(&mut self, outcome: Outcome, now: Timestamp) {
        self.note(now, outcome.to_string());
        self.stage = Stage::Settled(outcome);
        self.due_at = None;
        self.updated_at = now;
    }

    /// Adds a line to the timeline; of a long one the oldest lines but the first give way.
    pub fn note(&mut self, at: Timestamp, what: String) {
        if self.history.len() >= MAX_HISTORY {
            self.history.remove(1);
        }
        self.history.push(Step { at, what });
        self.updated_at = at;
    }

    /// Makes an action that came to rest ready to be sent again, with all its attempts before it.
    pub fn reopen(&mut self, now: Timestamp) {
        self.stage = Stage::Ready;
        self.attempts = 0;
        self.waits_for = None;
        self.due_at = Some(self.action.earliest(now));
        self.updated_at = now;
    }

    pub fn is_settled(&self) -> bool {
        matches!(self.stage, Stage::Settled(_))
    }

    /// Whether later actions of the same order key must wait for this one. A parked action holds
    /// them back only if they need what it creates.
    pub fn blocks(&self) -> bool {
        match self.stage {
            Stage::Settled(_) => false,
            Stage::Parked { .. } => self.action.creates,
            _ => true,
        }
    }

    /// The queue's id for the message that brings this record back to a dispatcher. It changes with
    /// every claim and wake: a repeat within the queue's memory must not be swallowed.
    pub fn message_id(&self) -> String {
        format!("{}-{}", self.action.id, self.fence)
    }
}

impl Action {
    /// Returns the id of the action that `rule` makes of `event_id`.
    pub fn id_for(event_id: &str, rule: &str) -> String {
        crate::dedup::short_id("act", &[event_id, rule])
    }

    /// When it may be sent, if nothing else stands in its way.
    fn earliest(&self, now: Timestamp) -> Timestamp {
        self.terms.not_before.map_or(now, |at| at.max(now))
    }

    /// A short mark that the vendor's copy can carry, to find it again: 12 characters.
    pub fn mark(&self) -> String {
        self.id.chars().skip(4).take(12).collect()
    }
}

#[cfg(test)]
mod tests;
