use std::time::Duration;

use deskbridge_core::{ErrorKind, Retry};
use serde_json::json;

use super::*;

const ME: &str = "GET /me.json";
const REPLY: &str = "POST /cases/9/reply.json";

async fn add_note(desk: &Desk) -> Result<Done> {
    desk.run("add_note", json!({"note": "hello"})).await
}

#[tokio::test]
async fn the_password_is_sent_once_and_the_session_afterwards() {
    let desk = Desk::new();
    add_note(&desk).await.unwrap();
    add_note(&desk).await.unwrap();
    assert_eq!(desk.routes(), [ME, REPLY, REPLY]);
    let seen = desk.http.seen.lock().unwrap();
    // base64 of the e-mail, a colon and the password
    let basic = "Basic YnJpZGdlQGV4YW1wbGUuY29tOmNvcnJlY3QgaG9yc2U=";
    assert_eq!(header(&seen[0], "authorization"), Some(basic));
    assert_eq!(header(&seen[0], "x-session-id"), None);
    for request in &seen[1..] {
        assert_eq!(header(request, "authorization"), None);
        assert_eq!(header(request, "x-session-id"), Some(SESSION));
        assert_eq!(header(request, "x-csrf-token"), Some(CSRF));
    }
}

#[tokio::test]
async fn the_login_is_part_of_preparing_and_its_failure_means_nothing_was_sent() {
    let desk = Desk::new();
    desk.prepare("add_note", json!({"note": "hello"}))
        .await
        .unwrap();
    assert_eq!(desk.routes(), [ME]);
}

#[tokio::test]
async fn reads_carry_no_csrf_token() {
    let desk = Desk::new();
    desk.look_up("add_note", json!({"note": "hello"}))
        .await
        .unwrap();
    assert_eq!(header(&desk.last(), "x-session-id"), Some(SESSION));
    assert_eq!(header(&desk.last(), "x-csrf-token"), None);
}

#[tokio::test]
async fn a_login_without_a_csrf_token_is_used_without_one() {
    let desk = Desk::new();
    desk.forget(ME);
    desk.answers(ME, 200, fixture!("api_me"));
    add_note(&desk).await.unwrap();
    assert_eq!(header(&desk.last(), "x-csrf-token"), None);
}

#[tokio::test]
async fn a_session_that_is_gone_is_renewed_once_and_the_write_repeated() {
    for (status, body) in [
        (454, fixture!("error_session_loading_failed")),
        (403, fixture!("error_csrf_failed")),
        (401, fixture!("error_authentication_failed")),
    ] {
        let desk = Desk::new();
        desk.http.will(ME, logged_in("example-session-2"));
        desk.forget(REPLY);
        desk.answers(REPLY, status, body);
        desk.answers(REPLY, 201, fixture!("api_replied"));
        add_note(&desk).await.unwrap();
        assert_eq!(desk.routes(), [ME, REPLY, ME, REPLY], "{status}");
        assert_eq!(
            header(&desk.last(), "x-session-id"),
            Some("example-session-2")
        );
        assert_eq!(header(&desk.last(), "x-csrf-token"), Some("example-csrf-2"));
    }
}

#[tokio::test]
async fn a_session_that_is_gone_twice_waits_for_later_and_was_not_applied() {
    let desk = Desk::new();
    desk.forget(REPLY);
    desk.answers(REPLY, 454, fixture!("error_session_loading_failed"));
    let error = add_note(&desk).await.unwrap_err();
    assert_eq!(error.retry(), Retry::Later(None));
    assert_eq!(desk.routes(), [ME, REPLY, ME, REPLY]);
}

#[tokio::test]
async fn a_login_that_fails_between_two_sends_never_asks_for_a_look_up() {
    let desk = Desk::new();
    desk.forget(REPLY);
    desk.answers(REPLY, 454, fixture!("error_session_loading_failed"));
    let lost = Error::new(
        ErrorKind::OutcomeUnknown,
        "the vendor did not answer in time",
    );
    desk.http.will_fail(ME, lost);
    let error = add_note(&desk).await.unwrap_err();
    assert_eq!(error.retry(), Retry::Later(None));
}

#[tokio::test]
async fn a_login_that_needs_a_person_says_what_to_do() {
    for (body, advice) in [
        (fixture!("error_otp_expected"), "one-time code"),
        (fixture!("error_credential_expired"), "password has expired"),
    ] {
        let desk = Desk::new();
        desk.forget(ME);
        desk.answers(ME, 403, body);
        let error = add_note(&desk).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NeedsPerson);
        assert_eq!(error.retry(), Retry::WhenCredentialChanges);
        assert!(error.message().contains(advice), "{error}");
        assert!(
            error.message().contains("set the credential again"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_wrong_password_pauses_the_credential() {
    let desk = Desk::new();
    desk.forget(ME);
    desk.answers(ME, 401, fixture!("error_authentication_failed"));
    let error = add_note(&desk).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert_eq!(error.retry(), Retry::WhenCredentialChanges);
    assert_eq!(desk.routes(), [ME]);
}

#[tokio::test]
async fn too_many_logins_wait_as_long_as_kayako_asks() {
    let desk = Desk::new();
    desk.forget(ME);
    let mut limited = answer(429, fixture!("error_rate_limit_reached"));
    limited.headers.push(("retry-after".into(), "600".into()));
    desk.http.will(ME, limited);
    let error = add_note(&desk).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(error.retry(), Retry::Later(Some(Duration::from_secs(600))));
}

#[tokio::test]
async fn kayako_classic_is_refused_by_name() {
    for (status, body) in [
        (200, "<!DOCTYPE html><html></html>"),
        (200, r#"<?xml version="1.0"?><error/>"#),
        (404, "Not Found"),
        (404, ""),
    ] {
        let desk = Desk::new();
        desk.forget(ME);
        desk.answers(ME, status, body);
        let error = add_note(&desk).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Misconfigured, "{status} {body}");
        assert!(error.message().contains("Kayako Classic"), "{error}");
    }
}

#[tokio::test]
async fn a_page_of_a_gateway_in_trouble_is_not_taken_for_classic() {
    let desk = Desk::new();
    desk.forget(ME);
    desk.answers(ME, 502, "<html>Bad gateway</html>");
    let error = add_note(&desk).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
}

#[tokio::test]
async fn a_new_version_of_the_credential_logs_in_anew() {
    let mut desk = Desk::new();
    add_note(&desk).await.unwrap();
    desk.credential = credential("2");
    add_note(&desk).await.unwrap();
    assert_eq!(desk.count(ME), 2);
}

#[tokio::test]
async fn two_addresses_have_two_sessions() {
    let mut desk = Desk::new();
    add_note(&desk).await.unwrap();
    desk.connection = connection(json!({"base_url": "https://help.example.com/"}));
    add_note(&desk).await.unwrap();
    assert_eq!(desk.count(ME), 2);
    assert_eq!(
        desk.last().url,
        "https://help.example.com/api/v1/cases/9/reply.json"
    );
}

#[tokio::test]
async fn a_list_of_ids_is_read_once_in_ten_minutes() {
    let desk = Desk::new();
    let high = action("set_priority", json!({"priority": "High"}));
    for (minutes, reads) in [(0, 1), (9, 1), (10, 2)] {
        let mut call = desk.call(&high);
        call.now = NOW + Duration::from_secs(minutes * 60);
        desk.kayako.prepare(&call).await.unwrap();
        assert_eq!(
            desk.count("GET /cases/priorities.json"),
            reads,
            "{minutes} min"
        );
    }
}

#[tokio::test]
async fn a_label_that_is_not_in_the_remembered_list_is_looked_for_once_more() {
    let desk = Desk::new();
    desk.prepare("set_priority", json!({"priority": "High"}))
        .await
        .unwrap();
    desk.answers(
        "GET /cases/priorities.json",
        200,
        fixture!("api_priorities"),
    );
    let error = desk
        .prepare("set_priority", json!({"priority": "Huge"}))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Misconfigured);
    assert_eq!(
        error.message(),
        "Kayako has no priority Huge; there are: Low, Normal, High, Urgent"
    );
    assert_eq!(desk.count("GET /cases/priorities.json"), 2);
}

#[tokio::test]
async fn a_read_without_an_answer_may_be_made_again() {
    let desk = Desk::new();
    desk.forget("GET /cases/statuses.json");
    let lost = Error::new(
        ErrorKind::OutcomeUnknown,
        "the vendor did not answer in time",
    );
    desk.http.will_fail("GET /cases/statuses.json", lost);
    let error = desk
        .prepare("set_status", json!({"status": "open"}))
        .await
        .unwrap_err();
    assert_eq!(error.retry(), Retry::Later(None));
}
