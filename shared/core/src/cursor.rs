//! Where the watch over a vendor that cannot push stands.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Timestamp;

/// The row of one integration's connector. Its version rises with every write, so that of two who
/// ask at the same time only one goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    pub version: u64,
    /// What is watched; where it changes, the watch begins anew.
    pub watched: String,
    /// The integration's `live_since` when this watch began: after a time off it begins anew.
    pub live_since: Timestamp,
    /// What happened before does not count.
    pub since: Timestamp,
    /// The connector's own mark of how far it has seen; none before the first answer.
    pub value: Option<Value>,
    /// When to ask again, or the end of the lease of the one who is asking.
    pub due_at: Timestamp,
    /// When the vendor answered last.
    #[serde(default)]
    pub answered_at: Option<Timestamp>,
    /// How often running the vendor could not be asked, and why the last time.
    #[serde(default)]
    pub failures: u32,
    #[serde(default)]
    pub trouble: Option<String>,
}
