//! The store suite over one SQLite file, and what only this store does.

use std::sync::Arc;
use std::time::Duration;

use deskbridge_core::Timestamp;
use deskbridge_core::action::{Action, ActionRecord, Claim};
use deskbridge_core::link::EntityRef;
use deskbridge_core::outcome::Outcome;
use deskbridge_core::ports::{Clock, Store};
use deskbridge_testkit::conformance::store::StoreHarness;

use crate::bench::Bench;

impl StoreHarness for Bench {
    fn store(&self) -> Arc<dyn Store> {
        self.embedded.store()
    }
}

deskbridge_testkit::store_conformance!(Bench::fresh());

/// A wake must leave a held look-up alone, or its holder's answer would be refused.
#[tokio::test]
async fn a_wake_leaves_a_held_look_up_to_its_holder() {
    let bench = Bench::fresh();
    let (store, now) = (bench.embedded.store(), bench.clock.now());
    let action = action();
    let mut record = won(store.claim(&action, now).await);
    record.set_unknown(None, now);
    record.waits_for = Some("main".to_owned());
    record.due_at = Some(now + Duration::from_secs(3600));
    store.settle(record, Vec::new()).await.unwrap();
    store.wake_credential("main", now).await.unwrap();
    let mut held = won(store.claim(&action, now).await);
    store.wake_credential("main", now).await.unwrap();
    held.settle(Outcome::Dead { why: "".into() }, now);
    store.settle(held, Vec::new()).await.unwrap();
}

#[tokio::test]
async fn what_waits_for_its_time_outlives_a_restart() {
    let bench = Bench::fresh();
    let now = bench.clock.now();
    let at = now + Duration::from_secs(12 * 3600);
    let waits = Action {
        terms: deskbridge_core::action::Terms {
            not_before: Some(at),
            ..Default::default()
        },
        ..action()
    };
    let claim = bench.embedded.store().claim(&waits, now).await;
    assert_eq!(claim.unwrap(), Claim::NotNow { until: at });
    let bench = bench.reopen();
    let store = bench.embedded.store();
    assert_eq!(
        store.due(at - Duration::from_secs(1), 10).await.unwrap(),
        []
    );
    assert_eq!(store.due(at, 10).await.unwrap().len(), 1);
    won(store.claim(&waits, at).await);
}

fn won(claim: deskbridge_core::Result<Claim>) -> ActionRecord {
    match claim.unwrap() {
        Claim::Won(record) => *record,
        other => panic!("not won: {other:?}"),
    }
}

fn action() -> Action {
    Action {
        id: "act_1".to_owned(),
        event_id: "evt_1".to_owned(),
        integration: "one".to_owned(),
        rule: "rules[0]".to_owned(),
        config_version: 1,
        connector: "target".to_owned(),
        operation: "add_note".to_owned(),
        subject: EntityRef::new("source", "ticket", "1"),
        order_key: "lane".to_owned(),
        slot: None,
        params: serde_json::Value::Null,
        received_at: Timestamp::from_millis(1),
        creates: false,
        terms: deskbridge_core::action::Terms::default(),
    }
}
