//! The end of an event or an action, in the words a person sees.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How an action ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// The vendor has it. `id` is the vendor's, `detail` what the connector has to say.
    Delivered { id: Option<String>, detail: String },
    /// The work was no longer wanted when its turn came: superseded, or already so.
    Filtered { why: String },
    /// The integration was off or deleted before the call was made.
    Suppressed { why: String },
    /// The vendor understood and refused, in its own words.
    Rejected { why: String },
    /// Every attempt is used up.
    Dead { why: String },
    /// A person decided that a parked action should not be sent.
    Dropped { why: String },
}

impl Outcome {
    pub fn word(&self) -> &'static str {
        match self {
            Self::Delivered { .. } => "delivered",
            Self::Filtered { .. } => "filtered",
            Self::Suppressed { .. } => "suppressed",
            Self::Rejected { .. } => "rejected",
            Self::Dead { .. } => "dead",
            Self::Dropped { .. } => "dropped",
        }
    }

    pub fn text(&self) -> &str {
        match self {
            Self::Delivered { detail, .. } => detail,
            Self::Filtered { why }
            | Self::Suppressed { why }
            | Self::Rejected { why }
            | Self::Dead { why }
            | Self::Dropped { why } => why,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.text();
        if text.is_empty() {
            return f.write_str(self.word());
        }
        write!(f, "{}: {text}", self.word())
    }
}
