//! Sign-ins that have begun.

use deskbridge_core::grant::Grant;
use serde_json::json;

use super::super::samples::*;
use super::StoreHarness;

pub async fn a_sign_in_is_taken_once(harness: &dyn StoreHarness) {
    let store = harness.store();
    for hash in ["one", "two"] {
        store.put_grant(grant(hash)).await.expect("writes");
    }
    let taken = store.take_grant("one", NOW).await.expect("takes");
    assert_eq!(taken, Some(grant("one")));
    assert_eq!(store.take_grant("one", NOW).await.expect("answers"), None);
    assert_eq!(store.take_grant("none", NOW).await.expect("answers"), None);
    let other = store.take_grant("two", NOW).await.expect("takes");
    assert_eq!(other, Some(grant("two")));
}

pub async fn of_many_who_take_a_sign_in_one_gets_it(harness: &dyn StoreHarness) {
    let store = harness.store();
    store.put_grant(grant("one")).await.expect("writes");
    let takers = (0..8).map(|_| {
        let store = harness.store();
        tokio::spawn(async move { store.take_grant("one", NOW).await })
    });
    let takers: Vec<_> = takers.collect();
    let mut got = 0;
    for taker in takers {
        let taken = taker.await.expect("ends").expect("answers");
        got += usize::from(taken.is_some());
    }
    assert_eq!(got, 1);
}

pub async fn an_expired_sign_in_is_gone(harness: &dyn StoreHarness) {
    let store = harness.store();
    store.put_grant(grant("one")).await.expect("writes");
    let late = NOW + seconds(600);
    assert_eq!(store.take_grant("one", late).await.expect("answers"), None);
    assert_eq!(store.take_grant("one", NOW).await.expect("answers"), None);
}

fn grant(hash: &str) -> Grant {
    Grant {
        hash: hash.to_owned(),
        browser: "b1".to_owned(),
        expires_at: NOW + seconds(600),
        purpose: json!({ "integration": "one" }),
    }
}
