use deskbridge_core::{ErrorKind, Retry};
use deskbridge_testkit::sandbox::slack::{ANN, GENERAL};

use super::*;

fn lost() -> Error {
    Error::new(
        ErrorKind::OutcomeUnknown,
        "the vendor did not answer in time",
    )
}

fn params() -> Value {
    json!({"channel": SUPPORT, "text": "hello"})
}

#[tokio::test]
async fn a_message_whose_answer_was_lost_is_found_by_what_it_carries() {
    let desk = Desk::new().await;
    let found = desk.look_up("post_message", params()).await.unwrap();
    assert_eq!(found, Found::Absent);
    desk.instead(Instead::After(lost()));
    desk.run("post_message", params()).await.unwrap_err();
    let Found::Done(done) = desk.look_up("post_message", params()).await.unwrap() else {
        panic!("it is there");
    };
    let ts = desk.vendor.messages(TEAM, SUPPORT)[0].ts.clone();
    assert_eq!(done.entity.unwrap().id, format!("{SUPPORT}/{ts}"));
    let requests = desk.requests.lock().unwrap();
    let asked = requests
        .iter()
        .rfind(|request| request.call == "GET conversations.history");
    let url = asked.unwrap().url.replacen(&desk.vendor.url(), "", 1);
    assert_snapshot("look_up", &json!(url));
}

#[tokio::test]
async fn an_equal_message_of_another_action_is_another_one() {
    let desk = Desk::new().await;
    let other = Action {
        id: "act_ffffffffffffffff".into(),
        ..action("post_message", params())
    };
    desk.carry_out(&other).await.unwrap();
    let found = desk.look_up("post_message", params()).await.unwrap();
    assert_eq!(found, Found::Absent);
}

#[tokio::test]
async fn it_is_found_behind_many_newer_messages_and_in_its_thread() {
    let desk = Desk::new().await;
    let first = desk.vendor.human_writes((TEAM, ANN, SUPPORT), "a thread");
    let threaded = json!({"channel": SUPPORT, "text": "hello", "thread_ts": first.ts});
    desk.run("post_message", threaded.clone()).await.unwrap();
    let found = desk.look_up("post_message", threaded).await.unwrap();
    assert!(matches!(found, Found::Done(_)));
    let other = Action {
        id: "act_ffffffffffffffff".into(),
        ..action("post_message", params())
    };
    desk.carry_out(&other).await.unwrap();
    for _ in 0..450 {
        desk.vendor.human_writes((TEAM, ANN, SUPPORT), "talk");
    }
    let call = desk.call(&other);
    let found = desk.slack.look_up(&call, None).await.unwrap();
    assert!(matches!(found, Found::Done(_)));
}

#[tokio::test]
async fn a_direct_message_is_found_too() {
    let desk = Desk::new().await;
    let params = json!({"user": ANN, "text": "hello"});
    desk.run("direct_message", params.clone()).await.unwrap();
    let found = desk.look_up("direct_message", params).await.unwrap();
    assert!(matches!(found, Found::Done(_)));
}

#[tokio::test]
async fn what_may_not_be_read_is_left_to_a_person_and_pauses_nobody() {
    let desk = Desk::new().await;
    let not_in = json!({"channel": GENERAL, "text": "hello"});
    let error = desk.look_up("post_message", not_in).await.unwrap_err();
    assert_eq!(
        error.retry(),
        Retry::Never,
        "the action is parked at once: {error}"
    );
    desk.vendor.human_takes_scope(TEAM, "channels:history");
    let error = desk.look_up("post_message", params()).await.unwrap_err();
    assert_eq!(error.retry(), Retry::Never, "{error}");
    assert!(
        error.message().contains("needs channels:history"),
        "{error}"
    );
}

#[tokio::test]
async fn a_look_up_that_fails_says_nothing() {
    let desk = Desk::new().await;
    desk.instead(Instead::Of(answer(502, &json!("<html>"))));
    let error = desk.look_up("post_message", params()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.retry()),
        (ErrorKind::Unavailable, Retry::Later(None))
    );
    let error = desk
        .look_up("respond_in_channel", json!({"response_url": "x"}))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}
