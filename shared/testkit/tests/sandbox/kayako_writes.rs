//! Writing Kayako cases through the API.

use deskbridge_testkit::sandbox::kayako::{Kayako, StatusType};
use reqwest::Method;
use serde_json::{Value, json};

use crate::kayako::Agent;
use crate::support::{Answer, ask, kayako};

fn a_note() -> Value {
    json!({ "subject": "s", "contents": "c", "requester_id": 240, "channel": "NOTE" })
}

async fn created(agent: &Agent, body: Value) -> u64 {
    let answer = agent.send(Method::POST, "/cases.json", body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()["data"]["id"].as_u64().unwrap()
}

async fn with_case() -> (Kayako, Agent, u64) {
    let sandbox = kayako().await;
    let agent = Agent::log_in(&sandbox).await;
    let id = created(&agent, a_note()).await;
    (sandbox, agent, id)
}

fn parameter(answer: &Answer) -> Value {
    answer.json()["errors"][0]["parameter"].clone()
}

#[tokio::test]
async fn create_names_the_field_that_is_missing_or_wrong() {
    let (_sandbox, agent, _) = with_case().await;
    for field in ["subject", "contents", "requester_id", "channel"] {
        let mut body = a_note();
        body.as_object_mut().unwrap().remove(field);
        let answer = agent.send(Method::POST, "/cases.json", body).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (400, "FIELD_REQUIRED")
        );
        assert_eq!(parameter(&answer), field);
    }
    for field in [
        "status_id",
        "priority_id",
        "type_id",
        "assigned_team_id",
        "assigned_agent_id",
    ] {
        let mut body = a_note();
        body[field] = json!(1);
        let answer = agent.send(Method::POST, "/cases.json", body).await;
        assert_eq!(
            (answer.code().as_str(), parameter(&answer)),
            ("FIELD_INVALID", json!(field))
        );
    }
    let mut mail = a_note();
    mail["channel"] = json!("MAIL");
    let answer = agent.send(Method::POST, "/cases.json", mail).await;
    assert_eq!(parameter(&answer), "channel_id");
}

#[tokio::test]
async fn notes_mail_nobody_and_mail_does() {
    let (sandbox, agent, id) = with_case().await;
    let path = format!("/cases/{id}/reply.json");
    let note = json!({ "contents": "internal", "channel": "NOTE" });
    assert_eq!(agent.send(Method::POST, &path, note).await.status, 201);
    assert!(sandbox.mails_sent().is_empty());
    let mail = json!({ "contents": "hello", "channel": "MAIL", "channel_id": 617 });
    assert_eq!(agent.send(Method::POST, &path, mail).await.status, 201);
    let sent = sandbox.mails_sent();
    assert_eq!(
        (sent.len(), sent[0].to.as_str()),
        (1, "jonas@customer.example")
    );
    let posts = sandbox.posts(id);
    let channels: Vec<_> = posts.iter().map(|post| post.channel.as_str()).collect();
    assert_eq!(channels, ["NOTE", "NOTE", "MAIL"]);
}

#[tokio::test]
async fn one_reply_can_add_a_note_and_complete_the_case() {
    let (sandbox, agent, id) = with_case().await;
    let body = json!({ "contents": "done", "channel": "NOTE", "status_id": 41, "priority_id": 19 });
    let answer = agent
        .send(Method::POST, &format!("/cases/{id}/reply"), body)
        .await;
    assert_eq!(answer.json()["data"]["posts"][0]["contents"], "done");
    let case = sandbox.case(id).unwrap();
    assert_eq!(
        (case.status_type, case.priority.as_str()),
        (StatusType::Completed, "Urgent")
    );
    assert_eq!(sandbox.posts(id).len(), 2);
}

#[tokio::test]
async fn a_refused_reply_leaves_no_post() {
    let (sandbox, agent, id) = with_case().await;
    let body = json!({ "contents": "x", "channel": "NOTE", "status_id": 4 });
    assert_eq!(
        agent
            .send(Method::POST, &format!("/cases/{id}/reply"), body)
            .await
            .status,
        400
    );
    assert_eq!(sandbox.posts(id).len(), 1);
}

#[tokio::test]
async fn a_closed_case_is_final() {
    let (sandbox, agent, id) = with_case().await;
    let path = format!("/cases/{id}.json");
    assert_eq!(
        agent
            .send(Method::PUT, &path, json!({ "status_id": 58 }))
            .await
            .status,
        200
    );
    let answer = agent
        .send(Method::PUT, &path, json!({ "status_id": 23 }))
        .await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (400, "CASE_CLOSED")
    );
    let note = json!({ "contents": "x", "channel": "NOTE" });
    let reply = agent
        .send(Method::POST, &format!("/cases/{id}/reply.json"), note)
        .await;
    assert_eq!(reply.code(), "CASE_CLOSED");
    assert_eq!(sandbox.posts(id).len(), 1);
    let new_case = sandbox.customer_reply(id, "still broken").unwrap();
    assert_ne!(new_case, id);
}

#[tokio::test]
async fn tags_are_added_replaced_and_removed() {
    let (sandbox, agent, id) = with_case().await;
    let path = format!("/cases/{id}/tags.json");
    let steps = [
        (Method::POST, "vip, billing", vec!["vip", "billing"]),
        (Method::POST, "vip,eu", vec!["vip", "billing", "eu"]),
        (Method::DELETE, "vip", vec!["billing", "eu"]),
        (Method::PUT, "one", vec!["one"]),
    ];
    for (method, tags, expected) in steps {
        let answer = agent.send(method, &path, json!({ "tags": tags })).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(sandbox.case(id).unwrap().tags, expected);
    }
    let list = agent
        .send(Method::POST, &path, json!({ "tags": ["a"] }))
        .await;
    assert_eq!(list.code(), "FIELD_INVALID");
    let update = json!({ "tags": "x,y" });
    agent
        .send(Method::PUT, &format!("/cases/{id}.json"), update)
        .await;
    assert_eq!(
        sandbox.case(id).unwrap().tags,
        ["x", "y"],
        "an update replaces the list"
    );
}

#[tokio::test]
async fn forms_are_taken_like_json() {
    let (sandbox, agent, _) = with_case().await;
    let form = "subject=Gr%C3%BC%C3%9Fe&contents=a+b&requester_id=240&channel=NOTE&tags=one%2Ctwo\
                &field_values%5Balert%5D=a1&assigned_agent_id=219";
    let request = agent
        .call(Method::POST, "/cases")
        .header("content-type", "application/x-www-form-urlencoded");
    let answer = ask(request.body(form)).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let case = sandbox
        .case(answer.json()["data"]["id"].as_u64().unwrap())
        .unwrap();
    assert_eq!((case.subject.as_str(), case.tags.len()), ("Grüße", 2));
    assert_eq!(case.assignee, "Mina Sato");
    assert_eq!(answer.json()["data"]["custom_fields"][0]["value"], "a1");
}

#[tokio::test]
async fn posts_are_read_newest_first_filtered_and_page_by_page() {
    let (_sandbox, agent, id) = with_case().await;
    for number in 0..11 {
        let body = json!({ "contents": format!("n{number}"), "channel": "NOTE" });
        agent
            .send(Method::POST, &format!("/cases/{id}/reply.json"), body)
            .await;
    }
    let first = agent
        .get(&format!("/cases/{id}/posts.json?filters=NOTES"))
        .await
        .json();
    assert_eq!(
        (&first["data"][0]["contents"], &first["total_count"]),
        (&json!("n10"), &json!(12))
    );
    let next = first["next_url"].as_str().unwrap();
    assert!(next.contains("filters=NOTES"));
    let none = agent
        .get(&format!("/cases/{id}/posts.json?filters=MESSAGES"))
        .await
        .json();
    assert_eq!(none["total_count"], 0);
    assert!(none.get("next_url").is_none());
}

#[tokio::test]
async fn users_are_created_once_per_address() {
    let (_sandbox, agent, _) = with_case().await;
    let body = json!({ "full_name": "Ada", "email": "ada@customer.example", "role_id": 4 });
    let answer = agent.send(Method::POST, "/users.json", body.clone()).await;
    assert_eq!(answer.status, 201);
    let id = answer.json()["data"]["id"].as_u64().unwrap();
    assert_eq!(
        agent.send(Method::POST, "/users.json", body).await.status,
        409
    );
    let mut case = a_note();
    case["requester_id"] = json!(id);
    created(&agent, case).await;
}

#[tokio::test]
async fn a_trashed_case_leaves_the_list() {
    let (sandbox, agent, id) = with_case().await;
    let path = format!("/cases/{id}/trash.json");
    assert_eq!(agent.send(Method::PUT, &path, json!({})).await.status, 200);
    assert_eq!(sandbox.case(id).unwrap().state, "TRASH");
    assert_eq!(agent.get("/cases.json").await.json()["total_count"], 0);
}

#[tokio::test]
async fn creates_are_counted_by_subject() {
    let (sandbox, agent, _) = with_case().await;
    created(&agent, a_note()).await;
    assert_eq!(sandbox.created_count("s"), 2);
    assert_eq!(sandbox.created_count("other"), 0);
}
