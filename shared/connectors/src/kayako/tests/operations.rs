use deskbridge_core::{ErrorKind, Retry};
use serde_json::json;

use super::*;

fn conversation(id: &str) -> EntityRef {
    EntityRef::new("kayako", "conversation", id)
}

#[tokio::test]
async fn creates_a_conversation_as_a_note_that_mails_nobody() {
    let mut desk = Desk::new();
    desk.target = None;
    let params = json!({"subject": "CPU of web-1", "contents": "90 % for 5 min"});
    let done = desk.run("create_conversation", params).await.unwrap();
    assert_eq!(done.entity, Some(conversation("94")));
    assert_eq!(done.detail, "conversation 94: created");
    desk.assert_requests("create_conversation");
}

#[tokio::test]
async fn creates_a_conversation_with_everything_resolved() {
    let mut desk = Desk::new();
    desk.target = None;
    desk.connection =
        connection(json!({"subdomain": "john", "channel": "MAIL", "requester_id": "12"}));
    let params = json!({
        "subject": "印刷できない",
        "contents": "3階",
        "priority": "urgent",
        "tags": ["vip", "billing"],
        "team": "夜間対応",
        "agent": "TARO@example.com",
    });
    desk.run("create_conversation", params).await.unwrap();
    desk.assert_requests("create_conversation_with_everything");
}

#[tokio::test]
async fn a_parameter_goes_before_a_setting() {
    let mut desk = Desk::new();
    desk.connection =
        connection(json!({"subdomain": "john", "channel": "MAIL", "requester_id": 12}));
    let params = json!({"subject": "s", "contents": "c", "requester_id": 13, "channel_id": "53"});
    desk.run("create_conversation", params).await.unwrap();
    let body = desk.last_body();
    assert_eq!(
        (&body["requester_id"], &body["channel_id"]),
        (&json!(13), &json!(53))
    );
    assert_eq!(desk.count("GET /cases/channels.json"), 0);
}

#[tokio::test]
async fn adds_a_note() {
    let desk = Desk::new();
    let done = desk
        .run("add_note", json!({"note": "Acknowledged by 山田"}))
        .await
        .unwrap();
    assert_eq!(done.entity, Some(conversation("9")));
    assert_eq!(done.detail, "conversation 9: note added");
    desk.assert_requests("add_note");
}

#[tokio::test]
async fn replies_through_the_conversations_first_mailbox() {
    let desk = Desk::new();
    desk.run("add_reply", json!({"reply": "We are on it"}))
        .await
        .unwrap();
    desk.assert_requests("add_reply");
}

#[tokio::test]
async fn a_conversation_without_a_mailbox_takes_no_reply() {
    let desk = Desk::new();
    desk.forget("GET /cases/9/reply/channels.json");
    let only_notes = r#"{"status":200,"data":[{"type":"NOTE","account":null}]}"#;
    desk.answers("GET /cases/9/reply/channels.json", 200, only_notes);
    let error = desk
        .run("add_reply", json!({"reply": "r"}))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
}

#[tokio::test]
async fn sets_a_status_by_its_type_and_says_which_label_it_wrote() {
    let desk = Desk::new();
    let prepared = desk
        .prepare("set_status", json!({"status": "completed"}))
        .await
        .unwrap();
    let written = (
        conversation("9"),
        "status".to_owned(),
        "解決済み".to_owned(),
    );
    assert_eq!(prepared.writes, [written]);
    desk.run("set_status", json!({"status": "completed"}))
        .await
        .unwrap();
    desk.assert_requests("set_status");
}

#[tokio::test]
async fn a_status_and_its_note_are_one_request() {
    let desk = Desk::new();
    let params = json!({"status": "CLOSED", "note": "Closed by 山田"});
    desk.run("set_status", params).await.unwrap();
    desk.assert_requests("set_status_with_note");
    assert_eq!(desk.count("PUT /cases/9.json"), 0);
}

#[tokio::test]
async fn a_status_may_be_named_by_its_label() {
    let desk = Desk::new();
    desk.run("set_status", json!({"status": "on hold"}))
        .await
        .unwrap();
    assert_eq!(desk.last_body(), json!({"status_id": 9}));
}

#[tokio::test]
async fn a_deleted_or_unknown_status_is_a_mistake_in_the_rule() {
    let desk = Desk::new();
    for status in ["Done", "custom", "solved"] {
        let error = desk
            .run("set_status", json!({"status": status}))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Misconfigured, "{status}");
        assert_eq!(error.retry(), Retry::Never);
    }
}

#[tokio::test]
async fn sets_a_priority_by_label_or_level() {
    let desk = Desk::new();
    desk.run("set_priority", json!({"priority": "High"}))
        .await
        .unwrap();
    desk.assert_requests("set_priority");
    for (priority, id) in [(json!("URGENT"), 14), (json!("1"), 11), (json!(2), 12)] {
        desk.run("set_priority", json!({"priority": priority}))
            .await
            .unwrap();
        assert_eq!(desk.last_body(), json!({"priority_id": id}));
    }
}

#[tokio::test]
async fn adds_tags_and_leaves_the_others() {
    let desk = Desk::new();
    desk.run("add_tags", json!({"tags": "vip, billing"}))
        .await
        .unwrap();
    desk.assert_requests("add_tags");
}

#[tokio::test]
async fn removes_tags_by_a_query_argument() {
    let desk = Desk::new();
    desk.run("remove_tags", json!({"tags": ["vip", "請求"]}))
        .await
        .unwrap();
    desk.assert_requests("remove_tags");
}

#[tokio::test]
async fn assigns_to_a_team_and_to_an_agent_by_name() {
    let desk = Desk::new();
    let params = json!({"team": "general", "agent": "山田 花子"});
    desk.run("assign", params).await.unwrap();
    desk.assert_requests("assign");
}

#[tokio::test]
async fn finds_a_team_on_a_later_page_even_when_pages_are_short() {
    let desk = Desk::new();
    desk.forget("GET /teams.json");
    let page = |from: u64, to: u64| {
        let teams: Vec<_> = (from..to)
            .map(|id| json!({"id": id, "title": format!("T{id}")}))
            .collect();
        json!({"status": 200, "data": teams, "total_count": 120}).to_string()
    };
    desk.answers("GET /teams.json", 200, &page(0, 50));
    desk.answers("GET /teams.json", 200, &page(50, 120));
    desk.run("assign", json!({"team": "T119"})).await.unwrap();
    assert_eq!(desk.last_body(), json!({"assigned_team_id": 119}));
    assert_eq!(desk.count("GET /teams.json"), 2);
}

#[tokio::test]
async fn an_agent_that_is_not_one_person_is_a_mistake_in_the_rule() {
    let desk = Desk::new();
    for agent in ["山田", "hanako@example.com"] {
        let error = desk
            .run("assign", json!({"agent": agent}))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Misconfigured);
        assert!(!error.to_string().contains(agent), "{error}");
    }
    desk.forget("GET /autocomplete/users.json");
    let twins = r#"{"data":[{"id":1,"full_name":"Ai"},{"id":2,"full_name":"Ai"}]}"#;
    desk.answers("GET /autocomplete/users.json", 200, twins);
    let error = desk
        .run("assign", json!({"agent": "ai"}))
        .await
        .unwrap_err();
    assert!(error.message().contains("more than one agent"), "{error}");
}

#[tokio::test]
async fn a_rule_may_name_the_conversation_where_none_is_linked() {
    let mut desk = Desk::new();
    desk.target = None;
    for id in [json!("9"), json!(9)] {
        let params = json!({"note": "n", "conversation": id});
        let done = desk.run("add_note", params).await.unwrap();
        assert_eq!(done.entity, Some(conversation("9")));
    }
}

#[tokio::test]
async fn without_a_conversation_nothing_is_asked_of_kayako() {
    let mut desk = Desk::new();
    desk.target = None;
    let error = desk
        .run("add_note", json!({"note": "n"}))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(
        error.message(),
        "no conversation is linked to opsgenie:alert:a1"
    );
    let params = json!({"note": "n", "conversation": "../users/1"});
    let error = desk.run("add_note", params).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Misconfigured);
    desk.target = Some(conversation("../users/1"));
    let error = desk
        .run("add_note", json!({"note": "n"}))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(desk.routes().is_empty());
}

#[tokio::test]
async fn an_empty_parameter_is_a_mistake_in_the_rule() {
    let desk = Desk::new();
    for (operation, params) in [
        (
            "create_conversation",
            json!({"subject": "", "contents": "c"}),
        ),
        ("add_note", json!({"note": ""})),
        ("add_reply", json!({})),
        ("set_status", json!({"status": ""})),
        ("set_priority", json!({"priority": ""})),
        ("add_tags", json!({"tags": []})),
        ("remove_tags", json!({"tags": " , "})),
        ("assign", json!({"team": ""})),
    ] {
        let error = desk.run(operation, params).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Misconfigured, "{operation}");
        assert!(error.message().contains("check its template"), "{error}");
    }
    assert!(desk.routes().is_empty());
}

#[tokio::test]
async fn a_write_without_the_documented_answer_is_looked_up() {
    for body in [
        "<html></html>",
        "",
        "[]",
        r#"{"status":201}"#,
        r#"{"status":201,"data":{}}"#,
    ] {
        let desk = Desk::new();
        desk.forget("POST /cases.json");
        desk.answers("POST /cases.json", 201, body);
        let params = json!({"subject": "s", "contents": "c"});
        let error = desk.run("create_conversation", params).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Malformed, "{body}");
        assert_eq!(error.retry(), Retry::LookUp, "{body}");
    }
}

#[tokio::test]
async fn a_write_that_kayako_fails_at_is_looked_up() {
    let desk = Desk::new();
    desk.forget("POST /cases/9/reply.json");
    desk.answers("POST /cases/9/reply.json", 500, "{}");
    let error = desk
        .run("add_note", json!({"note": "n"}))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    assert_eq!(error.retry(), Retry::LookUp);
    assert_eq!(error.call(), Some("POST /cases/{id}/reply.json"));
}
