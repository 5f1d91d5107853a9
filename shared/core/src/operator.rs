//! Who may use the management API, and what they changed.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees everything and changes nothing.
    Viewer,
    Admin,
    /// Runs data actions, and sees and changes nothing.
    Flow,
}

/// One bearer token. The token itself is shown once and kept nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// The name that stands in the audit log.
    pub name: String,
    pub hash: String,
    pub role: Role,
    /// Only this team's integrations, and what happened in them; none: everything.
    #[serde(default)]
    pub team: Option<String>,
    /// Of a flow's: the one integration whose actions it runs; none: every one.
    #[serde(default)]
    pub integration: Option<String>,
    pub created_at: Timestamp,
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

impl Token {
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }
}

/// One line of the audit log. It is written before the change is made, so that no change is without
/// one; a change that then met another writer has a line and no effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub id: String,
    pub at: Timestamp,
    /// The name of the token.
    pub by: String,
    /// In the API's words: `apply`, `delete`, `replay`, `resolve: drop`.
    pub what: String,
    /// The name or id of what was changed.
    pub target: String,
    /// The team of the integration that it belongs to.
    #[serde(default)]
    pub team: String,
    /// The version that the change makes, where there are versions.
    #[serde(default)]
    pub version: Option<u64>,
}
