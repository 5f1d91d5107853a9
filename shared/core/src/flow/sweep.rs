//! Picks up what is due: delayed attempts, look-ups, and claims whose holder is gone.

use std::sync::Arc;

use super::messages::next_message;
use crate::Result;
use crate::ports::{Clock, Queue, Store};

/// How many rows one sweep takes up; what is left is due at the next one.
pub const MAX_PER_SWEEP: usize = 500;

pub struct Sweep {
    pub store: Arc<dyn Store>,
    pub outbound: Arc<dyn Queue>,
    pub clock: Arc<dyn Clock>,
}

impl Sweep {
    /// Sends a message for each row that is due and returns how many there were. A row that is
    /// swept twice before it is worked on has the same message id, which the queue swallows.
    pub async fn sweep(&self) -> Result<usize> {
        let due = self.store.due(self.clock.now(), MAX_PER_SWEEP).await?;
        for record in &due {
            tracing::debug!(action.id = %record.action.id, "action is due");
            self.outbound.send(next_message(record)?).await?;
        }
        Ok(due.len())
    }
}
