//! The one place that says what an answer of Autotask means.
//!
//! Validation and business errors come as 500 with an `errors` list, so the status alone says
//! nothing: with such a list a 500 is a refusal for good, except for the texts about threads and
//! thresholds. Limits: <https://www.autotask.net/help/DeveloperHelp/Content/APIs/REST/General_Topics/ThreadLimiting.htm>.

use std::time::Duration;

use deskbridge_core::http::HttpResponse;
use deskbridge_core::{Error, ErrorKind, Result, Retry, Timestamp};

use crate::autotask::types::{Complaint, Failure};
use crate::http::retry_after;
use crate::text::truncate;

const MAX_MESSAGE_CHARS: usize = 300;
/// A thread is free again shortly after its answer.
const THREAD_WAIT: Duration = Duration::from_secs(5);
/// The hour rolls on: after some minutes part of it is free again.
const HOUR_WAIT: Duration = Duration::from_secs(300);

/// Whether a request may have changed something. A query is a POST and reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
}

/// Returns an error unless the answer is a success. Autotask's own words are quoted in it, without
/// anything that is in `hidden`.
pub(super) fn meaning(
    answer: &HttpResponse,
    access: Access,
    now: Timestamp,
    hidden: &[&str],
) -> Result<()> {
    if answer.is_success() {
        return Ok(());
    }
    let failure: Failure = serde_json::from_slice(&answer.body).unwrap_or_default();
    let (kind, says, wait) = verdict(answer.status, access, &failure);
    let error = Error::new(kind, message(says, &failure, hidden)).with_status(answer.status);
    let asked = retry_after(answer, now);
    Err(match kind {
        ErrorKind::RateLimited => error.with_retry(Retry::Later(asked.or(wait))),
        ErrorKind::Unavailable => error.with_retry(Retry::Later(asked)),
        _ => error,
    })
}

fn verdict(
    status: u16,
    access: Access,
    failure: &Failure,
) -> (ErrorKind, &'static str, Option<Duration>) {
    let refusal = !failure.errors.is_empty();
    if failure.says("thread threshold") || failure.says("itgenatr005") {
        let says = "Autotask works on as many calls as it does at a time";
        return (ErrorKind::RateLimited, says, Some(THREAD_WAIT));
    }
    if status == 429 || failure.says("threshold") {
        let says = "Autotask takes no more calls for now";
        return (ErrorKind::RateLimited, says, Some(HOUR_WAIT));
    }
    let (kind, says) = match (status, access) {
        (401, _) => (
            ErrorKind::Unauthorized,
            "Autotask does not accept the user name and secret; they must be those of an API user \
             (API-only)",
        ),
        (403, _) => (
            ErrorKind::NeedsPerson,
            "Autotask does not allow this to the API user: look at its security level",
        ),
        (500.., _) if failure.says("integrationcode") => (
            ErrorKind::Unauthorized,
            "Autotask does not know the tracking identifier",
        ),
        (500.., _) if failure.says("zone information") => (
            ErrorKind::Unauthorized,
            "Autotask does not know the user name",
        ),
        (404, _) => (ErrorKind::NotFound, "Autotask does not have it"),
        (500.., _) if refusal => (ErrorKind::Rejected, "Autotask refuses"),
        (408 | 0..=399 | 500.., Access::Read) => (ErrorKind::Unavailable, "Autotask cannot answer"),
        (408 | 0..=399 | 500.., Access::Write) => (
            ErrorKind::OutcomeUnknown,
            "Autotask did not say whether it was done",
        ),
        _ => (ErrorKind::Rejected, "Autotask refuses"),
    };
    (kind, says, None)
}

fn message(says: &str, failure: &Failure, hidden: &[&str]) -> String {
    let words: Vec<_> = failure
        .errors
        .iter()
        .map(Complaint::text)
        .filter(|text| !text.is_empty())
        .collect();
    if words.is_empty() {
        return says.to_owned();
    }
    let words = hidden.iter().fold(words.join("; "), |words, secret| {
        words.replace(secret, "[hidden]")
    });
    format!("{says}: {}", truncate(&words, MAX_MESSAGE_CHARS))
}

impl Failure {
    fn says(&self, words: &str) -> bool {
        let mut texts = self.errors.iter().map(|error| error.text().to_lowercase());
        texts.any(|text| text.contains(words))
    }
}

#[cfg(test)]
mod tests {
    use deskbridge_core::ErrorKind::{
        NeedsPerson, NotFound, OutcomeUnknown, RateLimited, Rejected, Unauthorized, Unavailable,
    };
    use deskbridge_core::Retry::{Later, LookUp, Never, WhenCredentialChanges};

    use super::*;

    fn of(status: u16, body: &str, access: Access) -> Option<(ErrorKind, Retry)> {
        let answer = HttpResponse {
            status,
            headers: Vec::new(),
            body: body.into(),
        };
        let meant = meaning(&answer, access, Timestamp::default(), &[]);
        meant.err().map(|error| (error.kind(), error.retry()))
    }

    #[test]
    fn every_status_has_one_meaning_for_reads_and_one_for_writes() {
        let both = |kind, retry| (Some((kind, retry)), Some((kind, retry)));
        let wait = |wait| both(RateLimited, Later(Some(wait)));
        let unknown = (
            Some((Unavailable, Later(None))),
            Some((OutcomeUnknown, LookUp)),
        );
        let refusal = r#"{"errors":["title is required.; on record number [0]."]}"#;
        let objects = r#"{"errors":[{"message":"title is required."}]}"#;
        let table = [
            (200, "{}", (None, None)),
            (301, "", unknown),
            (400, refusal, both(Rejected, Never)),
            (401, "", both(Unauthorized, WhenCredentialChanges)),
            (403, "", both(NeedsPerson, WhenCredentialChanges)),
            (404, refusal, both(NotFound, Never)),
            (405, "", both(Rejected, Never)),
            (408, "", unknown),
            (429, "", wait(HOUR_WAIT)),
            (500, refusal, both(Rejected, Never)),
            (500, objects, both(Rejected, Never)),
            (
                500,
                r#"{"errors":["IntegrationCode is invalid."]}"#,
                both(Unauthorized, WhenCredentialChanges),
            ),
            (
                500,
                r#"{"errors":["Zone information could not be determined"]}"#,
                both(Unauthorized, WhenCredentialChanges),
            ),
            (
                500,
                r#"{"errors":["Thread Threshold Exceeded"]}"#,
                wait(THREAD_WAIT),
            ),
            (
                500,
                r#"{"errors":["The request threshold is exceeded."]}"#,
                wait(HOUR_WAIT),
            ),
            (500, r#"{"errors":[]}"#, unknown),
            (500, "<html>", unknown),
            (502, "", unknown),
            (503, "", unknown),
            (504, "", unknown),
        ];
        for (status, body, meant) in table {
            let found = (
                of(status, body, Access::Read),
                of(status, body, Access::Write),
            );
            assert_eq!(found, meant, "{status} {body}");
        }
    }
}
