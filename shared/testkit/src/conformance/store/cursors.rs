//! Where watches stand.

use deskbridge_core::ErrorKind;
use deskbridge_core::cursor::Cursor;
use serde_json::json;

use super::super::samples::*;
use super::StoreHarness;

pub async fn a_cursor_is_written_over_the_version_before_it_only(harness: &dyn StoreHarness) {
    let store = harness.store();
    assert_eq!(store.cursor("one", "source").await.expect("reads"), None);
    let put = |version| store.put_cursor("one", "source", cursor(version));
    let missed = put(2).await.expect_err("nothing is there");
    assert_eq!(missed.kind(), ErrorKind::Conflict);
    put(1).await.expect("the first");
    put(2).await.expect("the next");
    for version in [1, 2, 4] {
        let refused = put(version).await.expect_err("not the next");
        assert_eq!(refused.kind(), ErrorKind::Conflict, "{version}");
    }
    let stored = store.cursor("one", "source").await.expect("reads");
    assert_eq!(stored, Some(cursor(2)), "as it was written");
}

pub async fn one_of_many_who_take_a_cursor_gets_it(harness: &dyn StoreHarness) {
    let store = harness.store();
    store
        .put_cursor("one", "source", cursor(1))
        .await
        .expect("the first");
    let takers = (0..8).map(|_| {
        let store = std::sync::Arc::clone(&store);
        tokio::spawn(async move { store.put_cursor("one", "source", cursor(2)).await })
    });
    let mut taken = 0;
    for taker in takers.collect::<Vec<_>>() {
        match taker.await.expect("it ends") {
            Ok(()) => taken += 1,
            Err(error) => assert_eq!(error.kind(), ErrorKind::Conflict),
        }
    }
    assert_eq!(taken, 1);
}

pub async fn cursors_of_integrations_and_connectors_are_apart(harness: &dyn StoreHarness) {
    let store = harness.store();
    store
        .put_cursor("one", "source", cursor(1))
        .await
        .expect("writes");
    for (integration, connector) in [("two", "source"), ("one", "target")] {
        let other = store.cursor(integration, connector).await;
        assert_eq!(other.expect("reads"), None, "{integration} {connector}");
    }
}

fn cursor(version: u64) -> Cursor {
    Cursor {
        version,
        watched: "example/12".to_owned(),
        live_since: NOW,
        since: NOW + seconds(1),
        value: Some(json!({"seen": {"4711": NOW.as_millis()}, "text": "受信箱"})),
        due_at: NOW + seconds(version),
        answered_at: Some(NOW),
        failures: 2,
        trouble: Some("no answer".to_owned()),
    }
}
