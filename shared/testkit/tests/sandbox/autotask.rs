//! Autotask's conventions: the zone, refusals that are 500, the hour, the threads, the queries.

use std::sync::Arc;
use std::time::Duration;

use deskbridge_testkit::clock::ManualClock;
use deskbridge_testkit::sandbox::Fault;
use deskbridge_testkit::sandbox::autotask::{Autotask, Options};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::support::{Answer, ask, client};

async fn autotask() -> Autotask {
    Autotask::start(Options::default()).await.unwrap()
}

fn call(sandbox: &Autotask, method: Method, path: &str) -> RequestBuilder {
    let options = Options::default();
    let url = format!("{}/ATServicesRest/V1.0{path}", sandbox.url());
    client()
        .request(method, url)
        .header("ApiIntegrationCode", options.integration_code)
        .header("UserName", options.user_name)
        .header("Secret", options.secret)
}

async fn send(sandbox: &Autotask, method: Method, path: &str, body: Value) -> Answer {
    ask(call(sandbox, method, path).body(body.to_string())).await
}

fn ticket() -> Value {
    json!({ "companyID": 175, "title": "t", "status": 1, "priority": 2, "queueID": 29_683_354 })
}

fn words(answer: &Answer) -> String {
    answer.json()["errors"][0]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

async fn created(sandbox: &Autotask, body: Value) -> i64 {
    let answer = send(sandbox, Method::POST, "/Tickets", body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["itemId"].as_i64().unwrap()
}

#[tokio::test]
async fn the_zone_is_told_without_credentials_in_any_casing() {
    let sandbox = autotask().await;
    let zone = |user: &str| {
        let url = format!(
            "{}/atservicesrest/v1.0/zoneInformation?user={user}",
            sandbox.url()
        );
        ask(client().get(url))
    };
    let answer = zone(&Options::default().user_name).await;
    assert_eq!(
        answer.json()["url"],
        format!("{}/ATServicesRest/", sandbox.url())
    );
    let answer = zone("nobody").await;
    assert_eq!(answer.status, 500);
    assert_eq!(words(&answer), "Zone information could not be determined");
    assert_eq!(sandbox.calls_in_hour(), 0);
}

#[tokio::test]
async fn what_is_wrong_with_a_ticket_is_a_500_that_names_the_field() {
    let sandbox = autotask().await;
    for field in ["companyID", "title", "status", "priority"] {
        let mut body = ticket();
        body.as_object_mut().unwrap().remove(field);
        let answer = send(&sandbox, Method::POST, "/Tickets", body).await;
        assert_eq!(answer.status, 500);
        assert!(words(&answer).starts_with(&format!("{field} is required")));
    }
    for (field, value) in [
        ("priority", json!(99)),
        ("status", json!(19)),
        ("queueID", json!("Level I Support")),
        ("companyID", json!(177)),
        ("ticketCategory", json!(1)),
        ("title", json!("x".repeat(256))),
        ("description", json!("x".repeat(8_001))),
        ("assignedResourceID", json!(7)),
    ] {
        let mut body = ticket();
        body[field] = value;
        let answer = send(&sandbox, Method::POST, "/Tickets", body).await;
        assert_eq!(answer.status, 500, "{field}");
    }
    assert!(sandbox.tickets().is_empty());
}

#[tokio::test]
async fn a_category_gives_what_was_left_out_and_asks_for_more() {
    let sandbox = autotask().await;
    let mut body = ticket();
    body["ticketCategory"] = json!(112);
    let id = created(&sandbox, body).await;
    let made = sandbox.ticket(id).unwrap();
    assert_eq!(
        (made.category.as_str(), made.priority.as_str()),
        ("Security alert", "Medium")
    );
    assert!(!made.due.is_empty());
    let complete = json!({ "id": id, "status": 5 });
    let answer = send(&sandbox, Method::PATCH, "/Tickets", complete).await;
    assert!(words(&answer).starts_with("resolution is required"));
    let complete = json!({ "id": id, "status": 5, "resolution": "done" });
    assert_eq!(
        send(&sandbox, Method::PATCH, "/Tickets", complete)
            .await
            .status,
        200
    );
    let notes = format!("/Tickets/{id}/Notes");
    let note = json!({ "description": "d", "noteType": 3, "publish": 1 });
    let answer = send(&sandbox, Method::POST, &notes, note).await;
    assert!(words(&answer).starts_with("title is required"));
}

#[tokio::test]
async fn a_ticket_is_changed_by_the_id_in_the_body_only() {
    let sandbox = autotask().await;
    let id = created(&sandbox, ticket()).await;
    for method in [Method::PATCH, Method::PUT] {
        let answer = send(&sandbox, method, &format!("/Tickets/{id}"), json!({})).await;
        assert_eq!(answer.status, 405);
    }
    let missing = json!({ "id": 1, "status": 5 });
    assert_eq!(
        send(&sandbox, Method::PATCH, "/Tickets", missing)
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn a_text_against_a_number_silently_finds_nothing() {
    let sandbox = autotask().await;
    let id = created(&sandbox, ticket()).await;
    for (value, found) in [(json!(id), 1), (json!(id.to_string()), 0)] {
        let search = json!({ "filter": [{ "op": "eq", "field": "id", "value": value }] });
        let answer = send(&sandbox, Method::POST, "/Tickets/query", search).await;
        assert_eq!(answer.json()["items"].as_array().unwrap().len(), found);
    }
    let answer = send(
        &sandbox,
        Method::POST,
        "/Tickets/query",
        json!({ "filter": [] }),
    )
    .await;
    assert_eq!(answer.status, 500, "a query needs a filter");
}

#[tokio::test]
async fn a_full_hour_refuses_everybody_until_it_has_rolled_on() {
    let sandbox = autotask().await;
    let clock = Arc::new(ManualClock::default());
    sandbox.tell_time_by(&clock);
    sandbox.set_requests_per_hour(10);
    sandbox.others_call(8);
    clock.advance(Duration::from_secs(600));
    let usage = async || ask(call(&sandbox, Method::GET, "/ThresholdInformation")).await;
    assert_eq!(usage().await.json()["currentTimeframeRequestCount"], 9);
    created(&sandbox, ticket()).await;
    assert_eq!(usage().await.status, 429);
    clock.advance(Duration::from_secs(3_000));
    assert_eq!(usage().await.json()["currentTimeframeRequestCount"], 3);
    assert_eq!(sandbox.busiest_hour(), 10);
}

#[tokio::test]
async fn the_fourth_call_at_a_time_is_refused_and_other_endpoints_are_not() {
    let sandbox = autotask().await;
    sandbox.set_takes(Duration::from_secs(1));
    let tickets = || send(&sandbox, Method::POST, "/Tickets", ticket());
    let usage = ask(call(&sandbox, Method::GET, "/ThresholdInformation"));
    let (a, b, c, d, usage) = tokio::join!(tickets(), tickets(), tickets(), tickets(), usage);
    let mut statuses = [a.status, b.status, c.status, d.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 200, 500]);
    assert_eq!(usage.status, 200);
    assert_eq!(sandbox.most_under_way(), 3);
}

#[tokio::test]
async fn faults_meet_their_requests_here_too() {
    let sandbox = autotask().await;
    sandbox
        .script()
        .on("POST", "/Tickets$", Fault::CommitThenStatus(502));
    let answer = send(&sandbox, Method::POST, "/Tickets", ticket()).await;
    assert_eq!((answer.status, sandbox.tickets().len()), (502, 1));
}

#[tokio::test]
async fn the_page_shows_tickets_notes_and_the_hour() {
    let sandbox = autotask().await;
    let mut body = ticket();
    body["title"] = json!("<b>SRV-B</b>");
    let id = created(&sandbox, body).await;
    assert!(sandbox.human_complete(id, "PSU replaced"));
    let page = ask(client().get(sandbox.url())).await.text;
    assert!(
        page.contains("&lt;b&gt;SRV-B") && page.contains("Complete"),
        "{page}"
    );
    assert!(page.contains("1 of 10000 requests"), "{page}");
}
