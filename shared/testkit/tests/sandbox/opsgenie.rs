//! Opsgenie's Alert API v2: asynchronous writes, de-duplication, limits, queries.

use std::time::{Duration, Instant};

use deskbridge_testkit::sandbox::opsgenie::{AlertStatus, Opsgenie, Options};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::support::{Answer, PATIENCE, ask, client, opsgenie};

fn call(sandbox: &Opsgenie, method: Method, path: &str) -> RequestBuilder {
    let url = format!("{}{path}", sandbox.url());
    client()
        .request(method, url)
        .header("authorization", "GenieKey og-sandbox-key")
}

async fn post(sandbox: &Opsgenie, path: &str, body: &Value) -> Answer {
    ask(call(sandbox, Method::POST, path).body(body.to_string())).await
}

async fn get(sandbox: &Opsgenie, path: &str) -> Answer {
    ask(call(sandbox, Method::GET, path)).await
}

/// Writes and follows the request to its real outcome.
async fn outcome(sandbox: &Opsgenie, path: &str, body: &Value) -> Value {
    let answer = post(sandbox, path, body).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    followed(sandbox, &answer).await
}

async fn followed(sandbox: &Opsgenie, accepted: &Answer) -> Value {
    let id = accepted.json()["requestId"].as_str().unwrap().to_owned();
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = get(sandbox, &format!("/v2/alerts/requests/{id}")).await;
        if answer.status == 200 {
            return answer.json()["data"].clone();
        }
        assert_eq!(
            answer.header("x-opsgenie-errortype"),
            Some("RequestNotProcessed")
        );
        assert!(Instant::now() < deadline);
    }
}

#[tokio::test]
async fn a_write_is_accepted_first_and_processed_later() {
    let options = Options {
        processing_delay: Duration::from_secs(3600),
        ..Default::default()
    };
    let sandbox = Opsgenie::start(options).await.unwrap();
    let accepted = post(
        &sandbox,
        "/v2/alerts",
        &json!({ "message": "m", "alias": "a" }),
    )
    .await;
    assert_eq!(accepted.status, 202);
    assert_eq!(accepted.json()["result"], "Request will be processed");
    let id = accepted.json()["requestId"].as_str().unwrap().to_owned();
    let status = get(&sandbox, &format!("/v2/alerts/requests/{id}")).await;
    assert_eq!(status.status, 404);
    assert_eq!(
        status.header("x-opsgenie-errortype"),
        Some("RequestNotProcessed")
    );
    let unknown = get(&sandbox, "/v2/alerts/requests/none").await;
    assert_eq!(
        (unknown.status, unknown.header("x-opsgenie-errortype")),
        (404, None)
    );
    assert!(sandbox.alerts().is_empty());
}

#[tokio::test]
async fn an_open_alias_counts_and_a_closed_one_opens_anew() {
    let sandbox = opsgenie().await;
    let create = json!({ "message": "m", "alias": "kayako_john_9" });
    let first = outcome(&sandbox, "/v2/alerts", &create).await;
    assert_eq!(
        (
            &first["action"],
            &first["isSuccess"],
            &first["success"],
            &first["alias"]
        ),
        (
            &json!("Create"),
            &json!(true),
            &json!(true),
            &json!("kayako_john_9")
        )
    );
    let again = outcome(&sandbox, "/v2/alerts", &create).await;
    assert_eq!(again["alertId"], first["alertId"]);
    assert_eq!(sandbox.alert_by_alias("kayako_john_9").unwrap().count, 2);
    let close = "/v2/alerts/kayako_john_9/close?identifierType=alias";
    assert_eq!(
        outcome(&sandbox, close, &json!({ "user": "u" })).await["isSuccess"],
        true
    );
    let twice = outcome(&sandbox, close, &json!({})).await;
    assert_eq!(
        (&twice["isSuccess"], &twice["success"]),
        (&json!(false), &json!(false))
    );
    let next = outcome(&sandbox, "/v2/alerts", &create).await;
    assert_ne!(next["alertId"], first["alertId"]);
    assert_eq!(sandbox.created_count("kayako_john_9"), 2);
    assert_eq!(sandbox.alerts().len(), 2);
}

#[tokio::test]
async fn an_alert_without_an_alias_gets_its_id_as_alias() {
    let sandbox = opsgenie().await;
    let created = outcome(&sandbox, "/v2/alerts", &json!({ "message": "m" })).await;
    assert_eq!(created["alias"], created["alertId"]);
}

#[tokio::test]
async fn limits_and_types_are_refused_with_422() {
    let sandbox = opsgenie().await;
    let long = |count: usize| "日".repeat(count);
    let refused = [
        json!({}),
        json!({ "message": long(131) }),
        json!({ "message": "m", "alias": long(513) }),
        json!({ "message": "m", "description": long(15_001) }),
        json!({ "message": "m", "tags": vec!["t"; 21] }),
        json!({ "message": "m", "tags": [long(51)] }),
        json!({ "message": "m", "details": { "a": 1 } }),
        json!({ "message": "m", "details": { "a": { "b": "c" } } }),
        json!({ "message": "m", "details": { "a": long(8_000) } }),
        json!({ "message": "m", "user": long(101) }),
        json!({ "message": "m", "note": long(25_001) }),
        json!({ "message": "m", "priority": "P6" }),
        json!({ "message": "m", "responders": [{ "name": "ops" }] }),
    ];
    for body in refused {
        let answer = post(&sandbox, "/v2/alerts", &body).await;
        assert_eq!(answer.status, 422, "{body}");
        assert!(answer.json()["errors"].is_object() && answer.json()["message"].is_string());
    }
    assert_eq!(
        post(&sandbox, "/v2/alerts", &json!({ "message": long(130) }))
            .await
            .status,
        202
    );
    let broken = ask(call(&sandbox, Method::POST, "/v2/alerts").body("{")).await;
    assert_eq!(broken.status, 400);
}

#[tokio::test]
async fn overwrites_take_their_field_and_nothing_else() {
    let sandbox = opsgenie().await;
    outcome(
        &sandbox,
        "/v2/alerts",
        &json!({ "message": "m", "alias": "a" }),
    )
    .await;
    let put = |body: Value| {
        let path = "/v2/alerts/a/priority?identifierType=alias";
        ask(call(&sandbox, Method::PUT, path).body(body.to_string()))
    };
    assert_eq!(
        put(json!({ "priority": "P1", "user": "u" })).await.status,
        422
    );
    let accepted = put(json!({ "priority": "P1" })).await;
    assert_eq!(followed(&sandbox, &accepted).await["isSuccess"], true);
    assert_eq!(sandbox.alert_by_alias("a").unwrap().priority, "P1");
}

#[tokio::test]
async fn snooze_needs_a_time_to_come() {
    let sandbox = opsgenie().await;
    let past = json!({ "endTime": "2020-01-01T00:00:00Z" });
    assert_eq!(
        post(&sandbox, "/v2/alerts/a/snooze", &past).await.status,
        422
    );
    assert_eq!(
        post(&sandbox, "/v2/alerts/a/snooze", &json!({}))
            .await
            .status,
        422
    );
}

#[tokio::test]
async fn alerts_are_found_by_id_tiny_id_and_encoded_alias() {
    let sandbox = opsgenie().await;
    outcome(
        &sandbox,
        "/v2/alerts",
        &json!({ "message": "m", "alias": "x y/z" }),
    )
    .await;
    let alert = sandbox.alert_by_alias("x y/z").unwrap();
    let paths = [
        format!("/v2/alerts/{}", alert.id),
        format!("/v2/alerts/{}?identifierType=tiny", alert.tiny_id),
        "/v2/alerts/x%20y%2Fz?identifierType=alias".to_owned(),
    ];
    for path in paths {
        assert_eq!(
            get(&sandbox, &path).await.json()["data"]["id"],
            alert.id,
            "{path}"
        );
    }
    let missing = get(&sandbox, "/v2/alerts/x%20y%2Fz").await;
    assert_eq!(missing.status, 404, "an alias is no id");
}

#[tokio::test]
async fn tags_come_in_a_body_and_go_by_a_comma_joined_query() {
    let sandbox = opsgenie().await;
    outcome(
        &sandbox,
        "/v2/alerts",
        &json!({ "message": "m", "alias": "a" }),
    )
    .await;
    let path = "/v2/alerts/a/tags?identifierType=alias";
    outcome(
        &sandbox,
        path,
        &json!({ "tags": ["vip", "billing", "old"] }),
    )
    .await;
    let accepted = ask(call(
        &sandbox,
        Method::DELETE,
        &format!("{path}&tags=vip%2Cold"),
    ))
    .await;
    assert_eq!(followed(&sandbox, &accepted).await["action"], "RemoveTags");
    assert_eq!(sandbox.alert_by_alias("a").unwrap().tags, ["billing"]);
}

#[tokio::test]
async fn lists_answer_queries_page_by_page() {
    let sandbox = opsgenie().await;
    for number in 0..5 {
        let tag = if number % 2 == 0 { "even" } else { "odd" };
        let body = json!({ "message": format!("m{number}"), "alias": format!("a:{number}"), "tags": [tag] });
        outcome(&sandbox, "/v2/alerts", &body).await;
    }
    outcome(
        &sandbox,
        "/v2/alerts/a:4/close?identifierType=alias",
        &json!({}),
    )
    .await;
    let aliases = async |query: &str| -> Vec<String> {
        let answer = get(&sandbox, &format!("/v2/alerts?{query}")).await.json();
        let rows = answer["data"].as_array().unwrap().iter();
        rows.map(|row| row["alias"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(aliases("query=alias%3Aa%3A3").await, ["a:3"]);
    assert_eq!(
        aliases("query=alias%3A%20%22a:3%22%20AND%20status%3Aopen").await,
        ["a:3"]
    );
    assert_eq!(
        aliases("query=status:open%20tag:even").await,
        ["a:2", "a:0"]
    );
    assert_eq!(aliases("limit=2&offset=1").await, ["a:3", "a:2"]);
    assert_eq!(aliases("query=createdAt%3E99999999999999").await, [""; 0]);
    assert_eq!(
        get(&sandbox, "/v2/alerts?query=nonsense:1").await.status,
        422
    );
    let count = get(&sandbox, "/v2/alerts/count?query=status:closed")
        .await
        .json();
    assert_eq!(count["data"]["count"], 1);
    let first = get(&sandbox, "/v2/alerts?limit=2").await.json();
    assert!(
        first["data"][0].get("details").is_none(),
        "lists hold no details"
    );
    let next = first["paging"]["next"]
        .as_str()
        .unwrap()
        .replace(&sandbox.url(), "");
    assert_eq!(get(&sandbox, &next).await.json()["data"][0]["alias"], "a:2");
}

#[tokio::test]
async fn notes_are_listed_newest_first_with_their_owner() {
    let sandbox = opsgenie().await;
    outcome(
        &sandbox,
        "/v2/alerts",
        &json!({ "message": "m", "alias": "a" }),
    )
    .await;
    let path = "/v2/alerts/a/notes?identifierType=alias";
    outcome(&sandbox, path, &json!({ "note": "one", "user": "u" })).await;
    let close = "/v2/alerts/a/close?identifierType=alias";
    outcome(&sandbox, close, &json!({ "note": "two" })).await;
    let rows = get(&sandbox, path).await.json();
    assert_eq!(
        (&rows["data"][0]["note"], &rows["data"][0]["owner"]),
        (&json!("two"), &json!("Alert API"))
    );
    assert_eq!(
        (&rows["data"][1]["note"], &rows["data"][1]["owner"]),
        (&json!("one"), &json!("u"))
    );
    let alert = sandbox.alert_by_alias("a").unwrap();
    assert_eq!(
        (alert.status, alert.closed_by.as_deref()),
        (AlertStatus::Closed, Some("Alert API"))
    );
}

#[tokio::test]
async fn a_wrong_key_and_a_disabled_integration_get_401() {
    let sandbox = opsgenie().await;
    let wrong = client().get(format!("{}/v2/alerts", sandbox.url()));
    assert_eq!(
        ask(wrong.header("authorization", "GenieKey wrong"))
            .await
            .status,
        401
    );
    sandbox.enable_integration(false);
    assert_eq!(get(&sandbox, "/v2/alerts").await.status, 401);
    sandbox.enable_integration(true);
    assert_eq!(get(&sandbox, "/v2/alerts").await.status, 200);
}

#[tokio::test]
async fn an_action_outside_the_plan_fails_after_its_202() {
    let sandbox = opsgenie().await;
    outcome(
        &sandbox,
        "/v2/alerts",
        &json!({ "message": "m", "alias": "a" }),
    )
    .await;
    sandbox.fail_action("Escalate", "Your plan does not include this");
    let path = "/v2/alerts/a/escalate?identifierType=alias";
    let status = outcome(&sandbox, path, &json!({ "escalation": { "name": "next" } })).await;
    assert_eq!(status["isSuccess"], false);
    assert_eq!(status["status"], "Your plan does not include this");
}

#[tokio::test]
async fn the_page_shows_alerts_with_all_text_escaped() {
    let sandbox = opsgenie().await;
    let body = json!({ "message": "<script>alert(1)</script>", "alias": "a" });
    outcome(&sandbox, "/v2/alerts", &body).await;
    let page = ask(client().get(sandbox.url())).await;
    assert!(page.text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(!page.text.contains("<script>"));
    assert!(!page.text.contains("og-sandbox-key"));
}
