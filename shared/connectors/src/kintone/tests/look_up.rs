use deskbridge_core::{ErrorKind, Retry};

use super::*;

fn params() -> Value {
    json!({ "fields": {"件名": "返品 \"至急\"", "チケットID": 4711, "本文": "x", "状態": "保留"} })
}

fn lost() -> Error {
    Error::new(
        ErrorKind::OutcomeUnknown,
        "the vendor did not answer in time",
    )
}

#[tokio::test]
async fn a_record_whose_answer_was_lost_is_found_by_its_values() {
    let desk = Desk::new(FULL).await;
    assert_eq!(desk.look_up(params()).await.unwrap(), Found::Absent);
    desk.instead(Instead::After(lost()));
    desk.run("add_record", params()).await.unwrap_err();
    let Found::Done(done) = desk.look_up(params()).await.unwrap() else {
        panic!("it is there");
    };
    assert_eq!(done.entity.unwrap().id, "100");
    let request = desk.requests.lock().unwrap();
    let asked = request
        .iter()
        .rfind(|request| request.call == "GET /records.json")
        .unwrap();
    let url = asked.url.replacen(&desk.vendor.url(), "", 1);
    assert_snapshot(
        "look_up",
        &json!(percent_encoding::percent_decode_str(&url).decode_utf8_lossy()),
    );
}

#[tokio::test]
async fn an_older_record_with_the_same_values_is_another_one() {
    let desk = Desk::new(FULL).await;
    desk.vendor.set_time(NOW - 3_600_000);
    desk.run("add_record", params()).await.unwrap();
    assert_eq!(desk.look_up(params()).await.unwrap(), Found::Absent);
}

#[tokio::test]
async fn a_token_that_may_only_add_leaves_it_to_a_person() {
    let desk = Desk::new(ADD_ONLY).await;
    let error = desk.look_up(params()).await.unwrap_err();
    assert_eq!(
        error.retry(),
        Retry::Never,
        "the action is parked at once: {error}"
    );
}

#[tokio::test]
async fn values_that_cannot_be_searched_leave_it_to_a_person() {
    let desk = Desk::new(FULL).await;
    let error = desk
        .look_up(json!({ "fields": {"本文": "x"} }))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.retry()),
        (ErrorKind::Unsupported, Retry::Never)
    );
}
