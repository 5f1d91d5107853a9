use std::time::Duration;

use deskbridge_core::{ErrorKind, Retry};

use super::*;

async fn answered(status: u16, headers: &[(&str, &str)], body: Value) -> Error {
    let desk = Desk::new().await;
    let headers = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    desk.instead(Instead::Of(HttpResponse {
        headers: headers.collect(),
        ..answer(status, &body)
    }));
    let params = json!({"channel": SUPPORT, "text": "hello"});
    desk.run("post_message", params).await.unwrap_err()
}

/// The error's name, and what it means.
const MEANINGS: [(&str, ErrorKind, Retry); 20] = [
    ("invalid_auth", ErrorKind::Unauthorized, MENDED),
    ("not_authed", ErrorKind::Unauthorized, MENDED),
    ("account_inactive", ErrorKind::Unauthorized, MENDED),
    ("token_revoked", ErrorKind::Unauthorized, MENDED),
    ("token_expired", ErrorKind::Unauthorized, MENDED),
    ("missing_scope", ErrorKind::NeedsPerson, MENDED),
    ("ratelimited", ErrorKind::Paced, SOON),
    ("rate_limited", ErrorKind::Paced, SOON),
    ("message_limit_exceeded", ErrorKind::Paced, SOON),
    (
        "team_added_to_org",
        ErrorKind::Unavailable,
        Retry::Later(None),
    ),
    ("request_timeout", ErrorKind::OutcomeUnknown, Retry::LookUp),
    ("fatal_error", ErrorKind::OutcomeUnknown, Retry::LookUp),
    ("internal_error", ErrorKind::OutcomeUnknown, Retry::LookUp),
    (
        "service_unavailable",
        ErrorKind::OutcomeUnknown,
        Retry::LookUp,
    ),
    ("channel_not_found", ErrorKind::NotFound, Retry::Never),
    ("not_in_channel", ErrorKind::Rejected, Retry::Never),
    ("is_archived", ErrorKind::Rejected, Retry::Never),
    ("invalid_blocks", ErrorKind::Rejected, Retry::Never),
    ("restricted_action", ErrorKind::Rejected, Retry::Never),
    ("an_error_of_tomorrow", ErrorKind::Rejected, Retry::Never),
];
const MENDED: Retry = Retry::WhenCredentialChanges;
const SOON: Retry = Retry::Later(Some(Duration::from_secs(30)));

#[tokio::test]
async fn every_name_of_an_error_has_its_meaning() {
    for (name, kind, retry) in MEANINGS {
        let error = answered(200, &[], json!({"ok": false, "error": name})).await;
        assert_eq!((error.kind(), error.retry()), (kind, retry), "{name}");
        assert!(error.message().contains(name), "{error}");
    }
}

#[tokio::test]
async fn a_status_counts_where_there_is_no_name() {
    for (status, kind) in [
        (429, ErrorKind::Paced),
        (500, ErrorKind::OutcomeUnknown),
        (503, ErrorKind::OutcomeUnknown),
        (302, ErrorKind::OutcomeUnknown),
        (408, ErrorKind::OutcomeUnknown),
        (404, ErrorKind::Rejected),
        (200, ErrorKind::Malformed),
    ] {
        let error = answered(status, &[], json!("<html>")).await;
        assert_eq!(error.kind(), kind, "{status}");
    }
}

#[tokio::test]
async fn a_limit_says_how_long_and_is_this_places_alone() {
    let limited = json!({"ok": false, "error": "ratelimited"});
    let error = answered(429, &[("retry-after", "7")], limited).await;
    let seven = Retry::Later(Some(Duration::from_secs(7)));
    assert_eq!((error.kind(), error.retry()), (ErrorKind::Paced, seven));
    let state = deskbridge_core::ports::CredentialState::default();
    assert_eq!(state.after(&error, "1", Timestamp::from_millis(NOW)), None);
}

#[tokio::test]
async fn what_slack_says_of_our_blocks_is_kept() {
    let body = json!({"ok": false, "error": "invalid_blocks", "response_metadata": {
        "messages": ["[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"]}});
    let error = answered(200, &[], body).await;
    assert!(
        error.message().contains("json-pointer:/blocks/0/text"),
        "{error}"
    );
}

#[tokio::test]
async fn a_removed_app_waits_for_its_new_token() {
    let desk = Desk::new().await;
    desk.vendor.human_uninstalls(TEAM).await;
    let params = json!({"channel": SUPPORT, "text": "hello"});
    let error = desk.run("post_message", params).await.unwrap_err();
    assert_eq!(error.retry(), MENDED);
    assert!(
        error
            .message()
            .contains("install it again (account_inactive)"),
        "{error}"
    );
}
