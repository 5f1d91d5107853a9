//! The time of one execution: what the action may take, and what its caller has left.

use std::time::Duration;

use deskbridge_core::Timestamp;
use deskbridge_core::ports::Clock;

use crate::error::{ActionError, ErrorType, Result};

/// Kept back from the caller's deadline for the way back.
const MARGIN: Duration = Duration::from_millis(500);
/// With less left than this no call is begun: it could hardly be answered.
const LEAST: Duration = Duration::from_millis(50);

/// When an execution ends at the latest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    end: Timestamp,
}

impl Budget {
    /// The earlier of the caller's deadline, less a margin, and the action's own limit.
    pub(crate) fn new(deadline: Timestamp, limit: Duration, clock: &dyn Clock) -> Self {
        let now = clock.now();
        let left = deadline.since(now);
        // A caller with little time keeps most of it.
        let margin = MARGIN.min(left / 4);
        Self {
            end: (now + limit).min(now + (left - margin)),
        }
    }

    pub(crate) fn end(self) -> Timestamp {
        self.end
    }

    /// How long the next call may take.
    ///
    /// # Errors
    /// `TIMEOUT` where nothing worth while is left. Nothing was sent then.
    pub(crate) fn left(self, clock: &dyn Clock) -> Result<Duration> {
        let left = self.end.since(clock.now());
        if left < LEAST {
            let why = "the time was up before the call; nothing was sent";
            return Err(ActionError::new(ErrorType::Timeout, why));
        }
        Ok(left)
    }

    /// Whether a wait, and a call behind it, fit in.
    pub(crate) fn fits(self, wait: Duration, clock: &dyn Clock) -> bool {
        self.end.since(clock.now()) > wait + LEAST
    }
}
