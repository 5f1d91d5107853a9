use std::time::Duration;

use deskbridge_core::{ErrorKind, Retry};

use super::*;

async fn read(desk: &Desk) -> Result<Done> {
    desk.run("find_agent", json!({})).await
}

#[tokio::test]
async fn a_token_is_used_for_most_of_its_hour_and_then_replaced_early() {
    let mut desk = Desk::new().await;
    read(&desk).await.unwrap();
    desk.pass(54 * MINUTE);
    read(&desk).await.unwrap();
    assert_eq!(desk.vendor.tokens_given(), 1);
    desk.pass(MINUTE);
    read(&desk).await.unwrap();
    assert_eq!(desk.vendor.tokens_given(), 2);
    desk.credential = credential("1000.sandbox-refresh-token", "2");
    read(&desk).await.unwrap();
    assert_eq!(
        desk.vendor.tokens_given(),
        3,
        "another version may be another person"
    );
}

#[tokio::test]
async fn many_who_need_one_at_the_same_time_ask_once() {
    let desk = Desk::new().await;
    let all = tokio::join!(read(&desk), read(&desk), read(&desk));
    assert!(all.0.is_ok() && all.1.is_ok() && all.2.is_ok());
    assert_eq!(desk.vendor.tokens_given(), 1);
}

#[tokio::test]
async fn a_token_that_was_taken_back_is_replaced_once_and_the_call_is_made() {
    let mut desk = Desk::new().await;
    let id = desk.ticket("Printer");
    read(&desk).await.unwrap();
    desk.pass(MINUTE);
    desk.vendor.forget_access_tokens();
    desk.run("add_comment", json!({ "ticket_id": id, "text": "a" }))
        .await
        .unwrap();
    assert_eq!(desk.vendor.tokens_given(), 2);
    assert_eq!(desk.vendor.ticket(&id).unwrap().comments.len(), 1);
}

#[tokio::test]
async fn a_sign_in_that_is_gone_waits_for_a_person() {
    let desk = Desk::new().await;
    desk.vendor.forget_sign_ins();
    let error = read(&desk).await.unwrap_err();
    assert_eq!(error.retry(), Retry::WhenCredentialChanges);
    assert_eq!(
        error.message(),
        "Zoho does not accept the sign-in any more: sign in again"
    );
}

#[tokio::test]
async fn no_more_tokens_are_asked_for_than_zoho_gives() {
    let mut desk = Desk::new().await;
    for _ in 0..5 {
        read(&desk).await.unwrap();
        desk.pass(MINUTE);
        desk.vendor.forget_access_tokens();
    }
    let error = read(&desk).await.unwrap_err();
    assert_eq!(error.retry(), Retry::Later(Some(Duration::from_secs(300))));
    desk.pass(5 * MINUTE);
    read(&desk).await.unwrap();
}

#[tokio::test]
async fn zohos_own_limit_is_waited_for() {
    let desk = Desk::new().await;
    let body = r#"{"error":"Access Denied","error_description":"You have made too many requests continuously."}"#;
    desk.http.answers("POST /oauth/v2/token", 400, body);
    let error = read(&desk).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(error.retry(), Retry::Later(Some(Duration::from_secs(600))));
}

#[tokio::test]
async fn a_missing_right_and_a_wrong_organisation_are_named() {
    let mut desk = Desk::new().await;
    desk.vendor.take_scope("Desk.search.READ");
    let error = desk
        .run("search_tickets", json!({ "text": "a" }))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NeedsPerson);
    desk.connection.settings["org_id"] = json!("1");
    let error = read(&desk).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Misconfigured);
    assert_eq!(error.retry(), Retry::WhenCredentialChanges);
}

#[tokio::test]
async fn too_many_at_a_time_wait_two_seconds_and_a_spent_day_as_long_as_zoho_says() {
    let desk = Desk::new().await;
    read(&desk).await.unwrap();
    desk.http
        .answers("GET /myinfo", 429, r#"{"errorCode":"TOO_MANY_REQUESTS"}"#);
    let busy = read(&desk).await.unwrap_err();
    assert_eq!(busy.retry(), Retry::Later(Some(Duration::from_secs(2))));
    desk.vendor.use_credits(100_000);
    let spent = read(&desk).await.unwrap_err();
    assert_eq!(spent.retry(), Retry::Later(Some(Duration::from_secs(3600))));
}

#[tokio::test]
async fn no_secret_is_in_any_error() {
    let desk = Desk::new().await;
    read(&desk).await.unwrap();
    let seen = desk.http.seen.lock().unwrap().last().unwrap().clone();
    let (_, token) = seen
        .headers
        .iter()
        .find(|(name, _)| *name == "authorization")
        .unwrap();
    let token = token.replace("Zoho-oauthtoken ", "");
    let words = format!("{token} sandbox-client-secret 1000.sandbox-refresh-token");
    let body = json!({ "errorCode": "FORBIDDEN", "message": words }).to_string();
    desk.http.answers("GET /myinfo", 403, &body);
    let error = read(&desk).await.unwrap_err();
    assert!(
        error.message().ends_with("[hidden] [hidden] [hidden]"),
        "{error}"
    );
}
