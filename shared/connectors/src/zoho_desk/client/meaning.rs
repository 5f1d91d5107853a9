//! The one place that says what an answer of Zoho Desk means.
//!
//! Errors: `Common.json` of <https://github.com/zoho/zohodesk-oas>. Too many calls at a time are a 429
//! without a time to wait; a day's credits used up are one with it.

use std::time::Duration;

use deskbridge_core::http::HttpResponse;
use deskbridge_core::{Error, ErrorKind, Result, Retry, Timestamp};
use serde::Deserialize;

use crate::http::retry_after;
use crate::text::truncate;

const MAX_WORDS_CHARS: usize = 300;
/// A place is free again as soon as another call has its answer.
const BUSY_WAIT: Duration = Duration::from_secs(2);
/// Credits come back over the day.
const SPENT_WAIT: Duration = Duration::from_secs(900);

/// Whether a request may have changed something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::zoho_desk) enum Access {
    Read,
    Write,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Failure {
    error_code: String,
    message: String,
    errors: Vec<Complaint>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Complaint {
    field_name: String,
    error_type: String,
    error_message: String,
}

/// Whether the answer says that the access token is not, or no longer, good.
pub(super) fn wants_new_token(answer: &HttpResponse) -> bool {
    answer.status == 401
        && !matches!(
            failure(answer).error_code.as_str(),
            "SCOPE_MISMATCH" | "OAUTH_ORG_MISMATCH"
        )
}

/// Returns an error unless the answer is a success. The vendor's own words are quoted in it, without
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
    let failure = failure(answer);
    let (kind, says) = verdict(answer.status, access, &failure);
    let error = Error::new(kind, message(says, &failure, hidden)).with_status(answer.status);
    let asked = retry_after(answer, now);
    Err(match (kind, failure.error_code.as_str()) {
        (ErrorKind::RateLimited, "THRESHOLD_EXCEEDED") => {
            error.with_retry(Retry::Later(asked.or(Some(SPENT_WAIT))))
        }
        (ErrorKind::RateLimited, _) => error.with_retry(Retry::Later(asked.or(Some(BUSY_WAIT)))),
        (ErrorKind::Unavailable, _) => error.with_retry(Retry::Later(asked)),
        (ErrorKind::Misconfigured, _) => error.with_retry(Retry::WhenCredentialChanges),
        _ => error,
    })
}

fn failure(answer: &HttpResponse) -> Failure {
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

fn verdict(status: u16, access: Access, failure: &Failure) -> (ErrorKind, &'static str) {
    match (status, failure.error_code.as_str()) {
        (_, "SCOPE_MISMATCH") => (
            ErrorKind::NeedsPerson,
            "the sign-in does not include this right: sign in again and allow all that is asked for",
        ),
        (_, "OAUTH_ORG_MISMATCH") => (
            ErrorKind::Misconfigured,
            "the sign-in belongs to another organisation than org_id: look at both",
        ),
        (_, "LICENSE_ACCESS_LIMITED") => (
            ErrorKind::Unsupported,
            "this portal's edition does not include it",
        ),
        (429, _) => (
            ErrorKind::RateLimited,
            "Zoho Desk takes no more calls for now",
        ),
        (401, _) => (
            ErrorKind::Unauthorized,
            "Zoho Desk does not accept the sign-in",
        ),
        (403, _) => (
            ErrorKind::Rejected,
            "Zoho Desk does not allow this to the one who signed in",
        ),
        (404, _) => (ErrorKind::NotFound, "Zoho Desk does not have it"),
        (0..=399 | 408 | 500.., _) => match access {
            Access::Read => (ErrorKind::Unavailable, "Zoho Desk cannot answer"),
            Access::Write => (
                ErrorKind::OutcomeUnknown,
                "Zoho Desk did not say whether it was done",
            ),
        },
        _ => (ErrorKind::Rejected, "Zoho Desk refuses"),
    }
}

fn message(says: &str, failure: &Failure, hidden: &[&str]) -> String {
    let complaints = failure.errors.iter().map(|complaint| {
        let parts = [
            complaint.field_name.trim_start_matches('/'),
            &complaint.error_type,
            &complaint.error_message,
        ];
        parts
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    });
    let words: Vec<_> = [failure.message.clone()]
        .into_iter()
        .chain(complaints)
        .filter(|words| !words.is_empty())
        .collect();
    if words.is_empty() {
        return says.to_owned();
    }
    let words = hidden.iter().fold(words.join("; "), |words, secret| {
        words.replace(secret, "[hidden]")
    });
    format!("{says}: {}", truncate(&words, MAX_WORDS_CHARS))
}

#[cfg(test)]
mod tests {
    use deskbridge_core::ErrorKind::{
        Misconfigured, NeedsPerson, NotFound, OutcomeUnknown, RateLimited, Rejected, Unauthorized,
        Unavailable, Unsupported,
    };
    use deskbridge_core::Retry::{Later, LookUp, Never, WhenCredentialChanges};
    use serde_json::json;

    use super::*;

    fn of(status: u16, code: &str, access: Access) -> Option<(ErrorKind, Retry)> {
        let answer = HttpResponse {
            status,
            headers: Vec::new(),
            body: json!({ "errorCode": code }).to_string().into(),
        };
        let meant = meaning(&answer, access, Timestamp::default(), &[]);
        meant.err().map(|error| (error.kind(), error.retry()))
    }

    #[test]
    fn every_status_has_one_meaning_for_reads_and_one_for_writes() {
        let both = |kind, retry| (Some((kind, retry)), Some((kind, retry)));
        let person = |kind| both(kind, WhenCredentialChanges);
        let unknown = (
            Some((Unavailable, Later(None))),
            Some((OutcomeUnknown, LookUp)),
        );
        let table = [
            (200, "", (None, None)),
            (204, "", (None, None)),
            (302, "", unknown),
            (400, "BAD_REQUEST", both(Rejected, Never)),
            (401, "INVALID_OAUTH", person(Unauthorized)),
            (401, "SCOPE_MISMATCH", person(NeedsPerson)),
            (403, "SCOPE_MISMATCH", person(NeedsPerson)),
            (403, "OAUTH_ORG_MISMATCH", person(Misconfigured)),
            (403, "FORBIDDEN", both(Rejected, Never)),
            (403, "LICENSE_ACCESS_LIMITED", both(Unsupported, Never)),
            (404, "URL_NOT_FOUND", both(NotFound, Never)),
            (408, "", unknown),
            (422, "INVALID_DATA", both(Rejected, Never)),
            (
                429,
                "TOO_MANY_REQUESTS",
                both(RateLimited, Later(Some(BUSY_WAIT))),
            ),
            (
                429,
                "THRESHOLD_EXCEEDED",
                both(RateLimited, Later(Some(SPENT_WAIT))),
            ),
            (500, "INTERNAL_SERVER_ERROR", unknown),
            (502, "", unknown),
            (504, "", unknown),
        ];
        for (status, code, meant) in table {
            let found = (
                of(status, code, Access::Read),
                of(status, code, Access::Write),
            );
            assert_eq!(found, meant, "{status} {code}");
        }
    }

    #[test]
    fn the_fields_are_named_and_secrets_are_not() {
        let body = json!({
            "errorCode": "INVALID_DATA", "message": "The data is invalid: t0ken",
            "errors": [{"fieldName": "/contactId", "errorType": "missing", "errorMessage": ""}],
        });
        let answer = HttpResponse {
            status: 422,
            headers: Vec::new(),
            body: body.to_string().into(),
        };
        let error = meaning(&answer, Access::Write, Timestamp::default(), &["t0ken"]).unwrap_err();
        assert_eq!(
            error.message(),
            "Zoho Desk refuses: The data is invalid: [hidden]; contactId missing"
        );
    }
}
