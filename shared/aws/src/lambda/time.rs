//! How long a function still has for its event.

use std::time::Duration;

use deskbridge_core::Timestamp;
use deskbridge_core::ports::Clock;
use lambda_runtime::Context;

/// An invocation's end, and a clock to see it come.
pub struct Time<'a> {
    clock: &'a dyn Clock,
    deadline: Timestamp,
}

impl<'a> Time<'a> {
    pub fn new(clock: &'a dyn Clock, deadline: Timestamp) -> Self {
        Self { clock, deadline }
    }

    pub(super) fn of(clock: &'a dyn Clock, context: &Context) -> Self {
        let deadline = i64::try_from(context.deadline).unwrap_or(i64::MAX);
        Self::new(clock, Timestamp::from_millis(deadline))
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Whether `needed` is left. What is begun with less might be cut off half way.
    pub(super) fn allows(&self, needed: Duration) -> Result<(), &'static str> {
        match self.deadline.since(self.clock.now()) >= needed {
            true => Ok(()),
            false => Err("no time is left in this batch"),
        }
    }
}
