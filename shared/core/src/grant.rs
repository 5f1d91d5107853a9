//! A sign-in at a vendor that somebody has begun, until the vendor sends them back.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Timestamp;

/// How long a person may take to sign in at a vendor.
pub const GRANT_LIFE: Duration = Duration::from_secs(600);

/// Kept by the hash of what the vendor is to hand back as `state`, and taken once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    pub hash: String,
    /// The hash of the cookie of the browser that began it.
    pub browser: String,
    pub expires_at: Timestamp,
    /// What the sign-in is for.
    pub purpose: Value,
}
