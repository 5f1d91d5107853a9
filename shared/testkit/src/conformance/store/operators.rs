//! Tokens, the audit log, and events that a person has decided again.

use deskbridge_core::ErrorKind;
use deskbridge_core::event::{Decision, EventRecord};
use deskbridge_core::flow::receive::MAX_BODY_BYTES;
use deskbridge_core::link::EntityRef;
use deskbridge_core::operator::{Change, Role, Token};
use deskbridge_core::ports::EventFilter;

use super::super::samples::*;
use super::StoreHarness;

pub async fn a_token_is_found_by_its_hash_only(harness: &dyn StoreHarness) {
    let store = harness.store();
    assert_eq!(store.token("h1").await.expect("reads"), None);
    for token in [token("two", "h2"), token("one", "h1")] {
        store.put_token(token).await.expect("writes");
    }
    assert_eq!(
        store.token("h1").await.expect("reads"),
        Some(token("one", "h1"))
    );
    let ended = Token {
        expires_at: Some(NOW),
        ..token("one", "h1")
    };
    store.put_token(ended.clone()).await.expect("writes");
    let all = store.tokens().await.expect("reads");
    assert_eq!(all, [ended, token("two", "h2")]);
    let integrations = store.integrations().await.expect("reads");
    assert!(integrations.is_empty(), "a token is no integration");
}

pub async fn changes_are_listed_newest_first(harness: &dyn StoreHarness) {
    let store = harness.store();
    for (id, after) in [("chg_1", 0), ("chg_3", 2), ("chg_2", 2)] {
        let recorded = store.record_change(change(id, after)).await;
        recorded.expect("writes");
    }
    let all = store.changes(None, 10).await.expect("reads");
    let ids: Vec<_> = all.iter().map(|change| change.id.as_str()).collect();
    assert_eq!(ids, ["chg_3", "chg_2", "chg_1"]);
    assert_eq!(all[2], change("chg_1", 0));
    let before = Some((NOW + seconds(2), "chg_3".to_owned()));
    let page = store.changes(before, 1).await.expect("reads");
    assert_eq!(page, [change("chg_2", 2)]);
    let tally = store.tally().await.expect("counts");
    assert_eq!(tally.events, 0, "a change is no event");
    let events = store.events(EventFilter {
        limit: 10,
        ..EventFilter::default()
    });
    assert_eq!(events.await.expect("reads"), []);
}

/// Small or too large for one row, and the other way round.
pub async fn an_event_decided_again_keeps_what_was_decided_before(harness: &dyn StoreHarness) {
    let store = harness.store();
    for (id, before, after) in [("evt_1", 10, MAX_BODY_BYTES), ("evt_2", MAX_BODY_BYTES, 10)] {
        let first = sized(id, before, "4711");
        store.record_event(first.clone()).await.expect("writes");
        let again = first.decided_again(sized(id, after, "9"), "mon", NOW + seconds(60));
        let counted = store.count_duplicate(id, NOW + seconds(5)).await;
        counted.expect("counts");
        store.redecide(again.clone()).await.expect("writes");
        let expected = EventRecord {
            duplicates: 1,
            last_duplicate_at: Some(NOW + seconds(5)),
            ..again
        };
        let read = store.event(id).await.expect("reads");
        assert!(read == Some(expected), "{id} changed");
        for (subject, found) in [("4711", 0), ("9", 1)] {
            let filter = EventFilter {
                subject_id: Some(subject.to_owned()),
                limit: 10,
                ..EventFilter::default()
            };
            let listed = store.events(filter).await.expect("reads");
            let ours = listed.iter().filter(|event| event.id == id).count();
            assert_eq!(ours, found, "{id} under {subject}");
        }
    }
    let tally = store.tally().await.expect("counts");
    assert_eq!(tally.decisions.get("failed"), Some(&2), "{tally:?}");
    assert_eq!(tally.duplicates, 2);
}

pub async fn of_two_that_replay_an_event_one_does(harness: &dyn StoreHarness) {
    let store = harness.store();
    let first = event("evt_1", NOW);
    let once = first.clone().decided_again(event("evt_1", NOW), "one", NOW);
    let missing = store.redecide(once.clone()).await;
    let refused = missing.expect_err("there is none");
    assert_eq!(refused.kind(), ErrorKind::Conflict);
    store.record_event(first).await.expect("writes");
    store.redecide(once.clone()).await.expect("writes");
    let refused = store.redecide(once.clone()).await.expect_err("stale");
    assert_eq!(refused.kind(), ErrorKind::Conflict);
    let twice = once.decided_again(event("evt_1", NOW), "two", NOW);
    store.redecide(twice.clone()).await.expect("writes");
    let read = store.event("evt_1").await.expect("reads");
    assert_eq!(read, Some(twice));
}

fn sized(id: &str, bytes: usize, subject: &str) -> EventRecord {
    EventRecord {
        decision: Decision::Failed {
            field: "subject".to_owned(),
            why: noise(bytes, 7),
        },
        subject: Some(EntityRef::new("source", "ticket", subject)),
        ..event(id, NOW)
    }
}

fn token(name: &str, hash: &str) -> Token {
    Token {
        name: name.to_owned(),
        hash: hash.to_owned(),
        role: Role::Viewer,
        team: Some("support".to_owned()),
        integration: None,
        created_at: NOW,
        expires_at: None,
    }
}

fn change(id: &str, after: u64) -> Change {
    Change {
        id: id.to_owned(),
        at: NOW + seconds(after),
        by: "mon".to_owned(),
        what: "apply".to_owned(),
        target: "one".to_owned(),
        team: "support".to_owned(),
        version: Some(3),
    }
}
