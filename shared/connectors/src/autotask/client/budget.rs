//! Keeps below the tenant's hourly limit, which all of its integrations share.
//!
//! At the limit Autotask refuses everybody until the count of the last 60 minutes falls:
//! <https://www.autotask.net/help/DeveloperHelp/Content/APIs/REST/General_Topics/REST_Thresholds_Limits.htm>.
//! So the vendor's own count is read, again after every `CALLS` calls of our own or after `AGE`.

use std::time::Duration;

use deskbridge_core::http::{HttpRequest, Method};
use deskbridge_core::{Error, ErrorKind, Result, Retry, Timestamp};

use super::meaning::Access;
use super::{Client, READ_TIMEOUT, parse};
use crate::autotask::types::Threshold;

const CALLS: u64 = 50;
/// Left free below the share: for another dispatcher's calls between two readings, for actions under
/// way, and for the readings while everybody waits.
const RESERVE: u64 = 2 * CALLS;
const AGE: Duration = Duration::from_secs(60);
/// How long everybody with this credential waits before the count is read again: the hour rolls on
/// slowly, and each wait costs every lane a claim.
const WAIT: Duration = Duration::from_secs(180);
const ROUTE: &str = "GET /ThresholdInformation";

/// What the tenant's hour looked like when it was last asked for.
#[derive(Clone, Copy)]
pub(super) struct Budget {
    read_at: Timestamp,
    limit: u64,
    used: u64,
    /// Our own calls since.
    own: u64,
}

impl Budget {
    pub(super) fn count(&mut self) {
        self.own += 1;
    }

    fn is_fresh(&self, now: Timestamp) -> bool {
        self.own < CALLS && now.since(self.read_at) < AGE
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a few thousand requests are exact in any float"
    )]
    fn is_spent(&self, share: f64) -> bool {
        (self.used + self.own + RESERVE) as f64 >= self.limit as f64 * share
    }
}

impl Client<'_> {
    /// Asked once for each action, before its first call. An error means that nothing was sent, and
    /// that everybody must wait.
    pub(in crate::autotask) async fn stay_below_budget(&self) -> Result<()> {
        let known = self.memory.budget(&self.account);
        let budget = match known.filter(|budget| budget.is_fresh(self.caller.now)) {
            Some(budget) => budget,
            None => self.read_budget().await?,
        };
        if budget.is_spent(self.settings.budget_share) {
            let (used, limit) = (budget.used + budget.own, budget.limit);
            let why = format!(
                "{used} of this Autotask's {limit} requests an hour are used up, by all that call \
                 it: the rest is left to others (budget_share)"
            );
            let error = Error::new(ErrorKind::RateLimited, why);
            return Err(error.with_retry(Retry::Later(Some(WAIT))));
        }
        Ok(())
    }

    /// How many requests of how many the tenant has made in this hour, as far as that was asked.
    pub(in crate::autotask) fn hour(&self) -> Option<(u64, u64)> {
        let budget = self.memory.budget(&self.account)?;
        Some((budget.used, budget.limit))
    }

    async fn read_budget(&self) -> Result<Budget> {
        let zone = self.zone().await?;
        let url = format!("{zone}V1.0/ThresholdInformation");
        let mut request = HttpRequest::new(Method::Get, url, ROUTE);
        request.timeout = READ_TIMEOUT;
        let answer = self.deliver(request, Access::Read).await?;
        let threshold: Threshold = parse(&answer, ROUTE)?;
        let budget = Budget {
            read_at: self.caller.now,
            limit: threshold.external_request_threshold,
            used: threshold.current_timeframe_request_count,
            own: 0,
        };
        self.memory.keep_budget(&self.account, budget);
        Ok(budget)
    }
}
