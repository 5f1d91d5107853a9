//! The one place that says what an answer of the vendor means.
//!
//! Too many calls are a 403, as a missing right is: <https://developer.ingage.jp/>. Which of the two
//! it is, only the calls left can tell.

use std::time::Duration;

use deskbridge_core::http::HttpResponse;
use deskbridge_core::{Error, ErrorKind, Result, Retry, Timestamp};
use serde_json::Value;

use crate::http::retry_after;

pub(super) const REMAINING: &str = "x-ratelimit-remaining";
/// In seconds since 1970.
const RESET: &str = "x-ratelimit-reset";
/// What the limit is counted over.
pub(super) const WINDOW: Duration = Duration::from_secs(60);

/// Returns how long until the vendor counts anew; never longer than its window, whatever the clocks say.
pub(super) fn reset_in(answer: &HttpResponse, now: Timestamp) -> Option<Duration> {
    let seconds: i64 = answer.header(RESET)?.trim().parse().ok()?;
    let at = Timestamp::from_millis(seconds.saturating_mul(1000));
    Some(at.since(now).clamp(Duration::from_secs(1), WINDOW))
}

/// Returns an error unless the answer is a success. The vendor's own words stand in it as `quoted`
/// gives them.
pub(super) fn meaning(
    answer: &HttpResponse,
    now: Timestamp,
    quoted: impl Fn(&str) -> String,
) -> Result<()> {
    let none_left = answer
        .header(REMAINING)
        .is_some_and(|left| left.trim() == "0");
    let (kind, says) = match answer.status {
        200..=299 => return Ok(()),
        401 => (
            ErrorKind::Unauthorized,
            "Re:lation does not accept the API token: issue one in the system settings",
        ),
        403 if none_left => (
            ErrorKind::RateLimited,
            "Re:lation takes no more calls for now",
        ),
        403 => (
            ErrorKind::Rejected,
            "the API token may not read this message box",
        ),
        404 => (ErrorKind::NotFound, "Re:lation does not have it"),
        429 => (
            ErrorKind::RateLimited,
            "Re:lation takes no more calls for now",
        ),
        0..=399 | 408 | 500.. => (ErrorKind::Unavailable, "Re:lation cannot answer"),
        _ => (ErrorKind::Rejected, "Re:lation refuses"),
    };
    let error = Error::new(kind, message(says, answer, quoted)).with_status(answer.status);
    Err(match kind {
        ErrorKind::RateLimited => {
            let wait = reset_in(answer, now).or_else(|| retry_after(answer, now));
            error.with_retry(Retry::Later(Some(wait.unwrap_or(WINDOW))))
        }
        ErrorKind::Unavailable => error.with_retry(Retry::Later(retry_after(answer, now))),
        _ => error,
    })
}

fn message(says: &str, answer: &HttpResponse, quoted: impl Fn(&str) -> String) -> String {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    match body["message"].as_str() {
        None | Some("") => says.to_owned(),
        Some(words) => format!("{says}: {}", quoted(words)),
    }
}
