use deskbridge_core::Retry;
use deskbridge_core::connector::Done;

use super::*;

fn written(prepared: &Prepared) -> Vec<(String, &str, &str)> {
    let writes = prepared.writes.iter();
    writes
        .map(|(entity, field, value)| (entity.to_string(), field.as_str(), value.as_str()))
        .collect()
}

#[tokio::test]
async fn a_receipt_is_no_success() {
    for desk in [Desk::v2(), Desk::events()] {
        let answer = desk
            .run("close_alert", json!({"alias": "a"}))
            .await
            .unwrap();
        assert_eq!(answer, pending(REQUEST_ID));
    }
    let answer = Desk::account()
        .run("close_alert", json!({"alias": "a"}))
        .await
        .unwrap();
    assert_eq!(answer, pending(&format!("account:{REQUEST_ID}")));
}

#[tokio::test]
async fn any_success_with_a_receipt_is_one() {
    for status in [200, 201, 202] {
        let desk = Desk::account().linked();
        desk.will("POST", status, fixture!("account_accepted"));
        let answer = desk.run("acknowledge_alert", json!({})).await.unwrap();
        assert_eq!(answer, pending(&format!("account:{REQUEST_ID}")));
    }
}

#[tokio::test]
async fn the_account_api_may_answer_a_note_with_the_note() {
    let desk = Desk::account().linked();
    let params = json!({"note": "Closed by 山田"});
    assert!(matches!(
        desk.run("add_note", params.clone()).await,
        Ok(Answer::Pending { .. })
    ));
    desk.will("POST", 200, fixture!("account_note"));
    let entity = desk.target.clone();
    let detail = format!("alert {ID}: note added");
    assert_eq!(
        desk.run("add_note", params).await.unwrap(),
        Answer::Done(Done {
            entity,
            detail,
            result: None,
        })
    );
}

#[tokio::test]
async fn a_success_that_cannot_be_read_asks_for_a_look_up() {
    for body in [
        "",
        "<html>",
        "{}",
        r#"{"requestId":""}"#,
        r#"{"requestId":"x"#,
        r#"{"note":"n"}"#,
    ] {
        let desk = Desk::v2();
        desk.will("POST", 202, body);
        let params = json!({"message": "m", "alias": "a"});
        let error = desk.run("create_alert", params).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.retry()),
            (ErrorKind::Malformed, Retry::LookUp),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_call_that_got_lost_is_passed_on_as_it_is() {
    let desk = Desk::v2().linked();
    desk.will_fail("POST", lost());
    let error = desk.run("close_alert", json!({})).await.unwrap_err();
    assert_eq!(error.retry(), Retry::LookUp);
}

#[tokio::test]
async fn opsgenie_names_us_in_its_webhooks_so_nothing_is_recorded_but_what_takes_no_user() {
    let desk = Desk::v2().linked();
    let table = [
        ("close_alert", json!({}), vec![]),
        ("add_note", json!({"note": "n"}), vec![]),
        (
            "set_priority",
            json!({"priority": 2}),
            vec![("priority", "P2")],
        ),
        (
            "set_message",
            json!({"message": "m"}),
            vec![("message", "m")],
        ),
    ];
    for (operation, params, fields) in table {
        let prepared = desk.prepare(operation, params).await.unwrap();
        let entity = format!("opsgenie:alert:{ID}");
        let expected: Vec<_> = fields
            .into_iter()
            .map(|(f, v)| (entity.clone(), f, v))
            .collect();
        assert_eq!(written(&prepared), expected, "{operation}");
    }
}

#[tokio::test]
async fn the_account_api_takes_no_user_so_what_will_stand_there_is_recorded() {
    let table = [
        ("close_alert", json!({"alias": "a"}), "status", "closed"),
        (
            "acknowledge_alert",
            json!({"alias": "a"}),
            "status",
            "acknowledged",
        ),
        (
            "unacknowledge_alert",
            json!({"alias": "a"}),
            "status",
            "open",
        ),
        ("add_note", json!({"alias": "a", "note": "n"}), "note", "n"),
        (
            "set_priority",
            json!({"alias": "a", "priority": "P1"}),
            "priority",
            "P1",
        ),
    ];
    for (operation, params, field, value) in table {
        for desk in [Desk::account(), Desk::account().linked()] {
            let prepared = desk.prepare(operation, params.clone()).await.unwrap();
            assert_eq!(
                written(&prepared),
                [(format!("opsgenie:alert:{ID}"), field, value)]
            );
        }
    }
}

#[tokio::test]
async fn where_only_the_alias_is_known_nothing_can_be_recorded() {
    let desk = Desk::v2();
    let prepared = desk
        .prepare("set_priority", json!({"alias": "a", "priority": "P1"}))
        .await;
    assert!(prepared.unwrap().writes.is_empty());
}
