use deskbridge_core::{ErrorKind, Retry};

use super::*;

fn alert() -> Value {
    json!({
        "company": "Nordwind GmbH",
        "title": "Das Gerät SRV-B hat die Stromversorgung verloren",
        "category": "Sicherheit",
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut params = alert();
    params[name] = value;
    params
}

#[tokio::test]
async fn opens_a_ticket_with_what_its_category_gives() {
    let desk = Desk::new();
    let done = desk.run("open_ticket", alert()).await.unwrap();
    assert_eq!(done.entity, Some(crate::autotask::ticket(128_926)));
    assert_eq!(done.detail, "ticket 128926: opened");
    desk.assert_requests("open_ticket");
}

#[tokio::test]
async fn explicit_fields_win_over_the_category() {
    let mut desk = Desk::new();
    desk.connection = connection(json!({"creator": 29_682_885}));
    let params = json!({
        "company": 175, "title": "t", "description": "d", "category": 112,
        "priority": "hoch", "queue": "level i support", "status": "New",
        "source": "Monitoring Alert", "issue_type": "Server", "sub_issue_type": 136,
        "ticket_type": "Alert", "resource_id": 29_682_901, "role_id": "7", "due_in_minutes": 90,
    });
    desk.run("open_ticket", params).await.unwrap();
    desk.assert_requests("open_ticket_with_everything");
}

#[tokio::test]
async fn lists_are_read_once_and_the_zone_too() {
    let desk = Desk::new();
    for _ in 0..3 {
        desk.run("open_ticket", with("priority", json!("Kritisch")))
            .await
            .unwrap();
    }
    for route in [
        "GET /zoneInformation",
        "GET /Tickets/entityInformation/fields",
        "POST /TicketCategories/query",
        "GET /TicketCategories/112/FieldDefaults",
        "POST /Companies/query",
    ] {
        assert_eq!(desk.count(route), 1, "{route}");
    }
}

#[tokio::test]
async fn a_label_that_is_new_is_found_once_the_list_is_a_minute_old() {
    let mut desk = Desk::new();
    let urgent = with("priority", json!("Dringend"));
    let error = desk.run("open_ticket", urgent.clone()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Misconfigured);
    assert!(error.message().contains("Kritisch, Hoch"), "{error}");
    let more = fixture!("api_ticket_fields").replace("Kritisch", "Dringend");
    desk.answers_now("GET /Tickets/entityInformation/fields", 200, &more);
    assert!(desk.run("open_ticket", urgent.clone()).await.is_err());
    desk.now = NOW + std::time::Duration::from_secs(61);
    assert!(desk.run("open_ticket", urgent).await.is_ok());
}

#[tokio::test]
async fn without_a_category_the_default_one_and_the_rule_must_give_priority_and_queue() {
    let desk = Desk::new();
    let bare = json!({"company": 175, "title": "t"});
    let error = desk.run("open_ticket", bare).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Misconfigured);
    assert!(error.message().contains("priority"), "{error}");
    let given = json!({"company": 175, "title": "t", "priority": "Hoch", "queue": "Security"});
    desk.run("open_ticket", given).await.unwrap();
    assert_eq!(desk.last_body().get("ticketCategory"), None);
    assert_eq!(desk.last_body()["status"], 1);
}

#[tokio::test]
async fn a_company_that_autotask_does_not_know_is_refused_or_goes_to_the_default_one() {
    let desk = Desk::new();
    desk.answers_now("POST /Companies/query", 200, fixture!("api_nothing_found"));
    let error = desk.run("open_ticket", alert()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.retry()),
        (ErrorKind::Misconfigured, Retry::Never)
    );
    desk.run("open_ticket", with("default_company", json!(0)))
        .await
        .unwrap();
    assert_eq!(desk.last_body()["companyID"], 0);
    let description = desk.last_body()["description"].to_string();
    assert!(
        description.contains("no active company called Nordwind GmbH"),
        "{description}"
    );
    let two = r#"{"items": [{"id": 181}, {"id": 182}]}"#;
    desk.answers_now("POST /Companies/query", 200, two);
    let error = desk
        .run("open_ticket", with("company", json!("Twin Works")))
        .await
        .unwrap_err();
    assert!(error.message().contains("more than one"), "{error}");
}

#[tokio::test]
async fn an_alert_without_a_company_is_refused_in_words_that_help() {
    let desk = Desk::new();
    let error = desk
        .run("open_ticket", with("company", json!("")))
        .await
        .unwrap_err();
    assert!(error.message().contains("mapped to no company"), "{error}");
}

#[tokio::test]
async fn texts_are_cut_by_characters() {
    let desk = Desk::new();
    let mut params = with("title", json!("障".repeat(300)));
    params["description"] = json!("害".repeat(9_000));
    desk.run("open_ticket", params).await.unwrap();
    let body = desk.last_body();
    let chars = |name: &str| body[name].as_str().unwrap().chars().count();
    assert_eq!((chars("title"), chars("description")), (255, 8_000));
}

#[tokio::test]
async fn a_resource_needs_its_role() {
    let desk = Desk::new();
    let error = desk
        .run("open_ticket", with("resource_id", json!(7)))
        .await
        .unwrap_err();
    assert!(error.message().contains("role_id"), "{error}");
}

#[tokio::test]
async fn the_key_may_go_into_another_field() {
    let mut desk = Desk::new();
    desk.connection = connection(json!({"key_field": "udf:Alert key"}));
    desk.run("open_ticket", alert()).await.unwrap();
    let expected = json!([{"name": "Alert key", "value": "deskbridge-0123456789ab"}]);
    assert_eq!(desk.last_body()["userDefinedFields"], expected);
    assert_eq!(desk.last_body().get("externalID"), None);
}

#[tokio::test]
async fn adds_a_note_that_can_be_found_again() {
    let desk = Desk::new();
    let params = json!({"note": "Strom ist wieder da", "note_title": "Meldung"});
    let done = desk.run("add_note", params).await.unwrap();
    assert_eq!(done.detail, "ticket 128926: note added");
    desk.assert_requests("add_note");
    desk.run("add_note", json!({"note": "x".repeat(9_000)}))
        .await
        .unwrap();
    let text = desk.last_body()["description"].as_str().unwrap().to_owned();
    assert_eq!(text.chars().count(), 8_000);
    assert!(text.ends_with("deskbridge-0123456789ab"));
}

#[tokio::test]
async fn completes_a_ticket_and_says_how_it_was_resolved() {
    let desk = Desk::new();
    let params = json!({"resolution": "The alert is over."});
    let done = desk.run("complete_ticket", params).await.unwrap();
    assert_eq!(done.detail, "ticket 128926: completed");
    desk.assert_requests("complete_ticket");
}

#[tokio::test]
async fn a_resolution_that_somebody_wrote_stays() {
    let desk = Desk::new();
    let resolved = fixture!("api_ticket").replace("null", "\"PSU replaced\"");
    desk.answers_now("GET /Tickets/128926", 200, &resolved);
    desk.run("complete_ticket", json!({"resolution": "ours"}))
        .await
        .unwrap();
    assert_eq!(desk.last_body(), json!({"id": 128_926, "status": 5}));
}

#[tokio::test]
async fn a_ticket_that_is_complete_is_left_alone() {
    let desk = Desk::new();
    let complete = fixture!("api_ticket").replace("\"status\": 8", "\"status\": 5");
    desk.answers_now("GET /Tickets/128926", 200, &complete);
    let done = desk.run("complete_ticket", json!({})).await.unwrap();
    assert_eq!(done.detail, "ticket 128926: was complete already");
    assert_eq!(desk.count("PATCH /Tickets"), 0);
}

#[tokio::test]
async fn a_ticket_that_is_gone_cannot_be_completed() {
    let mut desk = Desk::new();
    desk.answers_now("GET /Tickets/128926", 200, r#"{"item": null}"#);
    let error = desk.run("complete_ticket", json!({})).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    desk.target = None;
    let error = desk.run("complete_ticket", json!({})).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_refusal_is_told_in_autotasks_words_and_never_repeated() {
    let desk = Desk::new();
    desk.answers_now("POST /Tickets", 500, fixture!("error_due_date"));
    let error = desk.run("open_ticket", alert()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.retry()),
        (ErrorKind::Rejected, Retry::Never)
    );
    assert!(error.message().contains("dueDateTime is required"));
}

#[tokio::test]
async fn a_create_without_an_answer_is_unknown_and_a_read_is_not() {
    let desk = Desk::new();
    let broken = || Error::new(ErrorKind::OutcomeUnknown, "the connection broke");
    desk.fails("POST /Tickets", broken());
    let error = desk.run("open_ticket", alert()).await.unwrap_err();
    assert_eq!(error.retry(), Retry::LookUp);
    let desk = Desk::new();
    desk.fails("POST /Companies/query", broken());
    let error = desk.run("open_ticket", alert()).await.unwrap_err();
    assert_eq!(error.retry(), Retry::Later(None));
}

#[tokio::test]
async fn the_secret_goes_nowhere_but_to_autotask() {
    for url in [
        "https://autotask.net.evil.example/ATServicesRest/",
        "http://webservices2.autotask.net/ATServicesRest/",
        "https://evilautotask.net/",
        "nowhere",
    ] {
        let desk = Desk::new();
        let zone = json!({"url": url}).to_string();
        desk.answers_now("GET /zoneInformation", 200, &zone);
        assert!(desk.run("add_note", json!({"note": "n"})).await.is_err());
        assert_eq!(desk.routes(), ["GET /zoneInformation"], "{url}");
    }
}
