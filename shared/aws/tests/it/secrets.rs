//! The secrets suite over Secrets Manager, and how seldom it is asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use deskbridge_aws::SecretsManagerSecrets;
use deskbridge_aws::secrets_manager::{FRESH, STALE};
use deskbridge_core::ErrorKind;
use deskbridge_core::ports::{Secrets, Vault};
use deskbridge_testkit::clock::ManualClock;
use deskbridge_testkit::conformance::secrets::SecretsHarness;
use deskbridge_testkit::conformance::vault::VaultHarness;
use futures::future::join_all;

use crate::bench::{config, fresh_name};
use crate::ministack::MiniStack;
use crate::or_skip;
use crate::requests::Counter;

struct Account {
    client: aws_sdk_secretsmanager::Client,
    prefix: String,
    clock: Arc<ManualClock>,
    secrets: Arc<SecretsManagerSecrets>,
    requests: Counter,
}

impl Account {
    fn fresh() -> Option<Self> {
        MiniStack::shared().map(Self::over)
    }

    fn over(ministack: &MiniStack) -> Self {
        let requests = Counter::default();
        let config = config(ministack);
        let counted = aws_sdk_secretsmanager::config::Builder::from(&config);
        let counted = counted.interceptor(requests.clone()).build();
        let counted = aws_sdk_secretsmanager::Client::from_conf(counted);
        let clock = Arc::new(ManualClock::default());
        let prefix = format!("{}/", fresh_name());
        let secrets = SecretsManagerSecrets::new(counted, prefix.clone(), Arc::clone(&clock) as _);
        Self {
            client: aws_sdk_secretsmanager::Client::new(&config),
            prefix,
            clock,
            secrets: Arc::new(secrets),
            requests,
        }
    }

    async fn write(&self, name: &str, document: &str) {
        let id = format!("{}{name}", self.prefix);
        let put = self.client.put_secret_value().secret_id(&id);
        if put.secret_string(document).send().await.is_err() {
            let create = self.client.create_secret().name(&id);
            create.secret_string(document).send().await.unwrap();
        }
    }

    async fn key(&self) -> String {
        let main = self.secrets.credential("main").await.unwrap();
        main.field("key").unwrap().to_owned()
    }
}

#[async_trait]
impl SecretsHarness for Account {
    fn secrets(&self) -> Arc<dyn Secrets> {
        Arc::clone(&self.secrets) as _
    }

    async fn put(&self, name: &str, fields: &[(&str, &str)]) {
        let fields: std::collections::BTreeMap<_, _> = fields.iter().copied().collect();
        let document = serde_json::to_string(&fields).unwrap();
        self.write(name, &document).await;
        self.clock.advance(FRESH);
    }

    fn debug(&self) -> String {
        format!("{:?}", self.secrets)
    }
}

impl VaultHarness for Account {
    fn vault(&self) -> Arc<dyn Vault> {
        Arc::clone(&self.secrets) as _
    }

    fn secrets(&self) -> Arc<dyn Secrets> {
        Arc::clone(&self.secrets) as _
    }
}

deskbridge_testkit::secrets_conformance!(or_skip!(Account::fresh()));

mod vault {
    use super::*;

    deskbridge_testkit::vault_conformance!(or_skip!(Account::fresh()));
}

#[tokio::test]
async fn a_secret_written_by_hand_is_held_and_its_fields_untold() {
    let account = or_skip!(Account::fresh());
    account.write("main", r#"{"key": "canary"}"#).await;
    let held = account.secrets.held().await.unwrap();
    assert_eq!(held.len(), 1, "secrets of other deployments are not ours");
    assert_eq!((held[0].name.as_str(), &held[0].fields), ("main", &None));
    assert!(held[0].changed_at.is_some());
}

#[tokio::test]
async fn a_list_is_read_to_its_end() {
    let account = or_skip!(Account::fresh());
    for number in 0..120 {
        let name = format!("main-{number:03}");
        account.write(&name, r#"{"key": "1"}"#).await;
    }
    assert_eq!(account.secrets.held().await.unwrap().len(), 120);
}

#[tokio::test]
async fn a_document_is_read_once_in_five_minutes() {
    let account = or_skip!(Account::fresh());
    account.write("main", r#"{"key": "1"}"#).await;
    assert_eq!(account.key().await, "1");
    account.write("main", r#"{"key": "2"}"#).await;
    account.clock.advance(FRESH - Duration::from_millis(1));
    assert_eq!(
        (account.key().await.as_str(), account.requests.count()),
        ("1", 1)
    );
    account.clock.advance(Duration::from_millis(1));
    assert_eq!(
        (account.key().await.as_str(), account.requests.count()),
        ("2", 2)
    );
}

#[tokio::test]
async fn without_a_credential_there_is_no_client() {
    let account = or_skip!(Account::fresh());
    account.write("main", r#"{"key": "1"}"#).await;
    let made = Arc::new(AtomicUsize::new(0));
    let (client, count) = (account.client.clone(), Arc::clone(&made));
    let client = move || {
        count.fetch_add(1, Ordering::Relaxed);
        client
    };
    let (prefix, clock) = (account.prefix.clone(), Arc::clone(&account.clock));
    let secrets = SecretsManagerSecrets::when_needed(client, prefix, clock);
    assert_eq!(made.load(Ordering::Relaxed), 0);
    for _ in 0..2 {
        secrets.credential("main").await.unwrap();
        assert_eq!(made.load(Ordering::Relaxed), 1);
    }
}

#[tokio::test]
async fn connecting_needs_no_secret_but_the_service() {
    let ministack = or_skip!(MiniStack::start());
    let account = Account::over(&ministack);
    account.secrets.connect().await.unwrap();
    drop(ministack);
    let away = account.secrets.connect().await.unwrap_err();
    assert_eq!(away.kind(), ErrorKind::Unavailable);
}

#[tokio::test]
async fn many_callers_are_one_request() {
    let account = or_skip!(Account::fresh());
    account.write("main", r#"{"key": "1"}"#).await;
    let keys = join_all((0..20).map(|_| account.key())).await;
    assert!(keys.iter().all(|key| key == "1"));
    assert_eq!(account.requests.count(), 1);
}

#[tokio::test]
async fn a_refused_version_is_read_again_once() {
    let account = or_skip!(Account::fresh());
    account.write("main", r#"{"key": "1"}"#).await;
    let old = account.secrets.credential("main").await.unwrap();
    account.write("main", r#"{"key": "2"}"#).await;
    let again = || account.secrets.reread("main", &old.version);
    for new in join_all((0..20).map(|_| again())).await {
        assert_eq!(new.unwrap().field("key").unwrap(), "2");
    }
    assert_eq!(account.requests.count(), 2);
}

#[tokio::test]
async fn an_old_document_is_good_for_an_hour_while_the_service_is_away() {
    let ministack = or_skip!(MiniStack::start());
    let account = Account::over(&ministack);
    account.write("main", r#"{"key": "1"}"#).await;
    assert_eq!(account.key().await, "1");
    drop(ministack);
    assert_eq!(account.secrets.take_stale(), 0);
    account.clock.advance(STALE - Duration::from_secs(1));
    assert_eq!(account.key().await, "1");
    assert_eq!(account.secrets.take_stale(), 1, "for the alarm");
    let asked = account.requests.count();
    assert_eq!(account.key().await, "1");
    assert_eq!(
        account.requests.count(),
        asked,
        "it was left alone for a while"
    );
    account.clock.advance(Duration::from_secs(1));
    let away = account.secrets.credential("main").await.unwrap_err();
    assert_eq!(away.kind(), ErrorKind::Unavailable);
}

#[tokio::test]
async fn a_document_that_is_no_object_is_refused_without_quoting_it() {
    let account = or_skip!(Account::fresh());
    for document in ["canary", r#"["canary"]"#, r#"{"key": {"a": "canary"}}"#] {
        account.write("main", document).await;
        let refused = account.secrets.credential("main").await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Misconfigured);
        let shown = format!("{refused} {refused:?}");
        assert!(!shown.contains("canary"), "{shown}");
    }
}
