use std::time::Duration;

use deskbridge_core::{ErrorKind, Retry};
use serde_json::json;

use super::*;

fn is_done(found: &Found, id: &str) -> bool {
    let entity = EntityRef::new("kayako", "conversation", id);
    matches!(found, Found::Done(done) if done.entity.as_ref() == Some(&entity))
}

#[tokio::test]
async fn a_conversation_is_found_by_our_tag() {
    let desk = Desk::new();
    let found = desk
        .look_up("create_conversation", json!({}))
        .await
        .unwrap();
    assert!(is_done(&found, "94"), "{found:?}");
    desk.assert_requests("look_up_create_conversation");
}

#[tokio::test]
async fn a_conversation_with_another_tag_is_not_ours_whatever_the_filter_let_through() {
    let desk = Desk::new();
    desk.forget("GET /cases.json");
    desk.answers(
        "GET /cases.json",
        200,
        r#"{"data":[{"id":95,"tags":[{"name":"deskbridge-0123456789ac"},"vip"]}]}"#,
    );
    let found = desk
        .look_up("create_conversation", json!({}))
        .await
        .unwrap();
    assert_eq!(found, Found::Absent);
}

/// One page of a list that pays no heed to the filter, all changed at this time.
fn unfiltered(updated_at: &str) -> String {
    let case = |id: u32| json!({"id": id, "tags": [{"name": "vip"}], "updated_at": updated_at});
    json!({"data": (0..100).map(case).collect::<Vec<_>>()}).to_string()
}

#[tokio::test]
async fn a_list_without_the_filter_is_read_back_to_the_call_before_absence_is_certain() {
    let desk = Desk::new();
    desk.forget("GET /cases.json");
    desk.answers(
        "GET /cases.json",
        200,
        &unfiltered("2999-01-01T00:00:00+00:00"),
    );
    desk.answers(
        "GET /cases.json",
        200,
        &unfiltered("2001-01-01T00:00:00+00:00"),
    );
    let found = desk.look_up("create_conversation", json!({})).await;
    assert_eq!(found.unwrap(), Found::Absent);
    assert_eq!(desk.count("GET /cases.json"), 2);
}

#[tokio::test]
async fn a_list_too_long_to_read_back_proves_nothing() {
    let desk = Desk::new();
    desk.forget("GET /cases.json");
    for _ in 0..10 {
        desk.answers(
            "GET /cases.json",
            200,
            &unfiltered("2999-01-01T00:00:00+00:00"),
        );
    }
    let found = desk.look_up("create_conversation", json!({})).await;
    assert_eq!(found.unwrap_err().retry(), Retry::Later(None));
}

#[tokio::test]
async fn tags_without_names_prove_nothing() {
    for body in [
        r#"{"data":[{"id":95,"tags":[{"id":1,"resource_type":"tag"}]}]}"#,
        r#"{"data":[{"id":95}]}"#,
    ] {
        let desk = Desk::new();
        desk.forget("GET /cases.json");
        desk.answers("GET /cases.json", 200, body);
        let error = desk
            .look_up("create_conversation", json!({}))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Malformed);
        assert_eq!(error.retry(), Retry::Later(None));
    }
}

#[tokio::test]
async fn a_note_is_found_by_its_text() {
    let desk = Desk::new();
    let found = desk
        .look_up("add_note", json!({"note": "Acknowledged by 山田"}))
        .await
        .unwrap();
    assert!(is_done(&found, "9"), "{found:?}");
    desk.assert_requests("look_up_add_note");
}

#[tokio::test]
async fn the_same_text_of_an_earlier_time_is_another_note() {
    let desk = Desk::new();
    let earlier = action("add_note", json!({"note": "Closed by 山田"}));
    let found = desk
        .kayako
        .look_up(&desk.call(&earlier), None)
        .await
        .unwrap();
    assert_eq!(found, Found::Absent);
    let mut call = desk.call(&earlier);
    call.first_sent_at = Timestamp::parse("2023-11-14T22:01:00Z");
    let found = desk.kayako.look_up(&call, None).await.unwrap();
    assert!(is_done(&found, "9"), "within the clocks' tolerance of 60 s");
    call.first_sent_at = call.first_sent_at.map(|at| at + Duration::from_secs(1));
    let found = desk.kayako.look_up(&call, None).await.unwrap();
    assert_eq!(found, Found::Absent);
}

#[tokio::test]
async fn a_reply_is_looked_for_among_messages() {
    let desk = Desk::new();
    let found = desk
        .look_up("add_reply", json!({"reply": "We are on it"}))
        .await
        .unwrap();
    assert_eq!(found, Found::Absent);
    let url = desk.last().url;
    assert!(
        url.ends_with("/cases/9/posts.json?filters=MESSAGES&limit=50"),
        "{url}"
    );
}

#[tokio::test]
async fn a_status_is_done_when_it_stands() {
    let desk = Desk::new();
    let found = desk
        .look_up("set_status", json!({"status": "completed"}))
        .await
        .unwrap();
    assert!(is_done(&found, "9"), "{found:?}");
    let found = desk
        .look_up("set_status", json!({"status": "open"}))
        .await
        .unwrap();
    assert_eq!(found, Found::Absent);
}

#[tokio::test]
async fn a_status_with_a_note_is_done_when_the_note_is_there() {
    let desk = Desk::new();
    let params = |note: &str| json!({"status": "open", "note": note});
    let found = desk
        .look_up("set_status", params("Acknowledged by 山田"))
        .await
        .unwrap();
    assert!(is_done(&found, "9"), "{found:?}");
    let found = desk.look_up("set_status", params("Another")).await.unwrap();
    assert_eq!(found, Found::Absent);
    assert_eq!(desk.count("GET /cases/9.json"), 0);
}

#[tokio::test]
async fn what_does_no_harm_twice_is_not_looked_for() {
    let desk = Desk::new();
    for operation in ["set_priority", "add_tags", "remove_tags", "assign"] {
        let found = desk.look_up(operation, json!({})).await.unwrap();
        assert_eq!(found, Found::Absent);
    }
    assert!(desk.routes().is_empty());
}
