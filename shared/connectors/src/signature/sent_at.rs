//! When a request says that it was signed.

use std::time::Duration;

use deskbridge_core::Timestamp;

/// How far the sender's clock may be from ours, either way.
const TOLERANCE: Duration = Duration::from_secs(300);
/// Until the year 33658.
const MAX_DIGITS: usize = 12;

/// Whether these whole seconds since 1970 lie within five minutes of now. Anything but digits does not.
pub(super) fn is_near(seconds: &str, now: Timestamp) -> bool {
    let digits = seconds.len() <= MAX_DIGITS && seconds.bytes().all(|byte| byte.is_ascii_digit());
    let sent = seconds.parse::<i64>().ok().filter(|_| digits);
    sent.map(|seconds| Timestamp::from_millis(seconds * 1_000))
        .is_some_and(|sent| now.since(sent) <= TOLERANCE && sent.since(now) <= TOLERANCE)
}
