//! Records for the cases, all of them made up.

use std::time::Duration;

use deskbridge_core::Timestamp;
use deskbridge_core::action::{Action, ActionRecord, Claim, Stage};
use deskbridge_core::event::{Decision, EventRecord};
use deskbridge_core::integration::{History, Integration, IntegrationSpec};
use deskbridge_core::link::{EntityRef, Link};
use deskbridge_core::outcome::Outcome;
use deskbridge_core::ports::Store;
use serde_json::json;

pub(super) const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

pub(super) fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

pub(super) fn subject(id: &str) -> EntityRef {
    EntityRef::new("source", "ticket", id)
}

pub(super) fn event(id: &str, received_at: Timestamp) -> EventRecord {
    EventRecord {
        id: id.to_owned(),
        delivery_id: format!("delivery of {id}"),
        integration: "one".to_owned(),
        connector: "source".to_owned(),
        event_type: "source.ticket_opened".to_owned(),
        subject: Some(subject("4711")),
        received_at,
        config_version: 3,
        decision: Decision::Filtered {
            why: "no rule applies".to_owned(),
        },
        duplicates: 0,
        last_duplicate_at: None,
        replays: 0,
        past: Vec::new(),
        unverified: false,
        body: r#"{"text":"問い合わせ"}"#.to_owned(),
    }
}

/// Printable text that no packing makes much shorter, the same for the same seed.
pub(super) fn noise(bytes: usize, seed: u64) -> String {
    let mut state = seed;
    let next = |_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        char::from(b' ' + u8::try_from((state >> 33) % 95).unwrap_or(0))
    };
    (0..bytes).map(next).collect()
}

/// An action in the lane `lane`, which creates nothing.
pub(super) fn action(id: &str, lane: &str) -> Action {
    Action {
        id: id.to_owned(),
        event_id: format!("event of {id}"),
        integration: "one".to_owned(),
        rule: "rules[0]".to_owned(),
        config_version: 3,
        connector: "target".to_owned(),
        operation: "add_note".to_owned(),
        subject: subject("4711"),
        order_key: lane.to_owned(),
        slot: None,
        params: json!({"number": 18_446_744_073_709_551_615_u64, "text": "✓", "list": [null, 1.5]}),
        received_at: NOW,
        creates: false,
        terms: deskbridge_core::action::Terms::default(),
    }
}

pub(super) fn creating(id: &str, lane: &str) -> Action {
    Action {
        creates: true,
        ..action(id, lane)
    }
}

pub(super) fn link(peer_id: &str, made_by: &str) -> Link {
    Link {
        peer: EntityRef::new("target", "alert", peer_id),
        origin: "source".to_owned(),
        made_by: made_by.to_owned(),
        since: NOW,
    }
}

pub(super) fn integration(name: &str, version: u64, key_hashes: &[&str]) -> Integration {
    Integration {
        spec: IntegrationSpec {
            name: name.to_owned(),
            kind: "custom".to_owned(),
            enabled: true,
            team: "support".to_owned(),
            history: History::Full,
            settings: json!({"rules": []}),
        },
        version,
        key_hashes: key_hashes.iter().map(ToString::to_string).collect(),
        tenants: Vec::new(),
        file: None,
        keys_chosen: false,
        deleted_at: None,
        updated_at: NOW,
        live_since: NOW,
    }
}

pub(super) fn delivered() -> Outcome {
    Outcome::Delivered {
        id: Some("9".to_owned()),
        detail: "created".to_owned(),
    }
}

/// Claims the action, which must be free.
pub(super) async fn win(store: &dyn Store, action: &Action, now: Timestamp) -> ActionRecord {
    match store
        .claim(action, now)
        .await
        .expect("the claim is answered")
    {
        Claim::Won(record) => *record,
        other => panic!("{} should have been won, not {other:?}", action.id),
    }
}

/// Ends a held action and returns the one that it woke.
pub(super) async fn deliver(
    store: &dyn Store,
    mut record: ActionRecord,
    now: Timestamp,
) -> Option<ActionRecord> {
    record.settle(delivered(), now);
    let woken = store.settle(record, Vec::new()).await;
    woken.expect("the holder may settle")
}

pub(super) async fn park(
    store: &dyn Store,
    mut record: ActionRecord,
    now: Timestamp,
) -> Option<ActionRecord> {
    record.note(now, "parked".to_owned());
    record.stage = Stage::Parked {
        why: "unknown".to_owned(),
    };
    record.due_at = None;
    let woken = store.settle(record, Vec::new()).await;
    woken.expect("the holder may park")
}

/// Gives a held action back, to be tried again after `delay`.
pub(super) async fn postpone(
    store: &dyn Store,
    mut record: ActionRecord,
    why: &str,
    due_at: Timestamp,
) -> Option<ActionRecord> {
    record.note(NOW, why.to_owned());
    record.stage = Stage::Ready;
    record.due_at = Some(due_at);
    let woken = store.settle(record, Vec::new()).await;
    woken.expect("the holder may postpone")
}
