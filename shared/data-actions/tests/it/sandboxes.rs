//! The real client against sandbox vendors: each type's sign-on, and actions as Genesys ships them.

use std::sync::Arc;
use std::time::Duration;

use deskbridge_clock::SystemClock;
use deskbridge_connectors::http::{Client, Targets};
use deskbridge_core::ports::{Clock as _, Secrets, Store};
use deskbridge_data_actions::{Execution, Finished, Runner};
use deskbridge_embedded::{Embedded, EmbeddedSecrets};
use deskbridge_testkit::sandbox::Fault;
use deskbridge_testkit::sandbox::salesforce::{self, Salesforce};
use deskbridge_testkit::sandbox::zendesk::{self, Zendesk};
use serde_json::{Value, json};

use crate::support::{error_type, stored};

pub(crate) struct Desk {
    runner: Runner,
    _data: tempfile::TempDir,
}

impl Desk {
    pub(crate) async fn new(settings: Value, credential: &[(&str, &str)]) -> Self {
        let data = tempfile::tempdir().unwrap();
        let embedded = Embedded::open(data.path(), Arc::new(SystemClock)).unwrap();
        let store: Arc<dyn Store> = embedded.store();
        store.put_integration(stored(settings), 0).await.unwrap();
        let fields = credential.iter();
        let fields = fields
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        let secrets: Arc<dyn Secrets> =
            Arc::new(EmbeddedSecrets::from_map([("main".to_owned(), fields)]));
        let http = Arc::new(Client::new(Targets::Any).unwrap());
        Self {
            runner: Runner::new(store, secrets, http, Arc::new(SystemClock)),
            _data: data,
        }
    }

    pub(crate) async fn run(
        &self,
        action: &str,
        input: Value,
        key: Option<&str>,
        within: Duration,
    ) -> Finished {
        let execution = Execution {
            integration: "crm".to_owned(),
            action: action.to_owned(),
            input,
            request_key: key.map(str::to_owned),
            deadline: SystemClock.now() + within,
            id: format!("call-{:?}", std::thread::current().id()),
            trace: true,
            flatten: false,
        };
        self.runner.run(&execution).await
    }
}

pub(crate) const SOON: Duration = Duration::from_secs(10);

async fn help_desk() -> (Zendesk, Desk) {
    let options = zendesk::Options::default();
    let (email, token) = (options.email.clone(), options.api_token.clone());
    let zendesk = Zendesk::start(options).await.unwrap();
    let settings = json!({"type": "zendesk", "credential": "main", "base_url": zendesk.url(), "actions": {
        "find-user": {
            "request": {"method": "GET", "url": "/api/v2/search.json?query=type:user%20phone:*$esc.url($input.PHONE_NUMBER.replace('+', ''))"},
            "response": {"values": {"ids": "$.results[*].id", "names": "$.results[*].name"}, "success": "{\"ids\": ${ids}, \"names\": ${names}}"},
            "input": {"PHONE_NUMBER": "string!"},
        },
        "create-ticket": {
            "request": {"method": "POST", "url": "/api/v2/tickets.json", "body": "{\"ticket\": {\"subject\": \"$esc.jsonString($input.subject)\", \"comment\": {\"body\": \"$esc.jsonString($input.body)\"}}}"},
            "response": {"values": {"id": "$.ticket.id"}, "success": "{\"id\": ${id}}"},
            "input": {"subject": "string!", "body": "string!"},
            "output": {"id": "integer!"},
        },
    }});
    let desk = Desk::new(settings, &[("userEmail", &email), ("apiToken", &token)]).await;
    (zendesk, desk)
}

#[tokio::test]
async fn zendesk_finds_a_user_by_phone() {
    let (_zendesk, desk) = help_desk().await;
    let finished = desk
        .run(
            "find-user",
            json!({"PHONE_NUMBER": "+4930123456"}),
            None,
            SOON,
        )
        .await;
    assert_eq!(
        finished.result.unwrap(),
        json!({"ids": [9017], "names": ["Ann \"A\" O'Hara"]})
    );
    let none = desk
        .run("find-user", json!({"PHONE_NUMBER": "+0000"}), None, SOON)
        .await;
    assert_eq!(
        none.result.unwrap(),
        json!({"ids": [], "names": []}),
        "nobody is no failure"
    );
}

#[tokio::test]
async fn a_ticket_is_made_once_however_often_its_key_is_used_and_whatever_breaks() {
    let (zendesk, desk) = help_desk().await;
    let input = json!({"subject": "Say \"hi\"", "body": "line 1\nline 2"});
    zendesk.script().on(
        "POST",
        "/api/v2/tickets.json",
        Fault::TooManyRequests {
            retry_after: Duration::from_secs(1),
        },
    );
    let first = desk
        .run("create-ticket", input.clone(), Some("c1"), SOON)
        .await
        .result
        .unwrap();
    let again = desk
        .run("create-ticket", input, Some("c1"), SOON)
        .await
        .result
        .unwrap();
    assert_eq!(first, again);
    let tickets = zendesk.tickets();
    assert_eq!(
        (tickets.len(), tickets[0].description.as_str()),
        (1, "line 1\nline 2")
    );
}

#[tokio::test]
async fn an_answer_that_is_lost_after_the_ticket_was_made_is_unknown_and_stays_one_ticket() {
    let (zendesk, desk) = help_desk().await;
    let input = json!({"subject": "s", "body": "b"});
    zendesk
        .script()
        .on("POST", "/api/v2/tickets.json", Fault::CommitThenReset);
    for _ in 0..2 {
        let finished = desk
            .run("create-ticket", input.clone(), Some("c2"), SOON)
            .await;
        assert_eq!(error_type(&finished), "OUTCOME_UNKNOWN");
    }
    assert_eq!(zendesk.tickets().len(), 1);
}

#[tokio::test]
async fn a_target_that_hangs_is_left_before_the_callers_deadline() {
    let (zendesk, desk) = help_desk().await;
    zendesk.script().on(
        "GET",
        "/api/v2/search.json",
        Fault::Delay(Duration::from_secs(60)),
    );
    let started = SystemClock.now();
    let finished = desk
        .run(
            "find-user",
            json!({"PHONE_NUMBER": "1"}),
            None,
            Duration::from_secs(1),
        )
        .await;
    assert_eq!(error_type(&finished), "TIMEOUT");
    assert!(
        SystemClock.now() < started + Duration::from_secs(1),
        "before, not at, the deadline"
    );
}

#[tokio::test]
async fn salesforce_logs_in_once_for_fifty_calls_and_again_when_its_session_ends() {
    let options = salesforce::Options::default();
    let (key, secret) = (options.client_id.clone(), options.client_secret.clone());
    let org = Salesforce::start(options).await.unwrap();
    let settings = json!({"type": "salesforce", "credential": "main", "login_url": org.url(), "actions": {"find": {
        "request": {"method": "GET", "url": "/services/data/v66.0/query?q=SELECT+Id,Name+FROM+Contact+WHERE+Name='$esc.url($input.name)'+LIMIT+1"},
        "response": {"values": {"name": "$.records[*].Name"}, "success": "{\"name\": ${successTemplateUtils.firstFromArray(\"${name}\", \"$esc.quote$esc.quote\")}}"},
    }}});
    let desk = Desk::new(settings, &[("clientId", &key), ("clientSecret", &secret)]).await;
    let calls = (0..50).map(|_| desk.run("find", json!({"name": "Bo"}), None, SOON));
    for finished in futures::future::join_all(calls).await {
        assert_eq!(finished.result.unwrap(), json!({"name": "Bo"}));
    }
    assert_eq!(org.logins(), 1);
    org.end_sessions();
    desk.run("find", json!({"name": "Bo"}), None, SOON)
        .await
        .result
        .unwrap();
    assert_eq!(org.logins(), 2);
    let hostile = desk
        .run("find", json!({"name": "x' OR Name='Bo"}), None, SOON)
        .await;
    assert_eq!(error_type(&hostile), "REQUEST_REFUSED");
    let escaped = desk
        .run("find", json!({"name": "Ann O\\'Hara"}), None, SOON)
        .await;
    assert_eq!(escaped.result.unwrap(), json!({"name": "Ann O'Hara"}));
}
