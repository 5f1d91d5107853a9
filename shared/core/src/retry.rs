//! When to try again: eight attempts over about 27.6 hours, with jitter that a replay repeats.

use std::time::Duration;

const SECOND: u64 = 1;
const MINUTE: u64 = 60;
const HOUR: u64 = 3600;

/// The wait before attempt 2, 3, … 8. The same schedule as Svix's, <https://docs.svix.com/retries>.
const SCHEDULE: [u64; 7] = [
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    10 * HOUR,
];

/// How often one action is sent before it is given up.
pub const MAX_ATTEMPTS: u32 = SCHEDULE.len() as u32 + 1;

/// The longest wait that a vendor's `Retry-After` is honoured for.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(24 * HOUR);

/// Returns the wait before the next attempt after `attempts` of them, or nothing when that was the
/// last.
///
/// Never sooner than `retry_after`. Up to a tenth is added, taken from `seed`, so that actions
/// which failed together do not come back together.
pub fn next_delay(attempts: u32, retry_after: Option<Duration>, seed: &str) -> Option<Duration> {
    let step = usize::try_from(attempts.saturating_sub(1)).ok()?;
    let planned = Duration::from_secs(*SCHEDULE.get(step)?);
    let floor = retry_after.unwrap_or_default().min(MAX_RETRY_AFTER);
    let base = planned.max(floor);
    Some(base + base.mul_f64(jitter(seed, attempts) / 10.0))
}

/// Returns the wait before look-up `n` (from 1) of an unknown outcome that could not be looked up.
pub fn look_up_delay(n: u32) -> Duration {
    Duration::from_secs(2_u64.saturating_pow(n.min(12)).min(HOUR))
}

/// A number from 0 to 1 that depends on its arguments only.
fn jitter(seed: &str, attempts: u32) -> f64 {
    let digest = crate::dedup::digest(&[seed, &attempts.to_string()]);
    let number = u32::from_str_radix(digest.get(..8).unwrap_or("0"), 16).unwrap_or(0);
    f64::from(number) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_up_after_eight_attempts_over_a_day_and_a_bit() {
        let waits: Vec<_> = (1..=8).map_while(|n| next_delay(n, None, "a")).collect();
        assert_eq!(waits.len(), 7);
        let hours = waits.iter().sum::<Duration>().as_secs() / HOUR;
        assert!((27..=30).contains(&hours), "{hours}");
    }

    #[test]
    fn waits_at_least_as_long_as_the_vendor_asks() {
        let asked = Duration::from_secs(600);
        assert!(next_delay(1, Some(asked), "a").unwrap() >= asked);
    }

    #[test]
    fn a_vendor_cannot_ask_for_a_year() {
        let year = Duration::from_secs(365 * 24 * HOUR);
        assert!(next_delay(1, Some(year), "a").unwrap() <= MAX_RETRY_AFTER.mul_f64(1.1));
    }

    #[test]
    fn the_same_action_waits_the_same_time_again() {
        assert_eq!(next_delay(3, None, "a"), next_delay(3, None, "a"));
        assert_ne!(next_delay(3, None, "a"), next_delay(3, None, "b"));
    }
}
