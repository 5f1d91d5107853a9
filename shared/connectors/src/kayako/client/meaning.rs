//! The one place that says what an answer of Kayako means.
//!
//! Statuses: <https://developer.kayako.com/api/v1/reference/response>; limits:
//! <https://developer.kayako.com/api/v1/reference/rate_limiting>, a minute each, with `Retry-After`
//! in seconds.

use deskbridge_core::http::{HttpRequest, HttpResponse, Method};
use deskbridge_core::{Error, ErrorKind, Result, Retry, Timestamp};
use serde_json::{Map, Value};

use crate::http::retry_after;
use crate::kayako::types::Failure;
use crate::text::truncate;

const MAX_MESSAGE_CHARS: usize = 300;
/// "Session Not Found"; no registered status.
const SESSION_NOT_FOUND: u16 = 454;

/// Whether a request may have changed something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
}

impl Access {
    pub(super) fn of(request: &HttpRequest) -> Self {
        match request.method {
            Method::Get => Self::Read,
            Method::Post | Method::Put | Method::Patch | Method::Delete => Self::Write,
        }
    }
}

/// Returns an error unless the answer is a success. Kayako's own words are quoted in it, without
/// anything that is in `hidden`.
pub(super) fn meaning(
    answer: &HttpResponse,
    access: Access,
    now: Timestamp,
    hidden: &[&str],
) -> Result<()> {
    let failure = failure(answer);
    let asked = retry_after(answer, now);
    let status = status(answer, &failure);
    let (kind, says) = match (status, access) {
        (200..=299, _) => return Ok(()),
        (401, _) => (
            ErrorKind::Unauthorized,
            "Kayako does not accept the e-mail and password",
        ),
        (403, _) if failure.says("OTP_EXPECTED") => (
            ErrorKind::NeedsPerson,
            "Kayako wants a one-time code: use a user without two-factor login, or switch it off \
             for this one, and set the credential again",
        ),
        (403, _) if failure.says("CREDENTIAL_EXPIRED") => (
            ErrorKind::NeedsPerson,
            "the Kayako password has expired: choose a new one in Kayako and set the credential \
             again",
        ),
        (404, _) => (ErrorKind::NotFound, "Kayako does not have it"),
        (429, _) => (ErrorKind::RateLimited, "Kayako takes no more calls for now"),
        (SESSION_NOT_FOUND, _) => (ErrorKind::Unavailable, "Kayako lost a new session"),
        (408 | 0..=399 | 500.., Access::Read) => (ErrorKind::Unavailable, "Kayako cannot answer"),
        (408 | 0..=399 | 500.., Access::Write) => (
            ErrorKind::OutcomeUnknown,
            "Kayako did not say whether it was done",
        ),
        _ => (ErrorKind::Rejected, "Kayako refuses"),
    };
    let error = Error::new(kind, message(says, &failure, hidden)).with_status(status);
    Err(match kind {
        ErrorKind::RateLimited | ErrorKind::Unavailable => error.with_retry(Retry::Later(asked)),
        _ => error,
    })
}

/// A session that has ended, lost its token, or is no longer trusted. In none of these cases was
/// the request carried out; if the password itself is wrong, the next login says so.
pub(super) fn is_session_gone(answer: &HttpResponse) -> bool {
    match answer.status {
        401 | SESSION_NOT_FOUND => true,
        403 => failure(answer).says("CSRF_FAILED"),
        _ => false,
    }
}

/// Kayako Classic answers the login with XML, a page, or a plain 404.
pub(super) fn refuse_classic(answer: &HttpResponse) -> Result<()> {
    let json = serde_json::from_slice::<Map<String, Value>>(&answer.body).is_ok();
    if json || !matches!(answer.status, 200..=299 | 404) {
        return Ok(());
    }
    let why = "this address does not answer as Kayako's API version 1 does; Kayako Classic speaks \
               another API, which Deskbridge does not offer";
    Err(Error::new(ErrorKind::Misconfigured, why).with_status(answer.status))
}

fn failure(answer: &HttpResponse) -> Failure {
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

/// "Normally" the body's status equals the answer's; where it is worse, it is the truth.
fn status(answer: &HttpResponse, failure: &Failure) -> u16 {
    match failure.status {
        Some(inner) if answer.is_success() && inner >= 300 => inner,
        _ => answer.status,
    }
}

fn message(says: &str, failure: &Failure, hidden: &[&str]) -> String {
    let words = failure
        .errors
        .iter()
        .map(|error| match (&*error.code, &*error.message) {
            (code, "") => code.to_owned(),
            ("", message) => message.to_owned(),
            (code, message) => format!("{code}, {message}"),
        });
    let words: Vec<_> = words.filter(|words| !words.is_empty()).collect();
    if words.is_empty() {
        return says.to_owned();
    }
    let words = words.join("; ");
    let words = hidden
        .iter()
        .fold(words, |words, secret| words.replace(secret, "[hidden]"));
    format!("{says}: {}", truncate(&words, MAX_MESSAGE_CHARS))
}

impl Failure {
    fn says(&self, code: &str) -> bool {
        self.errors.iter().any(|error| error.code == code)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use deskbridge_core::ErrorKind::{
        NeedsPerson, NotFound, OutcomeUnknown, RateLimited, Rejected, Unauthorized, Unavailable,
    };
    use deskbridge_core::Retry::{Later, LookUp, Never, WhenCredentialChanges};

    use super::*;

    fn answer(status: u16, body: &str) -> HttpResponse {
        HttpResponse {
            status,
            headers: vec![("retry-after".into(), "59".into())],
            body: body.into(),
        }
    }

    fn of(status: u16, code: &str, access: Access) -> Option<(ErrorKind, Retry)> {
        let body = format!(r#"{{"status":{status},"errors":[{{"code":"{code}"}}]}}"#);
        let meant = meaning(&answer(status, &body), access, Timestamp::default(), &[]);
        meant.err().map(|error| (error.kind(), error.retry()))
    }

    #[test]
    fn every_status_has_one_meaning_for_reads_and_one_for_writes() {
        let wait = Later(Some(Duration::from_secs(59)));
        let both = |kind, retry| (Some((kind, retry)), Some((kind, retry)));
        let unknown = (Some((Unavailable, wait)), Some((OutcomeUnknown, LookUp)));
        let table = [
            (200, "", (None, None)),
            (201, "", (None, None)),
            (301, "", unknown),
            (304, "", unknown),
            (400, "FIELD_INVALID", both(Rejected, Never)),
            (401, "", both(Unauthorized, WhenCredentialChanges)),
            (403, "PERMISSIONS_DENIED", both(Rejected, Never)),
            (403, "CSRF_FAILED", both(Rejected, Never)),
            (
                403,
                "OTP_EXPECTED",
                both(NeedsPerson, WhenCredentialChanges),
            ),
            (
                403,
                "CREDENTIAL_EXPIRED",
                both(NeedsPerson, WhenCredentialChanges),
            ),
            (404, "RESOURCE_NOT_FOUND", both(NotFound, Never)),
            (405, "", both(Rejected, Never)),
            (406, "", both(Rejected, Never)),
            (408, "", unknown),
            (409, "", both(Rejected, Never)),
            (412, "", both(Rejected, Never)),
            (422, "", both(Rejected, Never)),
            (426, "", both(Rejected, Never)),
            (429, "RATE_LIMIT_REACHED", both(RateLimited, wait)),
            (454, "", both(Unavailable, wait)),
            (500, "", unknown),
            (502, "", unknown),
            (503, "", unknown),
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
    fn a_failure_inside_a_success_is_a_failure() {
        let inside = answer(
            200,
            r#"{"status":403,"errors":[{"code":"PERMISSIONS_DENIED"}]}"#,
        );
        let error = meaning(&inside, Access::Write, Timestamp::default(), &[]).unwrap_err();
        assert_eq!((error.kind(), error.http_status()), (Rejected, Some(403)));
    }

    #[test]
    fn a_page_instead_of_json_has_the_meaning_of_its_status() {
        let page = answer(502, "<html>Bad gateway</html>");
        let error = meaning(&page, Access::Read, Timestamp::default(), &[]).unwrap_err();
        assert_eq!(error.to_string(), "Kayako cannot answer (answered 502)");
    }

    #[test]
    fn kayakos_words_are_cut_and_cleaned_of_secrets() {
        let body = serde_json::json!({"errors": [
            {"code": "FIELD_INVALID", "message": format!("hunter2 {}", "長".repeat(400))},
        ]});
        let refused = answer(400, &body.to_string());
        let error = meaning(&refused, Access::Write, Timestamp::default(), &["hunter2"]);
        let message = error.unwrap_err().message().to_owned();
        assert!(
            message.starts_with("Kayako refuses: FIELD_INVALID, [hidden] 長"),
            "{message}"
        );
        assert_eq!(
            message.chars().count(),
            "Kayako refuses: ".len() + MAX_MESSAGE_CHARS
        );
    }
}
