//! The ledger of events.

use std::collections::BTreeMap;

use deskbridge_core::event::{Decision, EventRecord};
use deskbridge_core::flow::receive::MAX_BODY_BYTES;
use deskbridge_core::ports::{EventFilter, Recorded};
use serde_json::json;

use super::super::samples::*;
use super::StoreHarness;

pub async fn records_an_event_once(harness: &dyn StoreHarness) {
    let store = harness.store();
    let first = event("evt_1", NOW);
    let recorded = store.record_event(first.clone()).await.expect("writes");
    assert_eq!(recorded, Recorded::New);
    let second = EventRecord {
        delivery_id: "another delivery".to_owned(),
        ..event("evt_1", NOW + seconds(1))
    };
    let recorded = store.record_event(second).await.expect("writes");
    assert_eq!(recorded, Recorded::Before(Box::new(first)));
}

pub async fn a_record_comes_back_as_it_was_written(harness: &dyn StoreHarness) {
    let store = harness.store();
    let written = EventRecord {
        decision: Decision::Actions {
            actions: vec![action("act_1", "lane"), creating("act_2", "lane")],
        },
        ..event("evt_1", NOW)
    };
    let unread = EventRecord {
        subject: None,
        event_type: String::new(),
        ..event("evt_2", NOW)
    };
    for event in [written, unread] {
        store.record_event(event.clone()).await.expect("writes");
        let read = store.event(&event.id).await.expect("reads");
        assert_eq!(read, Some(event));
    }
    assert_eq!(store.event("evt_3").await.expect("reads"), None);
}

/// The largest body there is, of text that cannot be packed, and the largest actions.
pub async fn an_event_of_any_size_is_recorded(harness: &dyn StoreHarness) {
    let store = harness.store();
    for bytes in [1_000, 100_000, 400_000, MAX_BODY_BYTES] {
        let mut large = action("act_1", "lane");
        large.params = json!({"text": noise(bytes / 2, 1)});
        let written = EventRecord {
            decision: Decision::Actions {
                actions: vec![large],
            },
            body: noise(bytes, 2),
            ..event(&format!("evt_{bytes}"), NOW)
        };
        let recorded = store.record_event(written.clone()).await.expect("writes");
        assert_eq!(recorded, Recorded::New);
        let read = store.event(&written.id).await.expect("reads");
        assert!(read.as_ref() == Some(&written), "{bytes} bytes changed");
        let again = store.record_event(written.clone()).await.expect("writes");
        assert!(again == Recorded::Before(Box::new(written)), "{bytes}");
    }
}

pub async fn events_of_one_id_keep_their_own_size_apart(harness: &dyn StoreHarness) {
    let store = harness.store();
    let sized = |seed| EventRecord {
        body: noise(MAX_BODY_BYTES, seed),
        ..event("evt_1", NOW)
    };
    store.record_event(sized(1)).await.expect("writes");
    let recorded = store.record_event(sized(2)).await.expect("writes");
    assert!(recorded == Recorded::Before(Box::new(sized(1))));
    let read = store.event("evt_1").await.expect("reads");
    assert!(read == Some(sized(1)), "the second one's body shows");
}

pub async fn counts_duplicates_and_keeps_the_latest_time(harness: &dyn StoreHarness) {
    let store = harness.store();
    let first = event("evt_1", NOW);
    store.record_event(first.clone()).await.expect("writes");
    for after in [9, 5] {
        let counted = store.count_duplicate("evt_1", NOW + seconds(after)).await;
        counted.expect("counts");
    }
    let expected = EventRecord {
        duplicates: 2,
        last_duplicate_at: Some(NOW + seconds(9)),
        ..first
    };
    let read = store.event("evt_1").await.expect("reads");
    assert_eq!(read.as_ref(), Some(&expected));
    let again = store.record_event(event("evt_1", NOW)).await;
    let before = Recorded::Before(Box::new(expected));
    assert_eq!(again.expect("writes"), before);
}

pub async fn lists_events_newest_first(harness: &dyn StoreHarness) {
    for (id, after) in [("evt_2", 2), ("evt_3", 3), ("evt_1", 1)] {
        let event = event(id, NOW + seconds(after));
        harness.store().record_event(event).await.expect("writes");
    }
    let all = EventFilter {
        limit: 10,
        ..EventFilter::default()
    };
    assert_eq!(ids(harness, all).await, ["evt_3", "evt_2", "evt_1"]);
    let two = EventFilter {
        limit: 2,
        ..EventFilter::default()
    };
    assert_eq!(ids(harness, two).await, ["evt_3", "evt_2"]);
}

pub async fn filters_events_by_integration_and_subject(harness: &dyn StoreHarness) {
    let other = EventRecord {
        integration: "two".to_owned(),
        ..event("evt_2", NOW)
    };
    let elsewhere = EventRecord {
        subject: Some(subject("4712")),
        ..event("evt_3", NOW)
    };
    for event in [event("evt_1", NOW), other, elsewhere] {
        harness.store().record_event(event).await.expect("writes");
    }
    let filter = |integration: Option<&str>, subject_id: Option<&str>| EventFilter {
        integration: integration.map(str::to_owned),
        subject_id: subject_id.map(str::to_owned),
        before: None,
        limit: 10,
    };
    let one = ids(harness, filter(Some("one"), None)).await;
    assert_eq!(one, ["evt_3", "evt_1"]);
    let subject = ids(harness, filter(None, Some("4711"))).await;
    assert_eq!(subject, ["evt_2", "evt_1"]);
    let both = ids(harness, filter(Some("one"), Some("4711"))).await;
    assert_eq!(both, ["evt_1"]);
}

pub async fn pages_through_events_of_the_same_moment(harness: &dyn StoreHarness) {
    for id in ["evt_1", "evt_2", "evt_3", "evt_4", "evt_5"] {
        let event = event(id, NOW);
        harness.store().record_event(event).await.expect("writes");
    }
    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let page = EventFilter {
            integration: Some("one".to_owned()),
            before: before.take(),
            limit: 2,
            ..EventFilter::default()
        };
        let page = ids(harness, page).await;
        let Some(last) = page.last() else { break };
        before = Some((NOW, last.clone()));
        seen.extend(page);
    }
    assert_eq!(seen, ["evt_5", "evt_4", "evt_3", "evt_2", "evt_1"]);
}

pub async fn tally_counts_every_row_once(harness: &dyn StoreHarness) {
    let store = harness.store();
    let suppressed = EventRecord {
        decision: Decision::Suppressed { why: "off".into() },
        ..event("evt_3", NOW)
    };
    for event in [event("evt_1", NOW), event("evt_2", NOW), suppressed] {
        store.record_event(event).await.expect("writes");
    }
    for id in ["evt_1", "evt_2", "evt_2"] {
        store.count_duplicate(id, NOW).await.expect("counts");
    }
    for lane in ["a", "b"] {
        let record = win(&*store, &action(&format!("first {lane}"), lane), NOW).await;
        deliver(&*store, record, NOW).await;
    }
    let parked = win(&*store, &creating("parked", "c"), NOW).await;
    park(&*store, parked, NOW).await;
    win(&*store, &action("held", "d"), NOW).await;
    for behind in ["behind", "further behind"] {
        store
            .claim(&action(behind, "d"), NOW)
            .await
            .expect("claims");
    }
    let tally = store.tally().await.expect("counts");
    let counts = |pairs: &[(&str, u64)]| -> BTreeMap<String, u64> {
        let pairs = pairs.iter().map(|(word, n)| ((*word).to_owned(), *n));
        pairs.collect()
    };
    assert_eq!((tally.events, tally.duplicates), (3, 3));
    assert_eq!(
        tally.decisions,
        counts(&[("filtered", 2), ("suppressed", 1)])
    );
    let actions = counts(&[("delivered", 2), ("open", 3), ("parked", 1)]);
    assert_eq!(tally.actions, actions);
}

async fn ids(harness: &dyn StoreHarness, filter: EventFilter) -> Vec<String> {
    let events = harness.store().events(filter).await.expect("lists");
    events.into_iter().map(|event| event.id).collect()
}
