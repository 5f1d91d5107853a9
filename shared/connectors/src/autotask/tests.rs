//! A scripted Autotask that remembers what it was asked, and the claims made of the connector.

mod budget;
mod check;
mod look_up;
mod operations;
mod repeat;
mod secrets;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use async_trait::async_trait;
use deskbridge_core::action::Action;
use deskbridge_core::connector::{Answer, Call, Connection, Connector, Done, Found, Prepared};
use deskbridge_core::http::{HttpRequest, HttpResponse, Method};
use deskbridge_core::link::{EntityRef, Link};
use deskbridge_core::ports::VendorHttp;
use deskbridge_core::secret::Credential;
use deskbridge_core::{Error, Result, Timestamp};
use serde_json::{Value, json};

use super::Autotask;

const USER: &str = "bridge@api.example.com";
const SECRET: &str = "correct-horse";
const CODE: &str = "EXAMPLETRACKINGIDENTIFIER";
/// 2023-11-14T22:13:20Z
const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/src/autotask/fixtures/",
            $name,
            ".json"
        ))
    };
}
use fixture;

/// One integration's Autotask, and what it is asked to do.
struct Desk {
    autotask: Autotask,
    http: Script,
    connection: Connection,
    credential: Credential,
    target: Option<EntityRef>,
    link: Option<Link>,
    now: Timestamp,
}

impl Desk {
    fn new() -> Self {
        let desk = Self {
            autotask: Autotask::default(),
            http: Script::default(),
            connection: connection(json!({})),
            credential: credential(),
            target: Some(super::ticket(128_926)),
            link: None,
            now: NOW,
        };
        let usual = [
            ("GET /zoneInformation", fixture!("api_zone")),
            ("GET /ThresholdInformation", fixture!("api_threshold")),
            (
                "GET /Tickets/entityInformation/fields",
                fixture!("api_ticket_fields"),
            ),
            (
                "GET /TicketNotes/entityInformation/fields",
                fixture!("api_note_fields"),
            ),
            ("POST /TicketCategories/query", fixture!("api_categories")),
            (
                "GET /TicketCategories/112/FieldDefaults",
                fixture!("api_field_defaults"),
            ),
            (
                "GET /TicketCategories/3/FieldDefaults",
                fixture!("api_no_field_defaults"),
            ),
            ("POST /Companies/query", fixture!("api_companies")),
            ("POST /Tickets", fixture!("api_created")),
            ("GET /Tickets/128926", fixture!("api_ticket")),
            ("PATCH /Tickets", fixture!("api_created")),
            ("POST /Tickets/128926/Notes", fixture!("api_created")),
            ("POST /Tickets/query", fixture!("api_tickets_by_key")),
            ("POST /TicketNotes/query", fixture!("api_nothing_found")),
        ];
        for (route, body) in usual {
            desk.answers(route, 200, body);
        }
        desk
    }

    fn answers(&self, route: &str, status: u16, body: &str) {
        self.http.will(route, Ok(answer(status, body)));
    }

    /// Replaces what was scripted for the route.
    fn answers_now(&self, route: &str, status: u16, body: &str) {
        self.http.answers.lock().unwrap().remove(route);
        self.answers(route, status, body);
    }

    fn fails(&self, route: &str, error: Error) {
        self.http.answers.lock().unwrap().remove(route);
        self.http.will(route, Err(error));
    }

    async fn run(&self, operation: &str, params: Value) -> Result<Done> {
        self.run_at(operation, params, NOW).await
    }

    async fn run_at(&self, operation: &str, params: Value, received: Timestamp) -> Result<Done> {
        let action = action(operation, params, received);
        let call = self.call(&action);
        let prepared = self.autotask.prepare(&call).await?;
        match self.autotask.send(&call, prepared).await? {
            Answer::Done(done) => Ok(done),
            Answer::Pending { handle } => panic!("pending: {handle}"),
        }
    }

    async fn prepare(&self, operation: &str, params: Value) -> Result<Prepared> {
        let action = action(operation, params, NOW);
        self.autotask.prepare(&self.call(&action)).await
    }

    async fn look_up(&self, operation: &str, params: Value) -> Result<Found> {
        let action = action(operation, params, NOW);
        self.autotask.look_up(&self.call(&action), None).await
    }

    fn call<'a>(&'a self, action: &'a Action) -> Call<'a> {
        let mut operations = self.autotask.operations().iter();
        Call {
            http: &self.http,
            now: self.now,
            connection: &self.connection,
            credential: &self.credential,
            operation: operations.find(|o| o.name == action.operation).unwrap(),
            action,
            target: self.target.as_ref(),
            link: self.link.as_ref(),
            first_sent_at: Some(NOW),
        }
    }

    fn routes(&self) -> Vec<String> {
        self.http.seen.lock().unwrap().iter().map(route).collect()
    }

    fn count(&self, wanted: &str) -> usize {
        let routes = self.routes();
        routes.iter().filter(|route| *route == wanted).count()
    }

    fn last_body(&self) -> Value {
        let seen = self.http.seen.lock().unwrap();
        serde_json::from_slice(seen.last().unwrap().body.as_deref().unwrap()).unwrap()
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
    fn will(&self, route: &str, answer: Result<HttpResponse>) {
        let mut answers = self.answers.lock().unwrap();
        let queue = answers.entry(route.to_owned()).or_default();
        queue.push_back(answer);
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

fn connection(settings: Value) -> Connection {
    Connection {
        connector: "autotask".into(),
        credential: Some("autotask-example".into()),
        look_up_wait: None,
        settings,
    }
}

fn credential() -> Credential {
    let fields = [
        ("user_name", USER),
        ("secret", SECRET),
        ("integration_code", CODE),
    ];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Credential::new("autotask-example", "1", fields)
}

fn action(operation: &str, params: Value, received_at: Timestamp) -> Action {
    Action {
        id: "act_0123456789abcdef0123456789abcdef".into(),
        event_id: "evt_1".into(),
        integration: "alerts".into(),
        rule: "tickets[0]".into(),
        config_version: 1,
        connector: "autotask".into(),
        operation: operation.into(),
        subject: EntityRef::new("alert", "series", "s1"),
        order_key: "o".into(),
        slot: None,
        params,
        received_at,
        creates: true,
        terms: deskbridge_core::action::Terms::default(),
    }
}

/// As `METHOD /path` below the version, without the query.
fn route(request: &HttpRequest) -> String {
    let lower = request.url.to_lowercase();
    let at = lower.find("/v1.0").unwrap() + "/v1.0".len();
    let path = request
        .url
        .get(at..)
        .unwrap_or_default()
        .split('?')
        .next()
        .unwrap_or_default();
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

fn show(request: &HttpRequest) -> Value {
    let headers = request.headers.iter().map(|(name, value)| match *name {
        "secret" => (*name, "[secret]"),
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
