//! Kayako's conventions: log-in, sessions, envelopes, lists.

use std::time::Duration;

use deskbridge_testkit::sandbox::Fault;
use deskbridge_testkit::sandbox::kayako::{Kayako, LogIn, Options, Product};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::json;

use crate::support::{Answer, ask, client, kayako};

/// A logged-in caller.
pub(crate) struct Agent {
    url: String,
    http: Client,
    session: String,
    csrf: String,
}

impl Agent {
    pub(crate) async fn log_in(sandbox: &Kayako) -> Self {
        let answer = ask(me(sandbox)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        Self {
            url: sandbox.url(),
            http: client(),
            session: answer.json()["session_id"].as_str().unwrap().to_owned(),
            csrf: answer.header("x-csrf-token").unwrap().to_owned(),
        }
    }

    pub(crate) fn call(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self
            .http
            .request(method, format!("{}/api/v1{path}", self.url));
        request
            .header("x-session-id", &self.session)
            .header("x-csrf-token", &self.csrf)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        ask(self.call(Method::GET, path)).await
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: serde_json::Value) -> Answer {
        let request = self
            .call(method, path)
            .header("content-type", "application/json");
        ask(request.body(body.to_string())).await
    }
}

pub(crate) fn me(sandbox: &Kayako) -> RequestBuilder {
    let options = Options::default();
    let request = client().get(format!("{}/api/v1/me.json", sandbox.url()));
    request.basic_auth(options.email, Some(options.password))
}

#[tokio::test]
async fn a_password_opens_a_session_and_says_that_it_did() {
    let sandbox = kayako().await;
    let answer = ask(me(&sandbox)).await;
    assert_eq!(
        (&answer.json()["data"]["id"], &answer.json()["resource"]),
        (&json!(207), &json!("user"))
    );
    assert_eq!(answer.json()["logs"][0]["level"], "NOTICE");
    let agent = Agent::log_in(&sandbox).await;
    let next = agent.get("/me").await;
    assert_eq!(next.status, 200, "paths work without .json");
    assert!(next.json().get("session_id").is_none());
    assert_eq!(sandbox.sessions_opened(), 2);
}

#[tokio::test]
async fn writes_need_the_csrf_token_unless_it_was_switched_off() {
    let sandbox = kayako().await;
    let agent = Agent::log_in(&sandbox).await;
    let note = json!({ "subject": "s", "contents": "c", "requester_id": 207, "channel": "NOTE" });
    let url = format!("{}/api/v1/cases.json", sandbox.url());
    let post = |session: &str| {
        let request = client().post(&url).header("x-session-id", session);
        request
            .header("content-type", "application/json")
            .body(note.to_string())
    };
    let refused = ask(post(&agent.session)).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (403, "CSRF_FAILED")
    );
    assert_eq!(
        agent
            .send(Method::POST, "/cases.json", note.clone())
            .await
            .status,
        201
    );
    let free = ask(me(&sandbox).header("x-csrf", "false")).await;
    assert!(free.header("x-csrf-token").is_none());
    let session = free.json()["session_id"].as_str().unwrap().to_owned();
    assert_eq!(ask(post(&session)).await.status, 201);
}

#[tokio::test]
async fn a_dead_session_gets_454() {
    let sandbox = kayako().await;
    let agent = Agent::log_in(&sandbox).await;
    sandbox.expire_sessions();
    let answer = agent.get("/cases.json").await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (454, "SESSION_NOT_FOUND")
    );
}

#[tokio::test]
async fn log_ins_that_need_a_person_get_403_with_a_code() {
    let sandbox = kayako().await;
    let cases = [
        (LogIn::OtpExpected, "OTP_EXPECTED"),
        (LogIn::CredentialExpired, "CREDENTIAL_EXPIRED"),
    ];
    for (log_in, code) in cases {
        sandbox.set_log_in(log_in);
        let answer = ask(me(&sandbox)).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, code));
        assert!(answer.json()["auth_token"].is_string());
    }
    sandbox.set_log_in(LogIn::Works);
    sandbox.set_password("changed");
    assert_eq!(ask(me(&sandbox)).await.status, 401);
    let nobody = client().get(format!("{}/api/v1/cases.json", sandbox.url()));
    assert_eq!(ask(nobody).await.status, 401);
}

#[tokio::test]
async fn too_many_requests_name_the_seconds_to_wait() {
    let sandbox = kayako().await;
    let retry_after = Duration::from_secs(59);
    sandbox
        .script()
        .on("GET", "/me", Fault::TooManyRequests { retry_after });
    let answer = ask(me(&sandbox)).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (429, "RATE_LIMIT_REACHED")
    );
    assert_eq!(answer.header("retry-after"), Some("59"));
}

#[tokio::test]
async fn lists_of_ids_are_unusual_and_name_their_types() {
    let sandbox = kayako().await;
    let agent = Agent::log_in(&sandbox).await;
    let statuses = agent.get("/cases/statuses.json").await.json();
    let kinds: Vec<_> = statuses["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["type"])
        .collect();
    assert_eq!(
        kinds,
        ["NEW", "OPEN", "PENDING", "COMPLETED", "CLOSED", "CUSTOM"]
    );
    assert_eq!(statuses["data"][3]["id"], 41);
    let priorities = agent.get("/cases/priorities").await.json();
    assert_eq!(
        (
            &priorities["data"][3]["label"],
            &priorities["data"][3]["level"]
        ),
        (&json!("Urgent"), &json!(4))
    );
    assert_eq!(
        agent.get("/cases/types.json").await.json()["total_count"],
        2
    );
    assert_eq!(
        agent.get("/teams.json").await.json()["data"][0]["title"],
        "General"
    );
    let user = agent.get("/users.json?email=mina@example.com").await.json();
    assert_eq!(
        (&user["data"][0]["id"], &user["total_count"]),
        (&json!(219), &json!(1))
    );
    let channels = agent.get("/cases/channels.json").await.json();
    assert_eq!(
        (
            &channels["data"][0]["type"],
            &channels["data"][0]["account"]["id"]
        ),
        (&json!("MAIL"), &json!(617))
    );
}

#[tokio::test]
async fn cases_are_listed_newest_first_with_tags_only_on_request() {
    let sandbox = kayako().await;
    let agent = Agent::log_in(&sandbox).await;
    for number in 0..12 {
        let id = sandbox
            .human_create_case("Jonas Weber", &format!("s{number}"), "c")
            .unwrap();
        sandbox.human_set_tags(id, &["vip", "eu"]);
    }
    let page = agent.get("/cases.json").await.json();
    assert_eq!(
        (&page["total_count"], &page["limit"]),
        (&json!(12), &json!(10))
    );
    assert_eq!(page["data"].as_array().unwrap().len(), 10);
    assert_eq!(page["data"][0]["subject"], "s11");
    assert!(page["data"][0].get("tags").is_none());
    assert_eq!(
        page["data"][0]["status"],
        json!({ "id": 11, "resource_type": "case_status" })
    );
    let next = page["next_url"]
        .as_str()
        .unwrap()
        .replace(&format!("{}/api/v1", sandbox.url()), "");
    assert_eq!(agent.get(&next).await.json()["data"][1]["subject"], "s0");
    let rich = agent
        .get("/cases/9.json?fields=%2Btags&include=case_status,user")
        .await
        .json();
    assert_eq!(
        (
            &rich["data"]["tags"][1]["name"],
            &rich["data"]["status"]["type"]
        ),
        (&json!("eu"), &json!("NEW"))
    );
    assert_eq!(rich["data"]["requester"]["full_name"], "Jonas Weber");
}

#[tokio::test]
async fn unserved_media_types_methods_and_paths_are_told_apart() {
    let sandbox = kayako().await;
    let agent = Agent::log_in(&sandbox).await;
    let xml = agent
        .call(Method::GET, "/cases.json")
        .header("accept", "text/xml");
    assert_eq!(ask(xml).await.status, 406);
    assert_eq!(
        agent
            .send(Method::DELETE, "/cases/9.json", json!({}))
            .await
            .status,
        405
    );
    assert_eq!(
        agent.get("/cases/999.json").await.code(),
        "RESOURCE_NOT_FOUND"
    );
}

#[tokio::test]
async fn the_classic_product_has_no_json_api() {
    let sandbox = kayako().await;
    sandbox.set_product(Product::Classic);
    let answer = ask(me(&sandbox)).await;
    assert_eq!(answer.status, 404);
    assert!(
        answer
            .header("content-type")
            .unwrap()
            .starts_with("text/html")
    );
    let xml = ask(client().get(format!("{}/api/index.php?e=/Core/TestAPI", sandbox.url()))).await;
    assert!(xml.text.starts_with("<?xml"));
}
