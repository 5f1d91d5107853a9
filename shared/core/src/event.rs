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
    pub body: String,
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
