//! Webhooks through all three functions, between the sandbox vendors, and every request counted.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use deskbridge_aws::lambda::Time;
use deskbridge_aws::lambda::batch::SqsEvent;
use deskbridge_aws::lambda::dispatch::dispatch_batch;
use deskbridge_aws::lambda::evaluate::evaluate_batch;
use deskbridge_aws::lambda::metrics::Metrics;
use deskbridge_aws::sdk::SdkConfig;
use deskbridge_aws::secrets_manager::FRESH;
use deskbridge_aws::{DynamoStore, SecretsManagerSecrets, SqsQueue};
use deskbridge_connectors::http::{Client, Targets};
use deskbridge_core::Timestamp;
use deskbridge_core::dedup::key_hash;
use deskbridge_core::flow::directory::Directory;
use deskbridge_core::flow::dispatch::{CredentialStates, Dispatch};
use deskbridge_core::flow::evaluate::Evaluate;
use deskbridge_core::flow::receive::{Keyring, Receive, WebhookRequest};
use deskbridge_core::integration::{History, Integration};
use deskbridge_core::ports::{Clock, Queue, Secrets, Store};
use deskbridge_local::demo::kayako_opsgenie::example;
use deskbridge_local::demo::sandbox::Sandbox;
use deskbridge_testkit::clock::ManualClock;
use serde_json::{Value, json};

use crate::bench::{config, fresh_name};
use crate::create;
use crate::ministack::MiniStack;
use crate::or_skip;
use crate::requests::Counter;

const OPSGENIE: &str = "opsgenie-support";
const KEY: &str = "key-of-the-test";
/// A batch's messages, as the event source mapping takes them.
const BATCH: usize = 10;

struct Deployed {
    sandbox: Sandbox,
    requests: Counter,
    clock: Arc<ManualClock>,
    receive: Receive,
    evaluate: Evaluate,
    dispatch: Dispatch,
    inbound: Arc<SqsQueue>,
    outbound: Arc<SqsQueue>,
    config: SdkConfig,
    prefix: String,
}

impl Deployed {
    async fn start() -> Option<Self> {
        Self::start_with(History::Full).await
    }

    async fn start_with(history: History) -> Option<Self> {
        let config = config(MiniStack::shared()?);
        let requests = Counter::default();
        let sandbox = Sandbox::start().await.unwrap();
        sandbox.opsgenie.set_processing_delay(Duration::ZERO);
        let now = Timestamp::from_millis(1_790_000_000_000);
        let clock = Arc::new(ManualClock::new(now));
        let time: Arc<dyn Clock> = Arc::clone(&clock) as _;
        let store = store(&config, &requests).await;
        let (inbound, outbound) = queues(&config, &requests).await;
        let (secrets, prefix) = secrets(&config, &requests, Arc::clone(&time)).await;
        let connectors = deskbridge_connectors::all();
        let directory = Arc::new(Directory::new(
            Arc::clone(&store),
            Arc::clone(&time),
            connectors.clone(),
            deskbridge_kinds::compile,
        ));
        let mut integration = integration(&sandbox, now);
        integration.spec.history = history;
        store.put_integration(integration, 0).await.unwrap();
        Some(Self {
            receive: Receive {
                directory: Arc::clone(&directory),
                connectors: connectors.clone(),
                inbound: Arc::clone(&inbound) as _,
                secrets: Arc::clone(&secrets),
                clock: Arc::clone(&time),
                keys: Keyring::default(),
            },
            evaluate: Evaluate {
                directory: Arc::clone(&directory),
                connectors: connectors.clone(),
                store: Arc::clone(&store),
                outbound: Arc::clone(&outbound) as _,
            },
            dispatch: Dispatch {
                credentials: CredentialStates::default(),
                directory,
                connectors,
                store,
                outbound: Arc::clone(&outbound) as _,
                inbound: Arc::clone(&inbound) as _,
                secrets,
                clock: time,
                http: Arc::new(Client::new(Targets::Any).unwrap()),
            },
            sandbox,
            requests,
            clock,
            inbound,
            outbound,
            config,
            prefix,
        })
    }

    async fn post(&self, conversation: usize) {
        let mut body = example();
        body["Case ID"] = conversation.to_string().into();
        let request = WebhookRequest {
            connector: "kayako".to_owned(),
            key: KEY.to_owned(),
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: body.to_string().into_bytes(),
            request_id: format!("request {conversation}"),
        };
        let answer = self.receive.receive(request).await;
        assert_eq!(answer.unwrap().http_status, 202);
    }

    /// What the event source mapping does: it is not counted.
    async fn batch(&self, queue: &SqsQueue) -> SqsEvent {
        let before = self.requests.take();
        let mut records = Vec::new();
        loop {
            let received = queue.receive(BATCH, Duration::from_secs(90)).await.unwrap();
            if received.is_empty() {
                break;
            }
            for delivery in received {
                records.push(json!({"messageId": delivery.receipt, "body": delivery.body}));
                queue.delete(&delivery.receipt).await.unwrap();
            }
        }
        self.requests.take();
        assert_eq!(before, [] as [String; 0], "count these first");
        serde_json::from_value(json!({ "Records": records })).unwrap()
    }

    async fn set_api_key(&self, api_key: &str) {
        let client = aws_sdk_secretsmanager::Client::new(&self.config);
        let document = json!({ "api_key": api_key }).to_string();
        let put = client.put_secret_value().secret_string(document);
        let put = put.secret_id(format!("{}{OPSGENIE}", self.prefix));
        put.send().await.unwrap();
    }

    async fn api_key(&self) -> String {
        let credential = self.dispatch.secrets.credential(OPSGENIE).await;
        credential.unwrap().field("api_key").unwrap().to_owned()
    }

    /// Has the key kept that stands now, in place of an older one.
    async fn keep_api_key(&self) {
        self.clock.advance(FRESH);
        self.api_key().await;
    }

    /// Brings one webhook to its action's end, or rest.
    async fn dispatched(&self, conversation: usize) -> Metrics {
        self.post(conversation).await;
        self.requests.take();
        let event = self.batch(&self.inbound).await;
        let time = Time::new(&*self.clock, self.time());
        let (failed, _) = evaluate_batch(&self.evaluate, event, &time).await;
        assert_eq!(failed.batch_item_failures, []);
        self.requests.take();
        let event = self.batch(&self.outbound).await;
        let (failed, metrics) = dispatch_batch(&self.dispatch, event, &time).await;
        assert_eq!(failed.batch_item_failures, []);
        metrics
    }

    fn time(&self) -> Timestamp {
        self.clock.now() + Duration::from_secs(900)
    }

    async fn run(&self, conversations: std::ops::Range<usize>) -> Counted {
        let count = conversations.len() as u64;
        for conversation in conversations {
            self.post(conversation).await;
        }
        let receive = self.requests.take();
        let event = self.batch(&self.inbound).await;
        let time = Time::new(&*self.clock, self.time());
        let (failed, metrics) = evaluate_batch(&self.evaluate, event, &time).await;
        assert_eq!(failed.batch_item_failures, []);
        assert_eq!(metrics.of("Applied"), count);
        let evaluate = self.requests.take();
        let event = self.batch(&self.outbound).await;
        let (failed, metrics) = dispatch_batch(&self.dispatch, event, &time).await;
        assert_eq!(failed.batch_item_failures, []);
        assert_eq!(metrics.of("Delivered"), count);
        let dispatch = self.requests.take();
        Counted([
            ("receive", receive),
            ("evaluate", evaluate),
            ("dispatch", dispatch),
        ])
    }
}

struct Counted([(&'static str, Vec<String>); 3]);

impl Counted {
    fn show(&self) {
        for (function, requests) in &self.0 {
            let mut by_name = BTreeMap::<_, usize>::new();
            for request in requests {
                *by_name.entry(request).or_default() += 1;
            }
            println!("{function}: {by_name:?}");
        }
    }

    fn of(&self, operation: &str) -> usize {
        let all = self.0.iter().flat_map(|(_, requests)| requests);
        all.filter(|name| *name == operation).count()
    }

    /// What does not depend on how much the ledger keeps.
    fn assert_shared_steps(&self) {
        assert_eq!(self.of("SendMessage"), BATCH);
        assert_eq!(self.of("SendMessageBatch"), 1);
        let claims_and_settles = 1 + BATCH;
        assert_eq!(self.of("TransactWriteItems"), claims_and_settles);
        assert_eq!(self.of("BatchGetItem"), 2, "the subjects, at each step");
        assert_eq!(self.of("GetSecretValue"), 0, "kept");
        assert_eq!(self.of("GetItem"), 0, "nothing is read again");
    }

    /// Requests for each webhook, with those of the two event source mappings: a receive and a batched
    /// delete for each batch of each queue.
    fn for_each(&self) -> f64 {
        let of_mappings = 2 * 2;
        let ours: usize = self.0.iter().map(|(_, requests)| requests.len()).sum();
        let for_each = (ours + of_mappings) as f64 / BATCH as f64;
        println!("{for_each} requests for each, the mappings' {of_mappings} included");
        for_each
    }
}

#[tokio::test]
async fn a_webhook_becomes_an_alert_and_every_request_is_counted() {
    let deployed = or_skip!(Deployed::start().await);
    deployed.requests.take();
    deployed.run(1..2).await;
    let counted = deployed.run(10..10 + BATCH).await;
    println!("{BATCH} webhooks with one action each, warm:");
    counted.show();
    assert_eq!(deployed.sandbox.opsgenie.alerts().len(), 1 + BATCH);
    assert_eq!(counted.of("PutItem"), BATCH, "one for each event");
    counted.assert_shared_steps();
    assert!(counted.for_each() <= 4.5);
}

#[tokio::test]
async fn without_events_in_the_ledger_an_action_costs_a_request_less() {
    let deployed = or_skip!(Deployed::start_with(History::Outcomes).await);
    deployed.requests.take();
    deployed.run(1..2).await;
    let counted = deployed.run(10..10 + BATCH).await;
    println!("{BATCH} webhooks with one action each, outcomes only, warm:");
    counted.show();
    assert_eq!(deployed.sandbox.opsgenie.alerts().len(), 1 + BATCH);
    assert_eq!(counted.of("PutItem"), 0);
    counted.assert_shared_steps();
    assert!(counted.for_each() <= 3.5);
}

#[tokio::test]
async fn without_time_every_record_comes_back_untouched() {
    let deployed = or_skip!(Deployed::start().await);
    for conversation in 0..2 {
        deployed.post(conversation).await;
    }
    deployed.requests.take();
    let event = deployed.batch(&deployed.inbound).await;
    let ids: Vec<_> = event.records.iter().map(|r| r.message_id.clone()).collect();
    let soon = deployed.clock.now() + Duration::from_secs(1);
    let time = Time::new(&*deployed.clock, soon);
    let (failed, metrics) = evaluate_batch(&deployed.evaluate, event, &time).await;
    let failed = failed.batch_item_failures.into_iter();
    let failed: Vec<_> = failed.map(|failed| failed.item_identifier).collect();
    assert_eq!(failed, ids);
    assert_eq!(metrics.of("Returned"), 2);
    assert_eq!(deployed.requests.take(), [] as [String; 0]);
}

/// A key that was changed at the vendor and in Secrets Manager, within the five minutes for which the
/// old one is kept.
#[tokio::test]
async fn a_changed_key_is_read_again_and_used_at_once() {
    let deployed = or_skip!(Deployed::start().await);
    let right = deployed.api_key().await;
    deployed.set_api_key("an old key").await;
    deployed.keep_api_key().await;
    deployed.set_api_key(&right).await;
    assert_eq!(deployed.dispatched(1).await.of("Delivered"), 1);
    let asked = deployed.requests.take();
    let reads = asked.iter().filter(|name| *name == "GetSecretValue");
    assert_eq!(reads.count(), 1);
    assert_eq!(deployed.sandbox.opsgenie.alerts().len(), 1);
}

#[tokio::test]
async fn a_refused_key_that_did_not_change_is_read_again_once_and_rests() {
    let deployed = or_skip!(Deployed::start().await);
    deployed.set_api_key("an old key").await;
    deployed.keep_api_key().await;
    assert_eq!(deployed.dispatched(1).await.of("Retried"), 1);
    let asked = deployed.requests.take();
    let reads = asked.iter().filter(|name| *name == "GetSecretValue");
    assert_eq!(reads.count(), 1);
    assert_eq!(deployed.dispatched(2).await.of("Retried"), 1);
    let asked = deployed.requests.take();
    assert!(!asked.contains(&"GetSecretValue".to_owned()), "{asked:?}");
}

async fn store(config: &SdkConfig, requests: &Counter) -> Arc<dyn Store> {
    let client = aws_sdk_dynamodb::config::Builder::from(config);
    let client = client.interceptor(requests.clone()).build();
    let client = aws_sdk_dynamodb::Client::from_conf(client);
    let tables = create::tables(&client, &fresh_name()).await;
    Arc::new(DynamoStore::new(client, tables))
}

async fn queues(config: &SdkConfig, requests: &Counter) -> (Arc<SqsQueue>, Arc<SqsQueue>) {
    let client = aws_sdk_sqs::config::Builder::from(config);
    let client = client.interceptor(requests.clone()).build();
    let client = aws_sdk_sqs::Client::from_conf(client);
    let inbound = create::standard(&client, &fresh_name()).await;
    let outbound = create::fifo(&client, &fresh_name()).await;
    let inbound = SqsQueue::standard(client.clone(), inbound);
    (
        Arc::new(inbound),
        Arc::new(SqsQueue::fifo(client, outbound)),
    )
}

async fn secrets(
    config: &SdkConfig,
    requests: &Counter,
    clock: Arc<dyn Clock>,
) -> (Arc<dyn Secrets>, String) {
    let client = aws_sdk_secretsmanager::config::Builder::from(config);
    let client = client.interceptor(requests.clone()).build();
    let client = aws_sdk_secretsmanager::Client::from_conf(client);
    let prefix = format!("{}/", fresh_name());
    write_secrets(&client, &prefix).await;
    let secrets = SecretsManagerSecrets::new(client, prefix.clone(), clock);
    (Arc::new(secrets), prefix)
}

fn integration(sandbox: &Sandbox, now: Timestamp) -> Integration {
    Integration {
        spec: serde_saphyr::from_str(&sandbox.document()).unwrap(),
        version: 1,
        key_hashes: vec![key_hash(KEY)],
        tenants: Vec::new(),
        file: None,
        keys_chosen: false,
        deleted_at: None,
        updated_at: now,
        live_since: now,
    }
}

/// As the sandbox vendors expect them.
pub(crate) fn credentials() -> [(&'static str, Value); 2] {
    let kayako = deskbridge_testkit::sandbox::kayako::Options::default();
    let opsgenie = deskbridge_testkit::sandbox::opsgenie::Options::default();
    [
        (
            "kayako-john",
            json!({"email": kayako.email, "password": kayako.password}),
        ),
        (OPSGENIE, json!({"api_key": opsgenie.api_key})),
    ]
}

async fn write_secrets(client: &aws_sdk_secretsmanager::Client, prefix: &str) {
    for (name, document) in credentials() {
        let create = client.create_secret().name(format!("{prefix}{name}"));
        let create = create.secret_string(document.to_string());
        create.send().await.unwrap();
    }
}
