//! The built functions as processes, over MiniStack, with the events that AWS would hand them.

use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use deskbridge_aws::DynamoStore;
use deskbridge_aws::sdk::SdkConfig;
use deskbridge_aws::settings::{self, TableNames};
use deskbridge_core::Timestamp;
use deskbridge_core::dedup::key_hash;
use deskbridge_core::integration::Integration;
use deskbridge_core::ports::Store;
use deskbridge_lambda_host::Function;
use deskbridge_local::demo::sandbox::Sandbox;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::bench::{config, fresh_name};
use crate::create;
use crate::ministack::MiniStack;
use crate::or_skip;

/// The key in the events' addresses.
const KEY: &str = "key-of-an-example";
/// What no log line may hold: the key, the credentials, and words of the bodies.
const SECRET: [&str; 4] = [KEY, "canary", "testUser", "Case ID"];

pub(crate) struct Account {
    store: DynamoStore,
    sqs: aws_sdk_sqs::Client,
    pub(crate) environment: Vec<(&'static str, String)>,
    inbound: String,
    outbound: String,
    pub(crate) logs: tempfile::TempDir,
    sandbox: Sandbox,
}

impl Account {
    pub(crate) async fn fresh() -> Option<Self> {
        let ministack = MiniStack::shared()?;
        let config = config(ministack);
        let name = fresh_name();
        let dynamodb = aws_sdk_dynamodb::Client::new(&config);
        let sqs = aws_sdk_sqs::Client::new(&config);
        let tables = create::tables(&dynamodb, &name).await;
        let inbound = create::standard(&sqs, &name).await;
        let outbound = create::fifo(&sqs, &name).await;
        let prefix = format!("{name}/");
        write_secrets(&config, &prefix).await;
        let sandbox = Sandbox::start().await.unwrap();
        let store = DynamoStore::new(dynamodb, tables.clone());
        let integration = integration(&sandbox.document());
        store.put_integration(integration, 0).await.unwrap();
        let mut environment = tables_of(tables);
        environment.extend([
            (settings::ENDPOINT_URL, ministack.url.clone()),
            (settings::INBOUND_QUEUE, inbound.clone()),
            (settings::OUTBOUND_QUEUE, outbound.clone()),
            (settings::SECRET_PREFIX, prefix),
        ]);
        Some(Self {
            store,
            sqs,
            environment,
            inbound,
            outbound,
            logs: tempfile::tempdir().unwrap(),
            sandbox,
        })
    }

    pub(crate) async fn start(&self, function: &str) -> Function {
        let log = File::create(self.logs.path().join(function)).unwrap();
        let mut command = Command::new(bootstrap(function));
        command.stdout(Stdio::from(log.try_clone().unwrap()));
        command.stderr(Stdio::from(log));
        command.envs(self.environment.iter().cloned());
        Function::start(command).await.unwrap()
    }

    /// Invokes a function with events of its folder, and again; returns the answers.
    async fn invoke(&self, function: &str, events: &[&str]) -> Vec<Value> {
        let mut running = self.start(function).await;
        let mut answers = Vec::new();
        for name in events {
            let event = std::fs::read(event_file(function, name)).unwrap();
            let answer = running.invoke(event).await.unwrap();
            answers.push(serde_json::from_slice(&answer).unwrap());
        }
        running.stop().await.unwrap();
        answers
    }

    /// The lines that a function wrote: JSON, each of them, and nothing in them that is secret.
    pub(crate) fn log(&self, function: &str) -> Vec<Value> {
        let text = std::fs::read_to_string(self.logs.path().join(function)).unwrap();
        for secret in SECRET {
            assert!(!text.contains(secret), "{function} shows {secret}: {text}");
        }
        let lines = text.lines();
        let lines = lines.map(|line| match serde_json::from_str(line) {
            Ok(line) => line,
            Err(error) => panic!("{function}: {error}: {line}"),
        });
        lines.collect()
    }

    /// The metrics of each invocation.
    fn metrics(&self, function: &str) -> Vec<Value> {
        let mut lines = self.log(function);
        lines.retain(|line| line.get("_aws").is_some());
        lines
    }

    async fn waiting(&self, queue: &str) -> Vec<Value> {
        let received = self.sqs.receive_message().queue_url(queue);
        let received = received.max_number_of_messages(10).send().await.unwrap();
        let bodies = received.messages.unwrap_or_default().into_iter();
        bodies
            .map(|message| serde_json::from_str(&message.body.unwrap()).unwrap())
            .collect()
    }
}

#[tokio::test]
async fn a_webhook_is_stored_and_answered() {
    let account = or_skip!(Account::fresh().await);
    for (function, events) in [
        (
            "webhook-kayako",
            &["conversation_new", "conversation_new_base64"][..],
        ),
        ("webhook-opsgenie", &["alert_created"]),
    ] {
        let answers = account.invoke(function, events).await;
        for answer in &answers {
            assert_eq!(answer["statusCode"], 202, "{answer}");
            let body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
            assert_eq!(body["status"], "accepted", "{body}");
        }
        let waiting = account.waiting(&account.inbound).await;
        assert_eq!(waiting.len(), events.len(), "{function}");
        for metrics in account.metrics(function) {
            assert_eq!(metrics["Accepted"], 1, "{metrics}");
            assert_eq!(metrics["Function"], "under-test");
        }
        assert_eq!(account.metrics(function).len(), events.len());
    }
}

#[tokio::test]
async fn a_refused_webhook_is_logged_by_its_title_only() {
    let account = or_skip!(Account::fresh().await);
    let mut function = account.start("webhook-kayako").await;
    let event = std::fs::read_to_string(event_file("webhook-kayako", "conversation_new")).unwrap();
    let event = event.replace(KEY, "canary");
    let answer = function.invoke(event).await.unwrap();
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(answer["statusCode"], 404);
    function.stop().await.unwrap();
    let log = account.log("webhook-kayako");
    let refused = log.iter().find(|line| line["message"] == "Unknown address");
    let refused = refused.unwrap();
    assert_eq!(refused["status"], 404);
    assert_eq!(refused["connector.name"], "kayako");
    assert_eq!(account.metrics("webhook-kayako")[0]["Refused"], 1);
}

/// Nothing that was acknowledged may fail later for its size.
#[tokio::test]
async fn the_largest_bodies_are_stored_and_recorded_or_refused() {
    let account = or_skip!(Account::fresh().await);
    let mut webhook = account.start("webhook-kayako").await;
    let bytes = deskbridge_core::flow::receive::MAX_BODY_BYTES;
    let noise = noise(bytes - 200);
    let large = json!({"Case ID": "9", "Status": "New", "Subject": noise}).to_string();
    let answer = webhook.invoke(posted(&large)).await.unwrap();
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(answer["statusCode"], 202, "{answer}");
    let quotes = json!({"Subject": "\"".repeat((bytes - 100) / 2)}).to_string();
    let answer = webhook.invoke(posted(&quotes)).await.unwrap();
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(answer["statusCode"], 413, "{answer}");

    let envelope = account.waiting(&account.inbound).await.remove(0);
    let event = std::fs::read(event_file("evaluate", "one_conversation")).unwrap();
    let mut event: Value = serde_json::from_slice(&event).unwrap();
    event["Records"][0]["body"] = envelope.to_string().into();
    let mut evaluate = account.start("evaluate").await;
    let answer = evaluate.invoke(event.to_string()).await.unwrap();
    assert_eq!(answer, r#"{"batchItemFailures":[]}"#);
    let id = envelope["event_id"].as_str().unwrap();
    let recorded = account.store.event(id).await.unwrap().unwrap();
    assert!(recorded.body == large, "the body is not the one sent");
}

#[tokio::test]
async fn events_are_decided_and_what_cannot_be_read_comes_back() {
    let account = or_skip!(Account::fresh().await);
    let events = ["one_conversation", "one_good_one_unreadable"];
    let answers = account.invoke("evaluate", &events).await;
    assert_eq!(answers[0], json!({"batchItemFailures": []}));
    let unreadable = json!([{"itemIdentifier": "2e1424d4-f796-459a-8184-9c92662be6da"}]);
    assert_eq!(answers[1], json!({"batchItemFailures": unreadable}));
    let metrics = account.metrics("evaluate");
    assert_eq!((&metrics[0]["Applied"], metrics.len()), (&json!(1), 2));
    assert_eq!(metrics[1]["Returned"], 1);
    assert!(metrics[1]["OldestSeconds"].is_number(), "{}", metrics[1]);
    let actions = Value::Array(account.waiting(&account.outbound).await).to_string();
    let actions = actions.replace(&account.sandbox.kayako.url(), "https://john.kayako.com");
    let actions: Value = serde_json::from_str(&actions).unwrap();
    let file = std::fs::read(event_file("dispatch", "create_alert")).unwrap();
    let file: Value = serde_json::from_slice(&file).unwrap();
    let body = file["Records"][0]["body"].as_str().unwrap();
    let documented: Value = serde_json::from_str(body).unwrap();
    assert_eq!(actions[0], documented, "events/dispatch is out of date");
}

/// The sandbox vendor is on loopback, where the function must not call.
#[tokio::test]
async fn actions_are_taken_up_and_loopback_is_not_called() {
    let account = or_skip!(Account::fresh().await);
    let answers = account.invoke("dispatch", &["create_alert"; 2]).await;
    for answer in answers {
        assert_eq!(answer, json!({"batchItemFailures": []}));
    }
    let records = account
        .store
        .actions_of("evt_0123456789abcdef0123456789abcdef");
    let records = records.await.unwrap();
    assert_eq!(records.len(), 1);
    assert!(account.sandbox.opsgenie.alerts().is_empty());
    assert_eq!(account.metrics("dispatch").len(), 2);
}

#[tokio::test]
async fn a_sweep_says_how_much_was_due() {
    let account = or_skip!(Account::fresh().await);
    let answers = account.invoke("sweep", &["every_minute"; 2]).await;
    assert_eq!(answers, [json!({"due": 0}), json!({"due": 0})]);
    for metrics in account.metrics("sweep") {
        assert_eq!(metrics["Due"], 0);
    }
}

#[tokio::test]
async fn a_poll_says_how_much_it_fetched() {
    let account = or_skip!(Account::fresh().await);
    let answers = account.invoke("poll", &["every_minute"; 2]).await;
    let nothing = json!({"pages": 0, "events": 0});
    assert_eq!(answers, [nothing.clone(), nothing]);
    for metrics in account.metrics("poll") {
        assert_eq!(
            (&metrics["Pages"], &metrics["Polled"]),
            (&json!(0), &json!(0))
        );
    }
}

#[tokio::test]
async fn the_first_token_opens_the_management_api_and_no_log_shows_it() {
    let account = or_skip!(Account::fresh().await);
    let mut function = account.start("admin").await;
    let mut invoke = async |event: Value| -> Value {
        let answer = function.invoke(event.to_string()).await.unwrap();
        serde_json::from_slice(&answer).unwrap()
    };
    let event = |name: &str, token: &str| -> Value {
        let event = std::fs::read_to_string(event_file("admin", name)).unwrap();
        serde_json::from_str(&event.replace("dbt_of-an-example", token)).unwrap()
    };
    let refused = invoke(event("list", "dbt_of-an-example")).await;
    assert_eq!(refused["statusCode"], 401, "{refused}");
    let made = invoke(event("new_token", "")).await;
    let token = made["token"].as_str().unwrap();
    let listed = invoke(event("list", token)).await;
    assert_eq!(listed["statusCode"], 200, "{listed}");
    assert_eq!(listed["headers"]["content-type"], "application/json");
    let body: Value = serde_json::from_str(listed["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["integrations"][0]["name"], "support-alerts");
    let set = invoke(event("set_credential", token)).await;
    assert_eq!(set["statusCode"], 200, "{set}");
    let body: Value = serde_json::from_str(set["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["fields"], json!(["api_key"]));
    let log = std::fs::read_to_string(account.logs.path().join("admin")).unwrap();
    assert!(!log.contains(token) && !log.contains("an-example"), "{log}");
    account.log("admin");
}

#[tokio::test]
async fn a_function_that_is_told_nothing_says_what_is_missing() {
    let account = or_skip!(Account::fresh().await);
    let mut nowhere = account;
    nowhere
        .environment
        .retain(|(name, _)| *name != settings::STATE_TABLE);
    let mut function = nowhere.start("evaluate").await;
    assert!(function.idle().await.is_err());
    let log = nowhere.logs.path().join("evaluate");
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains(settings::STATE_TABLE), "{log}");
}

#[test]
fn every_function_has_events() {
    let folders = |path: &str| -> HashSet<_> {
        let entries = std::fs::read_dir(repository().join(path)).unwrap();
        entries.map(|entry| entry.unwrap().file_name()).collect()
    };
    assert_eq!(folders("functions"), folders("events"));
}

fn posted(body: &str) -> String {
    let event = std::fs::read(event_file("webhook-kayako", "conversation_new")).unwrap();
    let mut event: Value = serde_json::from_slice(&event).unwrap();
    event["body"] = body.into();
    event.to_string()
}

/// Letters that no packing makes much shorter.
fn noise(bytes: usize) -> String {
    let mut state = 1_u64;
    let next = |_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        char::from(b'#' + u8::try_from((state >> 33) % 57).unwrap())
    };
    (0..bytes).map(next).collect()
}

fn integration(document: &str) -> Integration {
    Integration {
        spec: serde_saphyr::from_str(document).unwrap(),
        version: 1,
        key_hashes: vec![key_hash(KEY)],
        tenants: Vec::new(),
        file: None,
        keys_chosen: false,
        deleted_at: None,
        updated_at: Timestamp::from_millis(1_795_312_800_000),
        live_since: Timestamp::from_millis(1_795_312_800_000),
    }
}

fn tables_of(tables: TableNames) -> Vec<(&'static str, String)> {
    vec![
        (settings::INTEGRATIONS_TABLE, tables.integrations),
        (settings::STATE_TABLE, tables.state),
        (settings::HISTORY_TABLE, tables.history),
    ]
}

async fn write_secrets(config: &SdkConfig, prefix: &str) {
    let client = aws_sdk_secretsmanager::Client::new(config);
    for (name, document) in [
        (
            "kayako-john",
            json!({"email": "canary@example.com", "password": "canary-password"}),
        ),
        ("opsgenie-support", json!({"api_key": "canary-api-key"})),
    ] {
        let create = client.create_secret().name(format!("{prefix}{name}"));
        let create = create.secret_string(document.to_string());
        create.send().await.unwrap();
    }
}

/// Beside this test's own binary: `test.sh` builds it first.
fn bootstrap(function: &str) -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let profile = own.parent().and_then(Path::parent).unwrap();
    let bootstrap = profile.join(function);
    assert!(
        bootstrap.exists(),
        "build it first: cargo build --workspace"
    );
    bootstrap
}

fn event_file(function: &str, name: &str) -> PathBuf {
    let folder = repository().join("events").join(function);
    folder.join(format!("{name}.json"))
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
