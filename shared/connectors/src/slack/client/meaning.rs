//! The one place that says what an answer of the vendor means: by its error's name, as most refusals
//! come with 200: <https://docs.slack.dev/apis/web-api/#responses>.

use std::time::Duration;

use deskbridge_core::http::HttpResponse;
use deskbridge_core::{Error, ErrorKind, Result, Retry, Timestamp};

use crate::http::retry_after;
use crate::slack::types::Envelope;

/// How long to wait after too many calls, where Slack does not say.
const AFTER_TOO_MANY: Duration = Duration::from_secs(30);

/// Whether a request may have changed something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::slack) enum Access {
    Read,
    Write,
}

/// What the names of errors mean, as the methods' own pages have them, and what a person can do.
const ERRORS: [(&str, ErrorKind, &str); 33] = [
    ("invalid_auth", ErrorKind::Unauthorized, REINSTALL),
    ("not_authed", ErrorKind::Unauthorized, REINSTALL),
    ("account_inactive", ErrorKind::Unauthorized, REINSTALL),
    ("token_revoked", ErrorKind::Unauthorized, REINSTALL),
    ("token_expired", ErrorKind::Unauthorized, ROTATED),
    ("missing_scope", ErrorKind::NeedsPerson, SCOPES),
    ("no_permission", ErrorKind::NeedsPerson, SCOPES),
    (
        "not_allowed_token_type",
        ErrorKind::NeedsPerson,
        "a bot token is needed, xoxb-…",
    ),
    (
        "org_login_required",
        ErrorKind::NeedsPerson,
        "the workspace moves to an organisation",
    ),
    ("team_access_not_granted", ErrorKind::NeedsPerson, REINSTALL),
    ("ratelimited", ErrorKind::Paced, PACED),
    ("rate_limited", ErrorKind::Paced, PACED),
    ("message_limit_exceeded", ErrorKind::Paced, PACED),
    (
        "team_added_to_org",
        ErrorKind::Unavailable,
        "the workspace moves to an organisation",
    ),
    ("request_timeout", ErrorKind::OutcomeUnknown, BROKEN),
    ("fatal_error", ErrorKind::OutcomeUnknown, BROKEN),
    ("internal_error", ErrorKind::OutcomeUnknown, BROKEN),
    ("service_unavailable", ErrorKind::OutcomeUnknown, BROKEN),
    ("channel_not_found", ErrorKind::NotFound, INVITE),
    ("not_in_channel", ErrorKind::Rejected, INVITE),
    (
        "user_not_in_channel",
        ErrorKind::Rejected,
        "the person is not in the channel",
    ),
    (
        "is_archived",
        ErrorKind::Rejected,
        "the channel is archived: choose another one",
    ),
    (
        "user_not_found",
        ErrorKind::NotFound,
        "Slack does not know the person",
    ),
    (
        "users_not_found",
        ErrorKind::NotFound,
        "Slack knows nobody with this address",
    ),
    (
        "message_not_found",
        ErrorKind::NotFound,
        "the message is gone",
    ),
    (
        "thread_not_found",
        ErrorKind::NotFound,
        "the thread is gone",
    ),
    (
        "user_disabled",
        ErrorKind::Rejected,
        "the person's account is off",
    ),
    (
        "cannot_dm_bot",
        ErrorKind::Rejected,
        "a bot takes no direct messages",
    ),
    ("expired_trigger_id", ErrorKind::Rejected, LATE_FORM),
    (
        "exchanged_trigger_id",
        ErrorKind::Rejected,
        "the form was opened already",
    ),
    ("expired_url", ErrorKind::Rejected, LATE_ANSWER),
    ("used_url", ErrorKind::Rejected, LATE_ANSWER),
    (
        "restricted_action",
        ErrorKind::Rejected,
        "the workspace's rules do not let apps post there",
    ),
];
const REINSTALL: &str = "the app is no longer in the workspace: install it again";
const ROTATED: &str = "the token has expired: tokens that rotate are not supported";
const SCOPES: &str = "the app may not do this: install it again and allow what it asks for";
const PACED: &str = "Slack takes no more of these calls for now";
const BROKEN: &str = "Slack did not say whether it was done";
const INVITE: &str = "the app is not in the channel: invite it there, or choose another channel";
const LATE_FORM: &str = "the form came later than Slack's 3 s: the person has to ask again";
const LATE_ANSWER: &str = "the answer came later than 30 minutes, or was the sixth";
const REFUSED: &str = "Slack refuses";

pub(super) fn meaning(
    answer: &HttpResponse,
    said: &Envelope,
    access: Access,
    now: Timestamp,
    quoted: impl Fn(&str) -> String,
) -> Result<()> {
    if answer.is_success() && said.ok == Some(true) {
        return Ok(());
    }
    let (kind, says) = kind(answer.status, said);
    let error =
        Error::new(reading(kind, access), message(says, said, quoted)).with_status(answer.status);
    Err(match error.kind() {
        ErrorKind::Paced => {
            let wait = retry_after(answer, now).unwrap_or(AFTER_TOO_MANY);
            error.with_retry(Retry::Later(Some(wait)))
        }
        ErrorKind::Unavailable => error.with_retry(Retry::Later(retry_after(answer, now))),
        // A token that may post and not read is as it should be: only the look-up cannot be made.
        ErrorKind::NeedsPerson if access == Access::Read => error.with_retry(Retry::Never),
        _ => error,
    })
}

fn kind(status: u16, said: &Envelope) -> (ErrorKind, &'static str) {
    let known = ERRORS.iter().find(|(name, ..)| *name == said.error);
    match (known, status) {
        (Some((_, kind, says)), _) => (*kind, says),
        (None, 429) => (ErrorKind::Paced, PACED),
        (None, _) if !said.error.is_empty() => (ErrorKind::Rejected, REFUSED),
        (None, 200..=299) => (
            ErrorKind::Malformed,
            "Slack's answer is not the JSON it documents",
        ),
        (None, 400..=499) if status != 408 => (ErrorKind::Rejected, REFUSED),
        _ => (ErrorKind::OutcomeUnknown, BROKEN),
    }
}

/// Nothing can have been done by a read.
fn reading(kind: ErrorKind, access: Access) -> ErrorKind {
    match (kind, access) {
        (ErrorKind::OutcomeUnknown | ErrorKind::Malformed, Access::Read) => ErrorKind::Unavailable,
        _ => kind,
    }
}

/// Slack's own name of the error, and what it says of the blocks it does not take.
fn message(says: &str, said: &Envelope, quoted: impl Fn(&str) -> String) -> String {
    let mut words = vec![said.error.clone()];
    words.extend(said.needed.iter().map(|scope| format!("needs {scope}")));
    words.extend(said.response_metadata.messages.iter().cloned());
    words.retain(|word| !word.is_empty());
    match words.is_empty() {
        true => says.to_owned(),
        false => format!("{says} ({})", quoted(&words.join("; "))),
    }
}
