use deskbridge_core::Retry;

use super::*;

const STATUS_V2: &str = "GET /v2/alerts/requests/{id}";
const STATUS_ACCOUNT: &str = "GET /v1/alerts/requests/{id}";
const ALERT: &str = "GET /v2/alerts/{id}";
const NOTES: &str = "GET /v2/alerts/{id}/notes";

fn create() -> Value {
    json!({"message": "m", "alias": "kayako_john_9"})
}

fn failed(why: &str) -> String {
    json!({"data": {"isSuccess": false, "status": why}}).to_string()
}

/// The detail, if it was found done to our alert.
fn done(found: Found) -> Option<String> {
    match found {
        Found::Done(done) => {
            assert_eq!(done.entity, Some(EntityRef::new("opsgenie", "alert", ID)));
            Some(done.detail)
        }
        _ => None,
    }
}

#[tokio::test]
async fn a_receipt_is_followed_to_the_alert() {
    let v2 = Desk::v2();
    v2.will(STATUS_V2, 200, fixture!("api_created"));
    let found = v2
        .look_up("create_alert", create(), Some(REQUEST_ID))
        .await
        .unwrap();
    assert_eq!(done(found).as_deref(), Some("alert kayako_john_9: opened"));

    let account = Desk::account();
    account.will(STATUS_ACCOUNT, 200, fixture!("account_created"));
    let handle = format!("account:{REQUEST_ID}");
    let found = account
        .look_up("create_alert", create(), Some(&handle))
        .await
        .unwrap();
    assert!(done(found).is_some());

    let events = Desk::events();
    events.will(STATUS_V2, 200, fixture!("api_created"));
    let found = events
        .look_up("create_alert", create(), Some(REQUEST_ID))
        .await
        .unwrap();
    assert!(done(found).is_some());

    let requests = [v2, account, events].map(|desk| shown(&desk.last()));
    assert_snapshot("look_up_receipt", &json!(requests));
}

#[tokio::test]
async fn a_receipt_stays_with_the_dialect_that_gave_it() {
    let mut desk = Desk::account();
    desk.credential = credential(&[("api_key", KEY), ("email", EMAIL), ("api_token", TOKEN)]);
    desk.will(STATUS_V2, 200, fixture!("api_created"));
    desk.will(STATUS_ACCOUNT, 200, fixture!("account_created"));
    let account_handle = format!("account:{REQUEST_ID}");
    for (handle, route) in [(REQUEST_ID, STATUS_V2), (&account_handle, STATUS_ACCOUNT)] {
        desk.look_up("create_alert", create(), Some(handle))
            .await
            .unwrap();
        assert_eq!(desk.last().call, route);
    }
}

#[tokio::test]
async fn either_word_for_success_is_read() {
    for (body, succeeded) in [
        (r#"{"data":{"success":true}}"#, true),
        (r#"{"data":{"isSuccess":true}}"#, true),
        (r#"{"data":{"success":false}}"#, false),
        (r#"{"data":{"isSuccess":false,"alertId":null}}"#, false),
    ] {
        let desk = Desk::v2().linked();
        desk.will(STATUS_V2, 200, body);
        let found = desk
            .look_up("add_tags", json!({}), Some(REQUEST_ID))
            .await
            .unwrap();
        assert_eq!(done(found).is_some(), succeeded, "{body}");
    }
}

#[tokio::test]
async fn not_processed_yet_is_pending_and_an_unknown_receipt_is_a_failed_look() {
    let not_yet = [("x-opsgenie-errortype", "RequestNotProcessed")];
    let look = async |desk: &Desk, handle: &str| {
        desk.look_up("create_alert", create(), Some(handle)).await
    };
    let v2 = Desk::v2();
    v2.will_with(STATUS_V2, 404, &not_yet, "{}");
    assert_eq!(look(&v2, "x").await.unwrap(), Found::Pending);
    v2.will(STATUS_V2, 404, "{}");
    let error = look(&v2, "x").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.retry()),
        (ErrorKind::NotFound, Retry::Later(None))
    );

    let (events, account) = (Desk::events(), Desk::account());
    events.will(STATUS_V2, 404, "{}");
    account.will(STATUS_ACCOUNT, 404, "{}");
    assert_eq!(look(&events, "x").await.unwrap(), Found::Pending);
    assert_eq!(look(&account, "account:x").await.unwrap(), Found::Pending);
}

#[tokio::test]
async fn a_refusal_is_told_in_the_vendors_words() {
    let desk = Desk::v2().linked();
    desk.will(STATUS_V2, 200, fixture!("api_failed"));
    let found = desk
        .look_up("close_alert", json!({}), Some("x"))
        .await
        .unwrap();
    assert_eq!(
        found,
        Found::Refused {
            why: "Alert does not exist".into()
        }
    );
    desk.will(STATUS_V2, 200, &failed(&"あ".repeat(900)));
    let found = desk
        .look_up("close_alert", json!({}), Some("x"))
        .await
        .unwrap();
    assert!(matches!(found, Found::Refused { why } if why.chars().count() == 300));
    desk.will(STATUS_V2, 200, &failed(" "));
    let found = desk
        .look_up("close_alert", json!({}), Some("x"))
        .await
        .unwrap();
    assert!(matches!(found, Found::Refused { why } if why.contains("no reason")));
}

#[tokio::test]
async fn what_stands_already_is_done() {
    for (operation, why, is_done) in [
        ("close_alert", "Alert is already closed", true),
        ("close_alert", "Alert does not exist", false),
        ("acknowledge_alert", "Alert is already acknowledged.", true),
        ("acknowledge_alert", "Alert is already closed", false),
        (
            "acknowledge_alert",
            "Alert is already unacknowledged",
            false,
        ),
        ("unacknowledge_alert", "Alert is not acknowledged", true),
        ("add_note", "Alert is already closed", false),
        ("delete_alert", "Alert does not exist", true),
        ("delete_alert", "Your plan does not allow this", false),
    ] {
        let desk = Desk::v2().linked();
        desk.will(STATUS_V2, 200, &failed(why));
        let found = desk.look_up(operation, json!({}), Some("x")).await.unwrap();
        assert_eq!(done(found).is_some(), is_done, "{operation}: {why}");
    }
    let unlinked = Desk::v2();
    unlinked.will(STATUS_V2, 200, &failed("Alert does not exist"));
    let found = unlinked
        .look_up("delete_alert", json!({"alias": "a"}), Some("x"))
        .await;
    assert!(matches!(found, Ok(Found::Refused { .. })), "{found:?}");
}

#[tokio::test]
async fn a_look_that_fails_says_nothing_of_the_action() {
    for (status, body) in [
        (500, ""),
        (503, ""),
        (200, "<html>"),
        (200, "{}"),
        (200, r#"{"data":{}}"#),
    ] {
        let desk = Desk::v2();
        desk.will(STATUS_V2, status, body);
        desk.will(ALERT, status, body);
        for handle in [Some("x"), None] {
            let error = desk
                .look_up("create_alert", create(), handle)
                .await
                .unwrap_err();
            assert_eq!(error.retry(), Retry::Later(None), "{status} {body}");
        }
    }
    let desk = Desk::v2();
    desk.will_fail("GET", lost());
    let error = desk
        .look_up("create_alert", create(), Some("x"))
        .await
        .unwrap_err();
    assert_eq!(error.retry(), Retry::Later(None));
}

#[tokio::test]
async fn a_create_without_a_receipt_is_found_by_its_alias() {
    let (v2, account) = (Desk::v2(), Desk::account());
    v2.will(ALERT, 200, fixture!("api_alert"));
    for desk in [&v2, &account] {
        let found = desk.look_up("create_alert", create(), None).await.unwrap();
        assert!(done(found).is_some());
    }
    assert_snapshot(
        "look_up_create",
        &json!([shown(&v2.last()), shown(&account.last())]),
    );
    v2.will(ALERT, 404, "{}");
    account.will("GET /v1/alerts/alias", 404, "{}");
    for desk in [&v2, &account] {
        let found = desk.look_up("create_alert", create(), None).await.unwrap();
        assert_eq!(found, Found::Absent);
    }
}

#[tokio::test]
async fn a_closed_alert_of_an_earlier_time_is_another_one() {
    for (created_at, is_ours) in [
        ("2023-11-14T22:12:20Z", true),
        ("2023-11-14T22:12:19Z", false),
        ("long ago", false),
    ] {
        let desk = Desk::v2();
        let alert = json!({"data": {"id": ID, "status": "closed", "createdAt": created_at}});
        desk.will(ALERT, 200, &alert.to_string());
        let found = desk.look_up("create_alert", create(), None).await.unwrap();
        assert_eq!(done(found).is_some(), is_ours, "{created_at}");
    }
}

#[tokio::test]
async fn where_nothing_can_be_read_the_alias_has_to_do_for_ten_minutes() {
    let mut desk = Desk::events();
    desk.now = NOW + minutes(10);
    let found = desk.look_up("create_alert", create(), None).await.unwrap();
    assert_eq!(found, Found::Absent);
    desk.now = NOW + minutes(11);
    let error = desk
        .look_up("create_alert", create(), None)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(desk.seen().is_empty());
    desk.connection = connection(json!({"service": "jsm", "cloud_id": "cloud-1"}));
    desk.credential = credential(&[("api_key", KEY), ("email", EMAIL), ("api_token", TOKEN)]);
    desk.will("GET /v1/alerts/alias", 200, fixture!("account_alert"));
    let found = desk.look_up("create_alert", create(), None).await.unwrap();
    assert!(done(found).is_some());
}

#[tokio::test]
async fn a_note_is_found_by_its_text() {
    let (v2, account) = (Desk::v2().linked(), Desk::account().linked());
    v2.will(NOTES, 200, fixture!("api_notes"));
    account.will("GET /v1/alerts/{id}/notes", 200, fixture!("account_notes"));
    for desk in [&v2, &account] {
        let note = json!({"note": "Closed by 山田\n"});
        assert!(done(desk.look_up("add_note", note, None).await.unwrap()).is_some());
        let note = json!({"note": "Closed by"});
        let found = desk.look_up("add_note", note, None).await.unwrap();
        assert_eq!(found, Found::Absent);
    }
    assert_snapshot(
        "look_up_note",
        &json!([shown(&v2.last()), shown(&account.last())]),
    );
}

#[tokio::test]
async fn a_note_is_looked_for_as_it_was_cut() {
    let desk = Desk::v2().linked();
    let cut = format!("{}…", "あ".repeat(24_999));
    let notes = json!({"data": [{"note": cut, "createdAt": "2023-11-14T22:13:22Z"}]});
    desk.will(NOTES, 200, &notes.to_string());
    let note = json!({"note": "あ".repeat(30_000)});
    assert!(done(desk.look_up("add_note", note, None).await.unwrap()).is_some());
}

#[tokio::test]
async fn the_same_text_of_an_earlier_time_is_another_note() {
    let mut desk = Desk::v2().linked();
    desk.will(NOTES, 200, fixture!("api_notes"));
    let note = json!({"note": "Acknowledged by 山田"});
    let found = desk.look_up("add_note", note.clone(), None).await.unwrap();
    assert_eq!(found, Found::Absent);
    desk.first_sent_at = Timestamp::parse("2023-11-14T22:02:20Z");
    assert!(done(desk.look_up("add_note", note, None).await.unwrap()).is_some());
}

#[tokio::test]
async fn an_alert_that_is_gone_has_no_note() {
    let (v2, account) = (Desk::v2(), Desk::account());
    v2.will(NOTES, 404, "{}");
    account.will("GET /v1/alerts/alias", 404, "{}");
    for desk in [v2, account] {
        let note = json!({"note": "n", "alias": "a"});
        assert_eq!(
            desk.look_up("add_note", note, None).await.unwrap(),
            Found::Absent
        );
    }
}

#[tokio::test]
async fn too_many_notes_to_look_through_prove_nothing() {
    let page = |time: &str| vec![json!({"note": "x", "createdAt": time}); 100];
    let (new, old) = (page("2023-11-14T22:13:22Z"), page("2023-11-14T12:00:00Z"));
    let v2 = Desk::v2().linked();
    v2.will(NOTES, 200, &json!({"data": new}).to_string());
    assert!(
        v2.look_up("add_note", json!({"note": "n"}), None)
            .await
            .is_err()
    );
    v2.will(NOTES, 200, &json!({"data": old}).to_string());
    let found = v2
        .look_up("add_note", json!({"note": "n"}), None)
        .await
        .unwrap();
    assert_eq!(found, Found::Absent, "all that is newer was seen");
    let account = Desk::account().linked();
    account.will(
        "GET /v1/alerts/{id}/notes",
        200,
        &json!({"values": old}).to_string(),
    );
    assert!(
        account
            .look_up("add_note", json!({"note": "n"}), None)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn notes_cannot_be_looked_for_with_jsms_integration_key() {
    let desk = Desk::events().linked();
    let error = desk
        .look_up("add_note", json!({"note": "n"}), None)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.message().contains("api_token"), "{error}");
}

#[tokio::test]
async fn looks_are_short_so_that_all_of_them_fit_into_a_lease() {
    let desk = Desk::v2();
    desk.will(STATUS_V2, 200, fixture!("api_created"));
    desk.look_up("create_alert", create(), Some("x"))
        .await
        .unwrap();
    assert_eq!(desk.last().timeout, Duration::from_secs(5));
}
