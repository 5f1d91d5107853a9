//! The one place that says what an answer of the vendor means: by its code, never by its words, which
//! are in the language of the account.
//!
//! Codes as the vendor's own command line tool pins them in its scenarios. There is no public list.

use std::time::Duration;

use deskbridge_core::http::HttpResponse;
use deskbridge_core::{Error, ErrorKind, Result, Retry, Timestamp};

use crate::http::retry_after;

/// How long everybody leaves the domain alone after a 429, where it does not say.
const AFTER_TOO_MANY: Duration = Duration::from_secs(30);

/// Whether a request may have changed something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::kintone) enum Access {
    Read,
    Write,
}

/// What each code asks of a person.
const CODES: [(&str, ErrorKind, &str); 5] = [
    (
        "GAIA_IA02",
        ErrorKind::Unauthorized,
        "kintone does not know the API token: after making it, press \"update app\" (アプリを更新); \
         the Light course has no API tokens",
    ),
    (
        "GAIA_DA03",
        ErrorKind::NeedsPerson,
        "two API tokens of the same app are given: keep one of them",
    ),
    (
        "GAIA_AP15",
        ErrorKind::NeedsPerson,
        "the API token belongs to another app: compare the app's number with the token's app",
    ),
    (
        "GAIA_NO01",
        ErrorKind::NeedsPerson,
        "the API token lacks a right: tick \"add records\" (レコード追加), with mode: upsert also \
         \"edit records\" (レコード編集), and press \"update app\"",
    ),
    (
        "CB_NO02",
        ErrorKind::NeedsPerson,
        "the API token may not do this in the app: look at the app's permissions",
    ),
];

pub(super) fn meaning(
    answer: &HttpResponse,
    code: &str,
    said: &str,
    access: Access,
    now: Timestamp,
) -> Result<()> {
    let status = answer.status;
    if answer.is_success() {
        return Ok(());
    }
    let known = CODES.iter().find(|(known, ..)| *known == code);
    let (kind, says) = match (status, known) {
        (_, Some((_, kind, says))) => (*kind, *says),
        (429, None) => (
            ErrorKind::RateLimited,
            "kintone takes no more requests for now",
        ),
        (409, None) => (
            ErrorKind::Conflict,
            "somebody else changed the record at the same time",
        ),
        (401, None) => (
            ErrorKind::Unauthorized,
            "kintone does not accept the API token",
        ),
        // An application's refusal, whatever its status: 520 has been used for these.
        (_, None) if code.starts_with("GAIA_RE") => {
            (ErrorKind::NotFound, "kintone does not have it")
        }
        (_, None) if code.starts_with("GAIA_") || code.starts_with("CB_") => {
            (ErrorKind::Rejected, "kintone refuses")
        }
        (400..=499, None) if status != 408 => (ErrorKind::Rejected, "kintone refuses"),
        _ if access == Access::Read => (ErrorKind::Unavailable, "kintone cannot answer"),
        _ => (
            ErrorKind::OutcomeUnknown,
            "kintone did not say whether it was done",
        ),
    };
    let message = match (code.is_empty(), said.is_empty()) {
        (true, _) => says.to_owned(),
        (false, true) => format!("{says} ({code})"),
        (false, false) => format!("{says} ({code}: {said})"),
    };
    let error = Error::new(kind, message).with_status(status);
    Err(match kind {
        ErrorKind::RateLimited => {
            let wait = retry_after(answer, now).unwrap_or(AFTER_TOO_MANY);
            error.with_retry(Retry::Later(Some(wait)))
        }
        ErrorKind::Conflict => error.with_retry(Retry::Later(None)),
        ErrorKind::Unavailable => error.with_retry(Retry::Later(retry_after(answer, now))),
        // A token that may add and not read is as it should be: only the look-up cannot be made.
        ErrorKind::NeedsPerson if access == Access::Read && code == "GAIA_NO01" => {
            error.with_retry(Retry::Never)
        }
        _ => error,
    })
}
