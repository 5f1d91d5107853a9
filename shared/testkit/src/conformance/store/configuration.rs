//! Integrations, their keys, and the state of credentials.

use deskbridge_core::ErrorKind;
use deskbridge_core::action::{Claim, Stage};
use deskbridge_core::integration::Integration;
use deskbridge_core::ports::{CredentialState, Paused};

use super::super::samples::*;
use super::StoreHarness;

pub async fn an_integration_is_written_over_the_version_seen(harness: &dyn StoreHarness) {
    let store = harness.store();
    assert_eq!(store.integration("one").await.expect("reads"), None);
    let missed = store.put_integration(integration("one", 2, &[]), 1).await;
    assert_eq!(
        missed.expect_err("nothing is there").kind(),
        ErrorKind::Conflict
    );
    put(harness, integration("one", 1, &[]), 0).await;
    put(harness, integration("one", 2, &[]), 1).await;
    for seen in [0, 1, 3] {
        let refused = store
            .put_integration(integration("one", 9, &[]), seen)
            .await;
        assert_eq!(refused.expect_err("not seen").kind(), ErrorKind::Conflict);
    }
    let stored = store.integration("one").await.expect("reads");
    assert_eq!(stored, Some(integration("one", 2, &[])));
}

pub async fn keys_lead_to_their_integration_only(harness: &dyn StoreHarness) {
    put(harness, integration("one", 1, &["old"]), 0).await;
    put(harness, integration("two", 1, &["other"]), 0).await;
    put(harness, integration("one", 2, &["new", "old"]), 1).await;
    assert_eq!(with_key(harness, "old").await.as_deref(), Some("one"));
    assert_eq!(with_key(harness, "new").await.as_deref(), Some("one"));
    put(harness, integration("one", 3, &["new"]), 2).await;
    assert_eq!(with_key(harness, "old").await, None);
    assert_eq!(with_key(harness, "new").await.as_deref(), Some("one"));
    assert_eq!(with_key(harness, "other").await.as_deref(), Some("two"));
}

pub async fn tenants_lead_to_their_integration_as_keys_do(harness: &dyn StoreHarness) {
    let with_tenants = |name: &str, version: u64, tenants: &[&str]| Integration {
        tenants: tenants.iter().map(ToString::to_string).collect(),
        ..integration(name, version, &["key"])
    };
    put(harness, with_tenants("one", 1, &["t1", "t2"]), 0).await;
    assert_eq!(with_key(harness, "t2").await.as_deref(), Some("one"));
    put(harness, with_tenants("one", 2, &["t1"]), 1).await;
    assert_eq!(with_key(harness, "t1").await.as_deref(), Some("one"));
    assert_eq!(with_key(harness, "key").await.as_deref(), Some("one"));
    assert_eq!(with_key(harness, "t2").await, None);
    let other = Integration {
        key_hashes: Vec::new(),
        ..with_tenants("two", 1, &["t1"])
    };
    let refused = harness.store().put_integration(other, 0).await;
    assert_eq!(refused.expect_err("taken").kind(), ErrorKind::Conflict);
}

pub async fn a_deleted_integration_can_still_be_read(harness: &dyn StoreHarness) {
    put(harness, integration("one", 1, &["key"]), 0).await;
    let deleted = Integration {
        deleted_at: Some(NOW),
        ..integration("one", 2, &["key"])
    };
    put(harness, deleted.clone(), 1).await;
    let store = harness.store();
    let named = store.integration("one").await.expect("reads");
    assert_eq!(named.as_ref(), Some(&deleted));
    let keyed = store.integration_by_key("key").await.expect("reads");
    assert_eq!(keyed, Some(deleted));
}

pub async fn integrations_are_listed_by_name(harness: &dyn StoreHarness) {
    for name in ["c", "a", "b"] {
        put(harness, integration(name, 1, &[]), 0).await;
    }
    let all = harness.store().integrations().await.expect("lists");
    let names: Vec<_> = all.iter().map(Integration::name).collect();
    assert_eq!(names, ["a", "b", "c"]);
}

pub async fn a_credential_state_is_kept_until_replaced(harness: &dyn StoreHarness) {
    let store = harness.store();
    let state = store.credential_state("main").await.expect("reads");
    assert_eq!(state, CredentialState::default());
    let paused = CredentialState {
        paused: Some(Paused {
            why: "expired".to_owned(),
            version: "v1".to_owned(),
            since: NOW,
        }),
        not_before: Some(NOW + seconds(60)),
    };
    for state in [paused, CredentialState::default()] {
        let put = store.put_credential_state("main", state.clone()).await;
        put.expect("writes");
        assert_eq!(store.credential_state("main").await.expect("reads"), state);
    }
}

pub async fn a_woken_credential_frees_what_waits_for_it_only(harness: &dyn StoreHarness) {
    let store = harness.store();
    let later = NOW + seconds(3600);
    for (id, credential) in [
        ("mine", Some("main")),
        ("another's", Some("main-two")),
        ("failed", None),
    ] {
        let mut held = win(&*store, &action(id, id), NOW).await;
        held.waits_for = credential.map(str::to_owned);
        postpone(&*store, held, "for now", later).await;
    }
    let due = store.due(NOW + seconds(1), 10).await.expect("lists");
    assert_eq!(due, []);
    let woken = store.wake_credential("main", NOW + seconds(1)).await;
    woken.expect("wakes");
    let due = store.due(NOW + seconds(1), 10).await.expect("lists");
    let [mine] = due.as_slice() else {
        panic!("one should be due, not {due:?}");
    };
    assert_eq!(
        (mine.action.id.as_str(), &mine.stage),
        ("mine", &Stage::Ready)
    );
    win(&*store, &mine.action, NOW + seconds(1)).await;
    assert_waits(store.claim(&action("failed", "failed"), NOW).await, later);
}

fn assert_waits(claim: deskbridge_core::Result<Claim>, until: deskbridge_core::Timestamp) {
    assert_eq!(claim.expect("answers"), Claim::NotNow { until });
}

async fn put(harness: &dyn StoreHarness, integration: Integration, expected: u64) {
    let put = harness.store().put_integration(integration, expected).await;
    put.expect("the version fits");
}

async fn with_key(harness: &dyn StoreHarness, hash: &str) -> Option<String> {
    let found = harness.store().integration_by_key(hash).await;
    let found = found.expect("reads");
    found.map(|integration| integration.name().to_owned())
}
