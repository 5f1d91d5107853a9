use serde_json::Map;

use super::*;

/// Every operation with everything it takes.
fn operations() -> Vec<(&'static str, Value)> {
    let note = "Noted by 山田";
    vec![
        ("create_alert", create_params()),
        ("close_alert", json!({"note": note})),
        ("acknowledge_alert", json!({"note": note})),
        ("unacknowledge_alert", json!({"note": note})),
        ("add_note", json!({"note": note})),
        ("add_tags", json!({"tags": ["vip", "3階"], "note": note})),
        ("remove_tags", json!({"tags": "vip, 3階", "note": note})),
        ("set_priority", json!({"priority": "P1", "note": note})),
        (
            "set_message",
            json!({"message": "Printer on floor 3 burns", "note": note}),
        ),
        (
            "set_description",
            json!({"description": "とても熱い", "note": note}),
        ),
        (
            "snooze_alert",
            json!({"end_time": "2023-11-15T06:00:00Z", "note": note}),
        ),
        ("assign_alert", json!({"owner": "hanako@example.com"})),
        (
            "escalate_alert",
            json!({"escalation": "Facilities escalation"}),
        ),
        (
            "add_responder",
            json!({"responder": {"type": "user", "id": "u-1", "username": "hanako@example.com"}}),
        ),
        (
            "add_details",
            json!({"details": {"floor": 3, "call": true, "none": null}}),
        ),
        ("remove_details", json!({"keys": ["floor", "call"]})),
        ("custom_action", json!({"action": "call/the fire brigade"})),
        ("delete_alert", json!({"note": note})),
    ]
}

fn create_params() -> Value {
    json!({
        "message": "Printer on floor 3 is on fire",
        "alias": "kayako_john_9",
        "description": "3階のプリンター",
        "priority": "P2",
        "tags": ["printer", "vip", "printer", " ", ""],
        "details": {"Case ID": 9, "Requester": "山田", "Team": "", "custom": {"a": [1]}, "none": null, "empty": []},
        "entity": "printer-3",
        "source": "Kayako",
        "note": "from a conversation",
        "responders": [
            "Facilities",
            "hanako@example.com",
            {"type": "schedule", "id": "4513b7ea-3b91-438f-b7e4-e3e54af9147c"},
            {"name": "no type"},
        ],
    })
}

/// The requests of all operations that this dialect carries out.
async fn requests(desk: &Desk) -> Value {
    let mut requests = Map::new();
    for (operation, params) in operations() {
        if let Ok(prepared) = desk.prepare(operation, params).await {
            requests.insert(operation.to_owned(), shown(&prepared.request));
        }
    }
    Value::Object(requests)
}

#[test]
fn every_operation_stands_in_the_table_of_these_tests() {
    let tested: Vec<_> = operations().into_iter().map(|(name, _)| name).collect();
    let mut offered: Vec<_> = Opsgenie.operations().iter().map(|o| o.name).collect();
    offered.sort_by_key(|name| tested.iter().position(|tested| tested == name));
    assert_eq!(offered, tested);
}

#[tokio::test]
async fn opsgenie_by_id() {
    let desk = Desk::v2().linked();
    let requests = requests(&desk).await;
    assert_eq!(requests.as_object().unwrap().len(), 18);
    assert_snapshot("requests_v2_by_id", &requests);
    assert!(desk.seen().is_empty(), "nothing had to be read");
}

#[tokio::test]
async fn opsgenie_by_alias() {
    let desk = Desk::v2();
    for (operation, tail) in [("close_alert", "/close"), ("delete_alert", "")] {
        let params = json!({"alias": "kayako_john 9/ä"});
        let url = desk.prepare(operation, params).await.unwrap().request.url;
        let start = "https://api.eu.opsgenie.com/v2/alerts/kayako_john%209%2F%C3%A4";
        assert!(
            url.starts_with(&format!("{start}{tail}?identifierType=alias")),
            "{url}"
        );
    }
}

#[tokio::test]
async fn jsm_by_its_integration_key() {
    let desk = Desk::events().linked();
    let requests = requests(&desk).await;
    let names: Vec<_> = requests.as_object().unwrap().keys().cloned().collect();
    let offered = [
        "create_alert",
        "close_alert",
        "acknowledge_alert",
        "unacknowledge_alert",
        "add_note",
    ];
    assert_eq!(names, offered);
    assert_snapshot("requests_events", &requests);
}

#[tokio::test]
async fn jsm_by_its_account() {
    let desk = Desk::account().linked();
    let mut requests = requests(&desk).await;
    let responder = json!({"responder": {"type": "team", "id": "t-1"}});
    let prepared = desk.prepare("add_responder", responder).await.unwrap();
    requests["add_responder"] = shown(&prepared.request);
    assert_eq!(requests.as_object().unwrap().len(), 18);
    assert_snapshot("requests_account", &requests);
    assert!(desk.seen().is_empty(), "nothing had to be read");
}

#[tokio::test]
async fn the_account_api_has_an_alias_resolved_first() {
    let desk = Desk::account();
    let prepared = desk
        .prepare("close_alert", json!({"alias": "kayako_john 9"}))
        .await
        .unwrap();
    let requests = json!([shown(&desk.last()), shown(&prepared.request)]);
    assert_snapshot("requests_account_by_alias", &requests);
}

#[tokio::test]
async fn an_alias_that_the_account_does_not_have_is_not_found_and_nothing_is_sent() {
    let desk = Desk::account();
    desk.will("GET /v1/alerts/alias", 404, "{}");
    let error = desk
        .run("close_alert", json!({"alias": "x"}))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(desk.seen().len(), 1);
}

#[tokio::test]
async fn a_site_is_asked_for_its_cloud_id_once_and_without_the_key() {
    let mut desk = Desk::account().linked();
    desk.connection = connection(json!({"service": "jsm", "site": "once.example.com"}));
    desk.will("GET /_edge/tenant_info", 200, fixture!("tenant_info"));
    desk.run("close_alert", json!({})).await.unwrap();
    desk.run("close_alert", json!({})).await.unwrap();
    let seen: Vec<_> = desk.seen().iter().map(shown).collect();
    assert_snapshot("requests_account_by_site", &json!(seen[..2]));
    assert_eq!(seen.len(), 3, "{seen:?}");
}

#[tokio::test]
async fn a_site_that_tells_no_cloud_id_is_asked_again_later() {
    for body in ["{}", r#"{"cloudId":""}"#, r#"{"cloudId":"../x"}"#, "<html>"] {
        let mut desk = Desk::account().linked();
        desk.connection = connection(json!({"service": "jsm", "site": "bad.example.com"}));
        desk.will("GET /_edge/tenant_info", 200, body);
        let error = desk.prepare("close_alert", json!({})).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Malformed, "{body}");
        assert_eq!(error.retry(), deskbridge_core::Retry::Later(None), "{body}");
    }
}

#[tokio::test]
async fn a_base_url_replaces_the_host_of_everything() {
    let mut desk = Desk::account().linked();
    let settings =
        json!({"service": "jsm", "site": "a.example.com", "base_url": "http://127.0.0.1:8787/"});
    desk.connection = connection(settings);
    desk.will("GET /_edge/tenant_info", 200, fixture!("tenant_info"));
    desk.run("close_alert", json!({})).await.unwrap();
    for request in desk.seen() {
        assert!(
            request.url.starts_with("http://127.0.0.1:8787/"),
            "{}",
            request.url
        );
    }
}

#[tokio::test]
async fn without_site_and_cloud_id_the_account_cannot_be_used() {
    let mut desk = Desk::account().linked();
    desk.connection = connection(json!({"service": "jsm"}));
    let error = desk.prepare("close_alert", json!({})).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Misconfigured);
    assert!(
        error.message().contains("settings.opsgenie.site"),
        "{error}"
    );
}

#[tokio::test]
async fn with_both_credentials_each_operation_goes_where_it_is_offered() {
    let mut desk = Desk::account().linked();
    desk.credential = credential(&[("api_key", KEY), ("email", EMAIL), ("api_token", TOKEN)]);
    for (operation, params) in operations() {
        let Ok(prepared) = desk.prepare(operation, params).await else {
            continue;
        };
        let events = [
            "create_alert",
            "close_alert",
            "acknowledge_alert",
            "add_note",
        ];
        let dialect = if events.contains(&operation) {
            "/jsm/ops/integration/v2/"
        } else {
            "/jsm/ops/api/cloud-1/v1/"
        };
        assert!(
            prepared.request.url.contains(dialect),
            "{operation}: {}",
            prepared.request.url
        );
    }
}

#[tokio::test]
async fn what_the_integration_key_cannot_do_says_which_fields_to_add() {
    let desk = Desk::events().linked();
    let error = desk
        .prepare("set_priority", json!({"priority": "P1"}))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    for word in ["email", "api_token", "site", "set_priority"] {
        assert!(error.message().contains(word), "{error}");
    }
}

#[tokio::test]
async fn a_credential_without_the_fields_waits_for_another_one() {
    for settings in [json!({"service": "jsm"}), json!({"service": "opsgenie-us"})] {
        let desk = Desk::new(settings, &[("email", EMAIL)]).linked();
        let error = desk.prepare("close_alert", json!({})).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Misconfigured);
        assert_eq!(error.retry(), deskbridge_core::Retry::WhenCredentialChanges);
        assert!(error.message().contains("api_key"), "{error}");
    }
}

#[tokio::test]
async fn nothing_is_done_to_no_alert() {
    for desk in [Desk::v2(), Desk::events(), Desk::account()] {
        let error = desk
            .prepare("close_alert", json!({"alias": ""}))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert_eq!(
            error.message(),
            "no alert is linked to kayako:conversation:9"
        );
    }
}

#[tokio::test]
async fn the_team_of_the_settings_gets_every_alert_alone() {
    for (name, settings, expected) in [
        (
            "v2",
            json!({"service": "opsgenie-us", "team": "Support"}),
            json!([{"type": "team", "name": "Support"}]),
        ),
        (
            "v2 by id",
            json!({"service": "opsgenie-us", "team": "Support", "team_id": "t-1"}),
            json!([{"type": "team", "id": "t-1"}]),
        ),
        (
            "account",
            json!({"service": "jsm", "cloud_id": "c", "team": "Support"}),
            Value::Null,
        ),
        (
            "account by id",
            json!({"service": "jsm", "cloud_id": "c", "team_id": "t-1"}),
            json!([{"type": "team", "id": "t-1"}]),
        ),
    ] {
        let mut desk = if name.starts_with("v2") {
            Desk::v2()
        } else {
            Desk::account()
        };
        desk.connection = connection(settings);
        desk.run("create_alert", create_params()).await.unwrap();
        assert_eq!(desk.last_body()["responders"], expected, "{name}");
    }
}
