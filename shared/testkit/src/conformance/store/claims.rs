//! Who holds an action, and for how long.

use std::sync::Arc;

use deskbridge_core::ErrorKind;
use deskbridge_core::action::{Action, ActionRecord, Claim, LEASE, Stage, Terms};
use deskbridge_core::link::EntityChange;

use super::super::samples::*;
use super::StoreHarness;

const CLAIMERS: usize = 16;

pub async fn one_of_many_claimers_wins(harness: &dyn StoreHarness) {
    let claimers = (0..CLAIMERS).map(|_| {
        let store = harness.store();
        tokio::spawn(async move { store.claim(&action("act_1", "lane"), NOW).await })
    });
    let claimers: Vec<_> = claimers.collect();
    let mut won = 0;
    for claimer in claimers {
        let claim = claimer.await.expect("no claimer panics");
        match claim.expect("every claimer is answered") {
            Claim::Won(record) => {
                won += 1;
                assert_eq!(record.stage, Stage::Sending);
            }
            Claim::NotNow { until } => assert_eq!(until, NOW + LEASE),
            other => panic!("a claimer was told {other:?}"),
        }
    }
    assert_eq!(won, 1);
}

pub async fn claims_made_together_are_answered_one_by_one(harness: &dyn StoreHarness) {
    let store = harness.store();
    let mut settled = win(&*store, &action("act_old", "lane old"), NOW).await;
    settled.settle(delivered(), NOW);
    store.settle(settled, Vec::new()).await.expect("settles");
    let held = win(&*store, &action("act_held", "lane held"), NOW).await;
    let fresh: Vec<_> = (0..12)
        .map(|n| action(&format!("act_{n}"), &format!("lane {n}")))
        .collect();
    let mut asked: Vec<_> = fresh.iter().collect();
    let (behind, old) = (
        action("act_behind", "lane 3"),
        action("act_old", "lane old"),
    );
    asked.extend([&behind, &old, &held.action]);
    let mut claims = store.claim_all(&asked, NOW).await.into_iter();
    for action in &fresh {
        let claim = claims.next().expect("an answer for each");
        match claim.expect("every claim is answered") {
            Claim::Won(record) => assert_eq!(record.action.id, action.id),
            other => panic!("{} was told {other:?}", action.id),
        }
    }
    let rest: Vec<_> = claims
        .map(|claim| claim.expect("every claim is answered"))
        .collect();
    let expected = [
        Claim::Behind {
            action_id: "act_3".to_owned(),
        },
        Claim::Settled(delivered()),
        Claim::NotNow { until: NOW + LEASE },
    ];
    assert_eq!(rest, expected);
}

pub async fn a_claim_that_is_not_due_names_the_time(harness: &dyn StoreHarness) {
    let store = harness.store();
    let held = win(&*store, &action("act_1", "lane"), NOW).await;
    let until = NOW + seconds(300);
    postpone(&*store, held, "attempt 1: no connection", until).await;
    let early = store
        .claim(&action("act_1", "lane"), NOW + seconds(299))
        .await;
    assert_eq!(early.expect("answers"), Claim::NotNow { until });
    win(&*store, &action("act_1", "lane"), until).await;
}

fn waits_until(at: deskbridge_core::Timestamp) -> Terms {
    Terms {
        not_before: Some(at),
        ..Terms::default()
    }
}

/// The first claim leaves a row behind, which outlives the message that brought it.
pub async fn an_action_that_waits_for_its_time_is_due_then_and_not_before(
    harness: &dyn StoreHarness,
) {
    let store = harness.store();
    let at = NOW + seconds(3_600);
    let waits = Action {
        terms: waits_until(at),
        ..action("act_1", "lane")
    };
    let claim = store.claim(&waits, NOW).await.expect("answers");
    assert_eq!(claim, Claim::NotNow { until: at });
    let early = store.due(at - seconds(1), 10).await.expect("lists");
    assert_eq!(early, []);
    let due = store.due(at, 10).await.expect("lists");
    let due: Vec<_> = due.iter().map(|record| record.action.clone()).collect();
    assert_eq!(due, std::slice::from_ref(&waits));
    let held = win(&*store, &waits, at).await;
    assert_eq!((held.attempts, held.first_sent_at), (1, Some(at)));
}

pub async fn a_holder_with_an_old_fence_may_not_write(harness: &dyn StoreHarness) {
    let store = harness.store();
    let mut first = win(&*store, &action("act_1", "lane"), NOW).await;
    let second = win(&*store, &action("act_1", "lane"), NOW + LEASE).await;
    first.settle(delivered(), NOW + LEASE);
    let link = EntityChange::Link {
        entity: subject("1"),
        link: link("7", "act_1"),
    };
    let refused = store.settle(first, vec![link]).await;
    assert_eq!(refused.expect_err("it is held").kind(), ErrorKind::Conflict);
    let stored = store.action("act_1").await.expect("reads");
    assert_eq!(stored, Some(second));
    let rows = store.entities("one", &[subject("1")]).await;
    assert!(rows.expect("reads").iter().all(|row| row.links.is_empty()));
}

pub async fn of_two_that_read_the_same_row_one_settles_it(harness: &dyn StoreHarness) {
    let store = harness.store();
    let mut first = win(&*store, &action("act_1", "lane"), NOW).await;
    let mut second = first.clone();
    first.settle(delivered(), NOW);
    second.reopen(NOW);
    store
        .settle(first, Vec::new())
        .await
        .expect("the first one may");
    let refused = store.settle(second, Vec::new()).await;
    assert_eq!(
        refused.expect_err("it is too late").kind(),
        ErrorKind::Conflict
    );
}

pub async fn an_action_taken_up_again_goes_before_those_that_came_after_it(
    harness: &dyn StoreHarness,
) {
    let store = harness.store();
    let mut first = win(&*store, &action("act_1", "lane"), NOW).await;
    first.settle(delivered(), NOW);
    store.settle(first, Vec::new()).await.expect("settles");
    let second = win(&*store, &action("act_2", "lane"), NOW).await;
    let mut again = store
        .action("act_1")
        .await
        .expect("reads")
        .expect("is there");
    again.reopen(NOW);
    store.settle(again, Vec::new()).await.expect("settles");
    let third = store.claim(&action("act_3", "lane"), NOW).await;
    assert!(matches!(third.expect("answers"), Claim::Behind { action_id } if action_id == "act_1"));
    let mut second = second;
    second.settle(delivered(), NOW);
    store.settle(second, Vec::new()).await.expect("settles");
    let mut first = win(&*store, &action("act_1", "lane"), NOW).await;
    first.settle(delivered(), NOW);
    let woken = store.settle(first, Vec::new()).await.expect("settles");
    assert_eq!(
        woken.map(|record| record.action.id).as_deref(),
        Some("act_3")
    );
}

pub async fn a_lost_lease_is_due_and_its_outcome_unknown(harness: &dyn StoreHarness) {
    let store = harness.store();
    let held = win(&*store, &action("act_1", "lane"), NOW).await;
    let lease_end = NOW + LEASE;
    let early = store.due(NOW + seconds(59), 10).await.expect("lists");
    assert_eq!(early, []);
    let due = store.due(lease_end, 10).await.expect("lists");
    assert_eq!(due, std::slice::from_ref(&held));
    let second = win(&*store, &held.action, lease_end).await;
    assert!(matches!(second.stage, Stage::Unknown { .. }));
    assert!(second.fence > held.fence);
}

pub async fn a_settled_action_is_never_given_out_again(harness: &dyn StoreHarness) {
    let store = harness.store();
    let held = win(&*store, &action("act_1", "lane"), NOW).await;
    deliver(&*store, held, NOW).await;
    let much_later = NOW + seconds(1_000_000);
    let claim = store.claim(&action("act_1", "lane"), much_later).await;
    assert_eq!(claim.expect("answers"), Claim::Settled(delivered()));
    assert_eq!(store.due(much_later, 10).await.expect("lists"), []);
}

pub async fn a_parked_action_waits_for_a_person(harness: &dyn StoreHarness) {
    let store = harness.store();
    for id in ["act_1", "act_2", "act_3"] {
        let held = win(&*store, &action(id, id), NOW).await;
        park(&*store, held, NOW).await;
    }
    let much_later = NOW + seconds(1_000_000);
    let claim = store.claim(&action("act_1", "act_1"), much_later).await;
    assert_eq!(claim.expect("answers"), Claim::Parked);
    assert_eq!(store.due(much_later, 10).await.expect("lists"), []);
    assert_eq!(store.parked(10).await.expect("lists").len(), 3);
    assert_eq!(store.parked(2).await.expect("lists").len(), 2);
}

pub async fn due_actions_come_longest_due_first(harness: &dyn StoreHarness) {
    let store = harness.store();
    for (id, after) in [("late", 30), ("early", 10), ("middle", 20), ("not yet", 99)] {
        let held = win(&*store, &action(id, id), NOW).await;
        postpone(&*store, held, "later", NOW + seconds(after)).await;
    }
    let due = |limit| {
        let store = Arc::clone(&store);
        async move {
            let due = store.due(NOW + seconds(30), limit).await.expect("lists");
            let ids = due.into_iter().map(|record| record.action.id);
            ids.collect::<Vec<_>>()
        }
    };
    assert_eq!(due(10).await, ["early", "middle", "late"]);
    assert_eq!(due(2).await, ["early", "middle"]);
}

pub async fn a_settled_action_writes_its_entities_too(harness: &dyn StoreHarness) {
    let store = harness.store();
    let mut held = win(&*store, &creating("act_1", "lane"), NOW).await;
    held.settle(delivered(), NOW + seconds(2));
    let link = link("7", "act_1");
    let linked = EntityChange::Link {
        entity: subject("1"),
        link: link.clone(),
    };
    let settled = store.settle(held.clone(), vec![linked]).await;
    assert_eq!(settled.expect("the holder may settle"), None);
    let stored = store.action("act_1").await.expect("reads");
    let fence = held.fence + 1;
    assert_eq!(stored, Some(ActionRecord { fence, ..held }));
    let rows = store.entities("one", &[subject("1")]).await;
    let rows = rows.expect("reads");
    let links: Vec<_> = rows.iter().flat_map(|row| row.links.values()).collect();
    assert_eq!(links, [&link]);
}

pub async fn actions_of_an_event_are_found(harness: &dyn StoreHarness) {
    let store = harness.store();
    for id in ["act_1", "act_2"] {
        let mut action = action(id, id);
        action.event_id = "evt_1".to_owned();
        win(&*store, &action, NOW).await;
    }
    win(&*store, &action("act_3", "lane"), NOW).await;
    let actions = store.actions_of("evt_1").await.expect("lists");
    let mut ids: Vec<_> = actions.iter().map(|r| r.action.id.as_str()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["act_1", "act_2"]);
    assert_eq!(store.action("act_4").await.expect("reads"), None);
}
