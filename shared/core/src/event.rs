//! One thing that happened at a vendor: as it waits in the queue, and as the ledger keeps it.

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::action::Action;
use crate::link::EntityRef;

/// The newest envelope this build writes; it reads every older one.
pub const ENVELOPE_VERSION: u8 = 1;

/// A webhook on its way from `receive` to `evaluate`: the raw body and all that is needed to read
/// it again. Unknown fields are ignored, so that an older build can read a newer envelope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    pub version: u8,
    pub event_id: String,
    /// One webhook request: tells a queue's repeat of it from the vendor's repeat.
    pub delivery_id: String,
    pub integration: String,
    pub connector: String,
    pub received_at: Timestamp,
    /// The integration was off at receipt: recorded, never evaluated.
    #[serde(default)]
    pub suppressed: bool,
    /// The settings did not say at receipt whether it had to be signed: recorded, never evaluated.
    #[serde(default, skip_serializing_if = "not")]
    pub unverified: bool,
    pub body: String,
}

/// The ledger's row for one event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRecord {
    pub id: String,
    pub delivery_id: String,
    pub integration: String,
    pub connector: String,
    /// As `kayako.conversation_opened`; empty when the body could not be read.
    pub event_type: String,
    pub subject: Option<EntityRef>,
    pub received_at: Timestamp,
    pub config_version: u64,
    pub decision: Decision,
    /// How many more webhooks carried the same event, and when the last of them came.
    #[serde(default)]
    pub duplicates: u32,
    #[serde(default)]
    pub last_duplicate_at: Option<Timestamp>,
    /// How often a person had it decided again, and what was decided before, the newest last.
    #[serde(default)]
    pub replays: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub past: Vec<Past>,
    /// As its envelope says: it is never carried out.
    #[serde(default, skip_serializing_if = "not")]
    pub unverified: bool,
    pub body: String,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
fn not(flag: &bool) -> bool {
    !flag
}

/// How many past decisions are kept: each holds all that was rendered.
const MAX_PAST: usize = 5;

/// A decision that a replay took the place of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    pub decision: Decision,
    pub config_version: u64,
    pub replaced_at: Timestamp,
    pub replaced_by: String,
}

impl EventRecord {
    /// Puts a new decision, and what was read for it, in the place of the one before, which is kept.
    pub fn decided_again(mut self, again: Self, by: &str, now: Timestamp) -> Self {
        if self.past.len() == MAX_PAST {
            self.past.remove(0);
        }
        self.past.push(Past {
            decision: self.decision,
            config_version: self.config_version,
            replaced_at: now,
            replaced_by: by.to_owned(),
        });
        Self {
            event_type: again.event_type,
            subject: again.subject,
            config_version: again.config_version,
            decision: again.decision,
            replays: self.replays + 1,
            ..self
        }
    }
}

impl Envelope {
    /// The message that brought a stored event, to be read again by today's configuration.
    pub fn of(event: &EventRecord) -> Self {
        Self {
            version: ENVELOPE_VERSION,
            event_id: event.id.clone(),
            delivery_id: event.delivery_id.clone(),
            integration: event.integration.clone(),
            connector: event.connector.clone(),
            received_at: event.received_at,
            suppressed: false,
            unverified: event.unverified,
            body: event.body.clone(),
        }
    }
}

/// What `evaluate` made of an event. The actions stand inside, rendered, so that one row is the
/// decision and everything that follows from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum Decision {
    Actions {
        actions: Vec<Action>,
    },
    /// No rule applied, or a guard held it back; `why` names which.
    Filtered {
        why: String,
    },
    /// The integration was off or deleted.
    Suppressed {
        why: String,
    },
    /// The body, or a template over it, does not fit. Kept for replay after the fix.
    Failed {
        field: String,
        why: String,
    },
}

impl Decision {
    pub fn word(&self) -> &'static str {
        match self {
            Self::Actions { .. } => "actions",
            Self::Filtered { .. } => "filtered",
            Self::Suppressed { .. } => "suppressed",
            Self::Failed { .. } => "failed",
        }
    }

    pub fn actions(&self) -> &[Action] {
        match self {
            Self::Actions { actions } => actions,
            _ => &[],
        }
    }
}
