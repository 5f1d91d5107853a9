//! The store suite over three tables.

use std::sync::Arc;
use std::time::Duration;

use deskbridge_aws::DynamoStore;
use deskbridge_aws::dynamodb::tables::{QUEUE_RETENTION, RETENTION};
use deskbridge_core::Timestamp;
use deskbridge_core::action::{ActionRecord, Claim};
use deskbridge_core::link::{EntityChange, Link};
use deskbridge_core::outcome::Outcome;
use deskbridge_core::ports::{Recorded, Store};
use deskbridge_testkit::conformance::store::StoreHarness;

use crate::bench::{action, config, event, fresh_name, subject};
use crate::create;
use crate::ministack::MiniStack;
use crate::or_skip;
use crate::requests::Counter;

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

pub(crate) struct Tables {
    pub(crate) store: Arc<DynamoStore>,
    requests: Counter,
}

impl Tables {
    pub(crate) async fn fresh() -> Option<Self> {
        let config = config(MiniStack::shared()?);
        let requests = Counter::default();
        let counted = aws_sdk_dynamodb::config::Builder::from(&config);
        let counted = counted.interceptor(requests.clone()).build();
        let client = aws_sdk_dynamodb::Client::from_conf(counted);
        let names = create::tables(&client, &fresh_name()).await;
        requests.take();
        let store = Arc::new(DynamoStore::new(client, names));
        Some(Self { store, requests })
    }
}

impl StoreHarness for Tables {
    fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store) as _
    }

    /// Each of its steps is a few requests.
    fn soak_runs(&self) -> u64 {
        6
    }
}

deskbridge_testkit::store_conformance!(or_skip!(Tables::fresh().await));

#[tokio::test]
async fn an_event_is_one_request_and_its_repeat_another() {
    let tables = or_skip!(Tables::fresh().await);
    for _ in 0..2 {
        let recorded = tables.store.record_event(event("evt_1", NOW)).await;
        recorded.unwrap();
        assert_eq!(tables.requests.take(), ["PutItem"]);
    }
}

#[tokio::test]
async fn an_action_is_two_requests() {
    let tables = or_skip!(Tables::fresh().await);
    let mut record = won(&tables, "act_1", NOW).await;
    assert_eq!(tables.requests.take(), ["TransactWriteItems"]);
    record.settle(delivered(), NOW);
    let changes = vec![linked("1", "7"), linked("2", "8")];
    let woken = tables.store.settle(record, changes).await.unwrap();
    assert_eq!(woken, None);
    assert_eq!(tables.requests.take(), ["TransactWriteItems"]);
    let repeat = tables.store.claim(&action("act_1"), NOW).await.unwrap();
    assert_eq!(repeat, Claim::Settled(delivered()));
    assert_eq!(tables.requests.take(), ["TransactWriteItems"], "a repeat");
}

#[tokio::test]
async fn an_action_that_waits_and_its_wake_are_few_requests() {
    let tables = or_skip!(Tables::fresh().await);
    let mut first = won(&tables, "act_1", NOW).await;
    tables.requests.take();
    let behind = tables.store.claim(&action("act_2"), NOW).await.unwrap();
    assert!(matches!(behind, Claim::Behind { .. }));
    assert_eq!(tables.requests.take().len(), 2);
    first.settle(delivered(), NOW);
    let woken = tables.store.settle(first, Vec::new()).await.unwrap();
    assert_eq!(woken.unwrap().action.id, "act_2");
    assert_eq!(tables.requests.take().len(), 3);
}

/// The service removes what has expired days late: that must make no difference.
#[tokio::test]
async fn an_expired_event_counts_as_gone_though_it_is_there() {
    let tables = or_skip!(Tables::fresh().await);
    let record = |at| tables.store.record_event(event("evt_1", at));
    assert_eq!(record(NOW).await.unwrap(), Recorded::New);
    let last = NOW + (RETENTION - Duration::from_secs(1));
    assert!(matches!(record(last).await.unwrap(), Recorded::Before(_)));
    assert_eq!(record(NOW + RETENTION).await.unwrap(), Recorded::New);
}

#[tokio::test]
async fn a_settled_action_is_known_as_long_as_its_event_and_any_message_about_it() {
    let tables = or_skip!(Tables::fresh().await);
    let settled_at = NOW + (RETENTION - Duration::from_secs(1));
    let mut record = won(&tables, "act_1", NOW).await;
    record.settle(delivered(), settled_at);
    tables.store.settle(record, Vec::new()).await.unwrap();
    let known_until = settled_at + QUEUE_RETENTION;
    let last = known_until - Duration::from_secs(1);
    let repeat = tables.store.claim(&action("act_1"), last).await.unwrap();
    assert_eq!(repeat, Claim::Settled(delivered()));
    won(&tables, "act_1", known_until).await;
}

/// Two actions that end at the same time write to the same two entities.
#[tokio::test]
async fn settles_that_meet_at_an_entity_are_both_written() {
    let tables = or_skip!(Tables::fresh().await);
    let ends = (0..8).map(|n| {
        let store = Arc::clone(&tables.store);
        tokio::spawn(async move {
            let lane = deskbridge_core::action::Action {
                order_key: format!("lane {n}"),
                ..action(&format!("act_{n}"))
            };
            let Claim::Won(mut record) = store.claim(&lane, NOW).await.unwrap() else {
                panic!("not won");
            };
            let at = NOW + Duration::from_secs(n);
            record.settle(delivered(), at);
            let entity = subject("1");
            let changes = vec![EntityChange::Ended {
                entity,
                at,
                done: true,
            }];
            store.settle(*record, changes).await.unwrap();
        })
    });
    for end in ends.collect::<Vec<_>>() {
        end.await.unwrap();
    }
    let rows = tables.store.entities("one", &[subject("1")]).await.unwrap();
    assert_eq!(rows[0].ended_at, Some(NOW + Duration::from_secs(7)));
}

async fn won(tables: &Tables, id: &str, now: Timestamp) -> ActionRecord {
    match tables.store.claim(&action(id), now).await.unwrap() {
        Claim::Won(record) => *record,
        other => panic!("not won: {other:?}"),
    }
}

fn delivered() -> Outcome {
    Outcome::Delivered {
        id: Some("9".to_owned()),
        detail: "created".to_owned(),
    }
}

fn linked(id: &str, peer: &str) -> EntityChange {
    EntityChange::Link {
        entity: subject(id),
        link: Link {
            peer: subject(peer),
            origin: "source".to_owned(),
            made_by: "act_1".to_owned(),
            since: NOW,
        },
    }
}
