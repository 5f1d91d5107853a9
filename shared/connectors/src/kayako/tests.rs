//! A scripted Kayako that remembers what it was asked, and the claims made of the connector.

mod check;
mod login;
mod look_up;
mod operations;
mod secrets;
mod webhook;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use async_trait::async_trait;
use deskbridge_core::action::Action;
use deskbridge_core::connector::{Answer, Call, Connection, Connector, Done, Found, Prepared};
use deskbridge_core::http::{HttpRequest, HttpResponse, Method};
use deskbridge_core::link::EntityRef;
use deskbridge_core::ports::VendorHttp;
use deskbridge_core::secret::Credential;
use deskbridge_core::{Error, Result, Timestamp};
use serde_json::{Value, json};

use super::Kayako;

const EMAIL: &str = "bridge@example.com";
const PASSWORD: &str = "correct horse";
const SESSION: &str = "example-session-1";
const CSRF: &str = "example-csrf-1";
/// 2023-11-14T22:13:20Z
const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/src/kayako/fixtures/",
            $name,
            ".json"
        ))
    };
}
use fixture;

/// One integration's Kayako, and what it is asked to do.
struct Desk {
    kayako: Kayako,
    http: Script,
    connection: Connection,
    credential: Credential,
    target: Option<EntityRef>,
}

impl Desk {
    fn new() -> Self {
        let desk = Self {
            kayako: Kayako::default(),
            http: Script::default(),
            connection: connection(json!({"subdomain": "john"})),
            credential: credential("1"),
            target: Some(EntityRef::new("kayako", "conversation", "9")),
        };
        desk.http.will("GET /me.json", logged_in(SESSION));
        desk.answers("GET /cases/statuses.json", 200, fixture!("api_statuses"));
        desk.answers(
            "GET /cases/priorities.json",
            200,
            fixture!("api_priorities"),
        );
        desk.answers("GET /teams.json", 200, fixture!("api_teams"));
        desk.answers("GET /autocomplete/emails.json", 200, fixture!("api_emails"));
        desk.answers("GET /autocomplete/users.json", 200, fixture!("api_users"));
        desk.answers("GET /cases/channels.json", 200, fixture!("api_channels"));
        desk.answers(
            "GET /cases/9/reply/channels.json",
            200,
            fixture!("api_channels"),
        );
        desk.answers("GET /cases/9.json", 200, fixture!("api_case"));
        desk.answers("GET /cases/9/posts.json", 200, fixture!("api_notes"));
        desk.answers("GET /cases.json", 200, fixture!("api_cases_by_tag"));
        desk.answers("POST /cases.json", 201, fixture!("api_case_created"));
        desk.answers("POST /cases/9/reply.json", 201, fixture!("api_replied"));
        desk.answers("PUT /cases/9.json", 200, fixture!("api_case"));
        desk.answers("POST /cases/9/tags.json", 201, fixture!("api_tags"));
        desk.answers("DELETE /cases/9/tags.json", 200, fixture!("api_tags"));
        desk
    }

    fn answers(&self, route: &str, status: u16, body: &str) {
        self.http.will(route, answer(status, body));
    }

    fn forget(&self, route: &str) {
        self.http.answers.lock().unwrap().remove(route);
    }

    async fn prepare(&self, operation: &str, params: Value) -> Result<Prepared> {
        let action = action(operation, params);
        self.kayako.prepare(&self.call(&action)).await
    }

    async fn run(&self, operation: &str, params: Value) -> Result<Done> {
        let action = action(operation, params);
        let call = self.call(&action);
        let prepared = self.kayako.prepare(&call).await?;
        match self.kayako.send(&call, prepared).await? {
            Answer::Done(done) => Ok(done),
            Answer::Pending { handle } => panic!("pending: {handle}"),
        }
    }

    async fn look_up(&self, operation: &str, params: Value) -> Result<Found> {
        let action = action(operation, params);
        self.kayako.look_up(&self.call(&action), None).await
    }

    fn call<'a>(&'a self, action: &'a Action) -> Call<'a> {
        let mut operations = self.kayako.operations().iter();
        Call {
            http: &self.http,
            now: NOW,
            connection: &self.connection,
            credential: &self.credential,
            operation: operations.find(|o| o.name == action.operation).unwrap(),
            action,
            target: self.target.as_ref(),
            link: None,
            first_sent_at: Some(NOW),
        }
    }

    /// Returns the requests so far as `METHOD /path`, without the query.
    fn routes(&self) -> Vec<String> {
        self.http.seen.lock().unwrap().iter().map(route).collect()
    }

    fn count(&self, wanted: &str) -> usize {
        self.routes()
            .iter()
            .filter(|route| *route == wanted)
            .count()
    }

    fn last(&self) -> HttpRequest {
        self.http.seen.lock().unwrap().last().unwrap().clone()
    }

    fn last_body(&self) -> Value {
        serde_json::from_slice(&self.last().body.unwrap()).unwrap()
    }

    fn assert_requests(&self, name: &str) {
        let seen = self.http.seen.lock().unwrap();
        let shown: Vec<_> = seen.iter().map(show).collect();
        assert_snapshot(name, &json!(shown));
    }
}

/// Compares with what is kept under `snapshots/`; here, so that all of them lie beside this file.
fn assert_snapshot(name: &str, shown: &Value) {
    insta::assert_json_snapshot!(name, shown);
}

/// Answers by route, each answer once and the last one for ever.
#[derive(Default)]
struct Script {
    answers: Mutex<BTreeMap<String, VecDeque<Result<HttpResponse>>>>,
    seen: Mutex<Vec<HttpRequest>>,
}

impl Script {
    fn will(&self, route: &str, answer: HttpResponse) {
        self.will_all(route, Ok(answer));
    }

    fn will_fail(&self, route: &str, error: Error) {
        self.will_all(route, Err(error));
    }

    fn will_all(&self, route: &str, answer: Result<HttpResponse>) {
        let mut answers = self.answers.lock().unwrap();
        answers
            .entry(route.to_owned())
            .or_default()
            .push_back(answer);
    }
}

#[async_trait]
impl VendorHttp for Script {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        let route = route(&request);
        self.seen.lock().unwrap().push(request);
        let mut answers = self.answers.lock().unwrap();
        let queue = answers.get_mut(&route);
        let queue = queue.unwrap_or_else(|| panic!("nothing is scripted for {route}"));
        if queue.len() > 1 {
            queue.pop_front().unwrap()
        } else {
            queue.front().unwrap().clone()
        }
    }
}

fn answer(status: u16, body: &str) -> HttpResponse {
    HttpResponse {
        status,
        headers: vec![("content-type".into(), "application/json".into())],
        body: body.into(),
    }
}

fn logged_in(session: &str) -> HttpResponse {
    let mut answer = answer(200, &fixture!("api_me").replace(SESSION, session));
    let csrf = session.replace("session", "csrf");
    answer.headers.push(("x-csrf-token".into(), csrf));
    answer
}

fn connection(settings: Value) -> Connection {
    Connection {
        connector: "kayako".into(),
        credential: Some("kayako-john".into()),
        look_up_wait: None,
        settings,
    }
}

fn credential(version: &str) -> Credential {
    let fields = [("email", EMAIL), ("password", PASSWORD)];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Credential::new("kayako-john", version, fields)
}

fn action(operation: &str, params: Value) -> Action {
    Action {
        id: "act_0123456789abcdef0123456789abcdef".into(),
        event_id: "evt_1".into(),
        integration: "support-alerts".into(),
        rule: "send_alert_updates[0]".into(),
        config_version: 1,
        connector: "kayako".into(),
        operation: operation.into(),
        subject: EntityRef::new("opsgenie", "alert", "a1"),
        order_key: "o".into(),
        slot: None,
        params,
        received_at: NOW,
        creates: false,
        terms: deskbridge_core::action::Terms::default(),
    }
}

fn route(request: &HttpRequest) -> String {
    let (_, path) = request.url.split_once("/api/v1").unwrap();
    let path = path.split('?').next().unwrap_or_default();
    format!("{} {path}", word(request.method))
}

fn word(method: Method) -> &'static str {
    match method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    }
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    let found = request.headers.iter().find(|(key, _)| *key == name);
    found.map(|(_, value)| value.as_str())
}

fn show(request: &HttpRequest) -> Value {
    let headers = request.headers.iter().map(|(name, value)| match *name {
        "authorization" => (*name, "Basic [e-mail and password]"),
        name => (name, value.as_str()),
    });
    let headers: BTreeMap<_, _> = headers.collect();
    let body = request.body.as_deref();
    json!({
        "request": format!("{} {}", word(request.method), request.url),
        "call": request.call,
        "headers": headers,
        "body": body.map_or(Value::Null, |body| serde_json::from_slice(body).unwrap()),
    })
}
