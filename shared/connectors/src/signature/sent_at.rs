//! When a request says that it was signed.

use std::time::Duration;

use deskbridge_core::{Error, ErrorKind, Result, Timestamp};

/// How far the sender's clock may be from ours, either way.
const TOLERANCE: Duration = Duration::from_secs(300);
/// Until the year 33658.
const MAX_DIGITS: usize = 12;

/// Checks that the header's whole seconds since 1970 lie within five minutes of now.
///
/// # Errors
/// `ClockSkew` for a time that does not; `Unauthorized` for what is no time.
pub(super) fn check(header: &str, seconds: &str, now: Timestamp) -> Result<()> {
    let digits = seconds.len() <= MAX_DIGITS && seconds.bytes().all(|byte| byte.is_ascii_digit());
    let sent = seconds.parse::<i64>().ok().filter(|_| digits);
    let sent = sent.map(|seconds| Timestamp::from_millis(seconds * 1_000));
    let near = |sent: Timestamp| now.since(sent) <= TOLERANCE && sent.since(now) <= TOLERANCE;
    match sent {
        Some(sent) if near(sent) => Ok(()),
        Some(_) => Err(Error::new(
            ErrorKind::ClockSkew,
            format!("{header} is not within five minutes of now: set the sender's clock"),
        )),
        None => Err(Error::new(
            ErrorKind::Unauthorized,
            format!("{header} is no number of seconds"),
        )),
    }
}
