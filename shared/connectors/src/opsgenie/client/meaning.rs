//! The one place that says what an answer of the vendor means.
//!
//! Statuses: <https://docs.opsgenie.com/docs/response>; limits:
//! <https://docs.opsgenie.com/docs/api-rate-limiting>, for which no `Retry-After` is documented.

use std::time::Duration;

use deskbridge_core::http::HttpResponse;
use deskbridge_core::{Error, ErrorKind, Result, Retry, Timestamp};
use serde_json::Value;

use crate::http::retry_after;

/// In seconds: how long the limit that was hit is counted over.
const RATE_LIMIT_PERIOD: &str = "x-ratelimit-period-in-sec";

/// Whether a request may have changed something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
}

/// Returns an error unless the answer is a success. The vendor's own words stand in it as `quoted`
/// gives them.
pub(super) fn meaning(
    answer: &HttpResponse,
    access: Access,
    now: Timestamp,
    quoted: impl Fn(&str) -> String,
) -> Result<()> {
    let status = answer.status;
    let (kind, says) = match (status, access) {
        (200..=299, _) => return Ok(()),
        (401, _) => (
            ErrorKind::Unauthorized,
            "Opsgenie does not accept the key: it is invalid, or its integration is turned off",
        ),
        (404, _) => (ErrorKind::NotFound, "Opsgenie does not have it"),
        (429, _) => (
            ErrorKind::RateLimited,
            "Opsgenie takes no more calls for now",
        ),
        (408 | 499 | 0..=399 | 500.., Access::Read) => {
            (ErrorKind::Unavailable, "Opsgenie cannot answer")
        }
        (408 | 499 | 0..=399 | 500.., Access::Write) => (
            ErrorKind::OutcomeUnknown,
            "Opsgenie did not say whether it was done",
        ),
        _ => (ErrorKind::Rejected, "Opsgenie refuses"),
    };
    let error = Error::new(kind, message(says, answer, quoted)).with_status(status);
    Err(match kind {
        ErrorKind::RateLimited => error.with_retry(Retry::Later(wait(answer, now))),
        ErrorKind::Unavailable => error.with_retry(Retry::Later(retry_after(answer, now))),
        _ => error,
    })
}

/// Returns how long to wait after a 429.
fn wait(answer: &HttpResponse, now: Timestamp) -> Option<Duration> {
    retry_after(answer, now).or_else(|| {
        let seconds = answer.header(RATE_LIMIT_PERIOD)?.trim().parse().ok()?;
        Some(Duration::from_secs(seconds))
    })
}

fn message(says: &str, answer: &HttpResponse, quoted: impl Fn(&str) -> String) -> String {
    let words = words(&answer.body).join("; ");
    if words.is_empty() {
        return says.to_owned();
    }
    format!("{says}: {}", quoted(&words))
}

/// The texts of a failure. Opsgenie sends a `message`, a `code` and, with 422, a map of `errors`; the
/// account API a list of `errors`.
fn words(body: &[u8]) -> Vec<String> {
    let Ok(body) = serde_json::from_slice::<Value>(body) else {
        return Vec::new();
    };
    let mut words: Vec<_> = body["message"]
        .as_str()
        .map(str::to_owned)
        .into_iter()
        .collect();
    words.extend(sub_code(&body["code"]).map(str::to_owned));
    match &body["errors"] {
        Value::Object(errors) => {
            let texts = errors
                .iter()
                .filter_map(|(field, text)| Some((field, text.as_str()?)));
            words.extend(texts.map(|(field, text)| format!("{field}: {text}")));
        }
        Value::Array(errors) => words.extend(errors.iter().filter_map(listed)),
        _ => {}
    }
    words.retain(|text| !text.is_empty());
    words
}

fn listed(error: &Value) -> Option<String> {
    let texts = ["title", "message", "detail", "code"].map(|name| error[name].as_str());
    let texts: Vec<_> = texts.into_iter().flatten().collect();
    error
        .as_str()
        .map(str::to_owned)
        .or_else(|| (!texts.is_empty()).then(|| texts.join(", ")))
}

/// Sub-codes of 403.
fn sub_code(code: &Value) -> Option<&'static str> {
    let text = code.as_str().and_then(|text| text.parse().ok());
    match code.as_u64().or(text)? {
        40301 => Some("40301, the key may not do this"),
        40302 => Some("40302, the integration does not support this"),
        _ => None,
    }
}
