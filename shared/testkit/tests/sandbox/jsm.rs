//! The two JSM Operations dialects, where they differ from v2.

use deskbridge_testkit::sandbox::opsgenie::{Opsgenie, Options};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::support::{Answer, PATIENCE, Receiver, ask, client, opsgenie};

fn account(sandbox: &Opsgenie, method: Method, path: &str) -> RequestBuilder {
    let options = Options::default();
    let url = format!(
        "{}/jsm/ops/api/{}/v1{path}",
        sandbox.url(),
        options.cloud_id
    );
    let request = client().request(method, url);
    request.basic_auth(options.account_email, Some(options.account_token))
}

async fn send(sandbox: &Opsgenie, method: Method, path: &str, body: Value) -> Answer {
    let answer = ask(account(sandbox, method, path).body(body.to_string())).await;
    assert!(sandbox.settled(PATIENCE).await);
    answer
}

async fn create(sandbox: &Opsgenie, more: Value) -> String {
    let mut body = json!({ "message": "m", "alias": "a" });
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    let answer = send(sandbox, Method::POST, "/alerts", body).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    sandbox.alert_by_alias("a").unwrap().id
}

#[tokio::test]
async fn the_cloud_id_is_told_to_everybody() {
    let sandbox = opsgenie().await;
    let answer = ask(client().get(format!("{}/_edge/tenant_info", sandbox.url()))).await;
    assert_eq!(answer.json()["cloudId"], Options::default().cloud_id);
}

#[tokio::test]
async fn an_alert_is_resolved_by_alias_and_shown_flat() {
    let sandbox = opsgenie().await;
    let id = create(&sandbox, json!({ "extraProperties": { "case": "9" } })).await;
    let found = ask(account(&sandbox, Method::GET, "/alerts/alias?alias=a"))
        .await
        .json();
    assert_eq!(found["id"], id);
    assert_eq!(found["extraProperties"], json!({ "case": "9" }));
    assert!(found.get("details").is_none());
    let list = ask(account(
        &sandbox,
        Method::GET,
        "/alerts?query=status:open&size=5",
    ))
    .await
    .json();
    assert_eq!(
        (&list["values"][0]["id"], &list["count"]),
        (&json!(id), &json!(1))
    );
    let missing = ask(account(&sandbox, Method::GET, "/alerts/alias?alias=none")).await;
    assert_eq!(missing.status, 404);
}

#[tokio::test]
async fn a_request_status_has_no_wrapper() {
    let sandbox = opsgenie().await;
    create(&sandbox, json!({})).await;
    let closed = send(&sandbox, Method::POST, "/alerts/none/close", json!({})).await;
    let id = closed.json()["requestId"].as_str().unwrap().to_owned();
    let status = ask(account(
        &sandbox,
        Method::GET,
        &format!("/alerts/requests/{id}"),
    ))
    .await
    .json();
    assert_eq!(
        (&status["action"], &status["isSuccess"]),
        (&json!("Close"), &json!(false))
    );
    assert!(status.get("data").is_none());
}

#[tokio::test]
async fn notes_are_written_at_once_and_never_beside_a_close() {
    let sandbox = opsgenie().await;
    let id = create(&sandbox, json!({})).await;
    let path = format!("/alerts/{id}/notes");
    let note = ask(account(&sandbox, Method::POST, &path).body("{\"note\":\"seen\"}")).await;
    assert_eq!((note.status, &note.json()["note"]), (201, &json!("seen")));
    let close = format!("/alerts/{id}/close");
    send(
        &sandbox,
        Method::POST,
        &close,
        json!({ "note": "lost", "user": "u" }),
    )
    .await;
    let alert = sandbox.alert(&id).unwrap();
    assert_eq!(alert.status.as_str(), "closed");
    assert_eq!(alert.notes.len(), 1);
}

#[tokio::test]
async fn refusals_are_lists_of_titles_and_codes() {
    let sandbox = opsgenie().await;
    let long = json!({ "message": "x".repeat(131) });
    let answer = send(&sandbox, Method::POST, "/alerts", long).await;
    assert_eq!(answer.status, 422);
    let error = answer.json()["errors"][0].clone();
    assert!(error["title"].as_str().unwrap().contains("130"));
    assert!(error["code"].is_string());
    let named = json!({ "message": "m", "responders": [{ "type": "team", "name": "ops" }] });
    assert_eq!(
        send(&sandbox, Method::POST, "/alerts", named).await.status,
        422
    );
    let key = client().get(format!("{}/jsm/ops/api/x/v1/alerts", sandbox.url()));
    assert_eq!(
        ask(key.header("authorization", "GenieKey og-sandbox-key"))
            .await
            .status,
        401
    );
}

#[tokio::test]
async fn changes_use_patch_and_bodies_where_v2_uses_put_and_queries() {
    let sandbox = opsgenie().await;
    let id = create(&sandbox, json!({ "tags": ["one", "two"] })).await;
    let path = |tail: &str| format!("/alerts/{id}/{tail}");
    let put = send(
        &sandbox,
        Method::PUT,
        &path("priority"),
        json!({ "priority": "P1" }),
    )
    .await;
    assert_eq!(put.status, 404);
    send(
        &sandbox,
        Method::PATCH,
        &path("priority"),
        json!({ "priority": "P1" }),
    )
    .await;
    send(
        &sandbox,
        Method::DELETE,
        &path("tags"),
        json!({ "tags": ["one"] }),
    )
    .await;
    let past = json!({ "endTime": "2020-01-01T00:00:00Z" });
    assert_eq!(
        send(&sandbox, Method::POST, &path("snooze"), past)
            .await
            .status,
        202
    );
    let alert = sandbox.alert(&id).unwrap();
    assert_eq!(
        (alert.priority.as_str(), alert.tags, alert.snoozed_until),
        ("P1", vec!["two".to_owned()], None)
    );
}

#[tokio::test]
async fn an_unlisted_custom_action_is_accepted_and_does_nothing() {
    let (sandbox, receiver) = (opsgenie().await, Receiver::start().await);
    sandbox.send_webhooks_to(&receiver.url, &[]);
    let id = create(&sandbox, json!({ "actions": ["known"] })).await;
    for name in ["unknown", "known"] {
        let body = json!({ "actionName": name });
        send(
            &sandbox,
            Method::POST,
            &format!("/alerts/{id}/action"),
            body,
        )
        .await;
    }
    assert_eq!(receiver.texts("action"), ["Create", "known"]);
}

#[tokio::test]
async fn integration_events_offer_four_actions_and_their_status() {
    let sandbox = opsgenie().await;
    let call = |method: Method, path: &str| {
        let url = format!("{}/jsm/ops/integration/v2/alerts{path}", sandbox.url());
        client()
            .request(method, url)
            .header("authorization", "GenieKey og-sandbox-key")
    };
    let body = json!({ "message": "m", "alias": "a", "details": { "k": "v" } }).to_string();
    let created = ask(call(Method::POST, "").body(body)).await;
    assert_eq!(created.status, 202);
    assert!(sandbox.settled(PATIENCE).await);
    let id = created.json()["requestId"].as_str().unwrap().to_owned();
    let status = ask(call(Method::GET, &format!("/requests/{id}"))).await;
    assert_eq!(status.json()["data"]["isSuccess"], true);
    for verb in ["acknowledge", "close"] {
        let path = format!("/a/{verb}?identifierType=alias");
        assert_eq!(ask(call(Method::POST, &path)).await.status, 202);
    }
    assert_eq!(
        ask(call(Method::POST, "/a/tags?identifierType=alias").body("{}"))
            .await
            .status,
        404
    );
    assert_eq!(
        ask(call(Method::GET, "/a?identifierType=alias"))
            .await
            .status,
        404
    );
}
