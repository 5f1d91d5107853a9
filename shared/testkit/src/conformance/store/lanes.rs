//! The order among the actions of one order key.

use deskbridge_core::Timestamp;
use deskbridge_core::action::{Action, ActionRecord, Claim, Stage};
use deskbridge_core::ports::Store;

use super::super::samples::*;
use super::StoreHarness;

pub async fn a_later_action_waits_and_is_woken(harness: &dyn StoreHarness) {
    let store = harness.store();
    let first = win(&*store, &action("act_1", "lane"), NOW).await;
    assert_behind(&*store, &action("act_2", "lane"), NOW, "act_1").await;
    let before = stored(&*store, "act_2").await;
    assert_eq!((before.stage, before.due_at), (Stage::Ready, None));
    let woken = deliver(&*store, first, NOW + seconds(3)).await;
    let woken = woken.expect("the one that waited");
    assert_eq!(woken.action.id, "act_2");
    assert_eq!(woken.due_at, Some(NOW + seconds(3)));
    assert!(
        woken.fence > before.fence,
        "its message id must be a new one"
    );
    let due = store.due(NOW + seconds(3), 10).await.expect("lists");
    assert_eq!(due, std::slice::from_ref(&woken));
    win(&*store, &woken.action, NOW + seconds(3)).await;
}

pub async fn waiting_actions_are_woken_one_by_one_in_order(harness: &dyn StoreHarness) {
    let store = harness.store();
    let mut held = win(&*store, &action("act_1", "lane"), NOW).await;
    for id in ["act_2", "act_3", "act_4"] {
        assert_behind(&*store, &action(id, "lane"), NOW, "act_1").await;
    }
    for next in ["act_2", "act_3", "act_4"] {
        let woken = deliver(&*store, held, NOW).await.expect("one waits");
        assert_eq!(woken.action.id, next);
        held = win(&*store, &woken.action, NOW).await;
    }
    assert_eq!(deliver(&*store, held, NOW).await, None);
}

pub async fn lanes_do_not_wait_for_each_other(harness: &dyn StoreHarness) {
    let store = harness.store();
    let one = win(&*store, &action("act_1", "one"), NOW).await;
    assert_behind(&*store, &action("act_2", "one"), NOW, "act_1").await;
    let two = win(&*store, &action("act_3", "two"), NOW).await;
    assert_eq!(deliver(&*store, two, NOW).await, None);
    let woken = deliver(&*store, one, NOW).await;
    assert_eq!(woken.expect("one waits").action.id, "act_2");
}

pub async fn an_action_due_later_still_blocks(harness: &dyn StoreHarness) {
    let store = harness.store();
    let first = action("act_1", "lane");
    let held = win(&*store, &first, NOW).await;
    let later = NOW + seconds(300);
    let woken = postpone(&*store, held, "attempt 1: no connection", later).await;
    assert_eq!(woken, None);
    assert_behind(&*store, &action("act_2", "lane"), NOW, "act_1").await;
    let held = win(&*store, &first, later).await;
    let woken = deliver(&*store, held, later).await;
    assert_eq!(woken.expect("one waits").action.id, "act_2");
}

pub async fn a_parked_create_blocks_until_it_is_resolved(harness: &dyn StoreHarness) {
    let store = harness.store();
    let held = win(&*store, &creating("act_1", "lane"), NOW).await;
    assert_behind(&*store, &action("act_2", "lane"), NOW, "act_1").await;
    assert_eq!(park(&*store, held, NOW).await, None);
    assert_behind(&*store, &action("act_2", "lane"), NOW, "act_1").await;
    assert_behind(&*store, &action("act_3", "lane"), NOW, "act_1").await;
    let parked = stored(&*store, "act_1").await;
    let woken = deliver(&*store, parked, NOW).await;
    assert_eq!(woken.expect("two wait").action.id, "act_2");
}

pub async fn a_parked_update_lets_the_next_one_pass(harness: &dyn StoreHarness) {
    let store = harness.store();
    let held = win(&*store, &action("act_1", "lane"), NOW).await;
    assert_behind(&*store, &action("act_2", "lane"), NOW, "act_1").await;
    let woken = park(&*store, held, NOW).await.expect("one waits");
    assert_eq!(woken.action.id, "act_2");
    let held = win(&*store, &woken.action, NOW).await;
    deliver(&*store, held, NOW).await;
    win(&*store, &action("act_3", "lane"), NOW).await;
}

/// A person sends a parked update again while a later one is on its way: the one that waits is
/// woken only when both have ended.
pub async fn an_update_that_is_sent_again_is_waited_for(harness: &dyn StoreHarness) {
    let store = harness.store();
    let first = win(&*store, &action("act_1", "lane"), NOW).await;
    park(&*store, first, NOW).await;
    let second = win(&*store, &action("act_2", "lane"), NOW).await;
    assert_behind(&*store, &action("act_3", "lane"), NOW, "act_2").await;
    let parked = stored(&*store, "act_1").await;
    postpone(&*store, parked, "send again", NOW).await;
    let woken = deliver(&*store, second, NOW).await;
    assert_eq!(woken, None, "act_1 comes before act_3");
    let first = win(&*store, &action("act_1", "lane"), NOW).await;
    let woken = deliver(&*store, first, NOW).await;
    assert_eq!(woken.expect("one waits").action.id, "act_3");
}

/// The same, and the later one's outcome is unknown: it waits too, and must be woken too.
pub async fn an_unknown_outcome_that_waits_is_woken(harness: &dyn StoreHarness) {
    let store = harness.store();
    let first = win(&*store, &action("act_1", "lane"), NOW).await;
    park(&*store, first, NOW).await;
    let mut second = win(&*store, &action("act_2", "lane"), NOW).await;
    second.set_unknown(None, NOW);
    second.due_at = Some(NOW + seconds(5));
    let settled = store.settle(second, Vec::new()).await;
    assert_eq!(settled.expect("the holder may write"), None);
    let parked = stored(&*store, "act_1").await;
    postpone(&*store, parked, "send again", NOW).await;
    let later = NOW + seconds(5);
    assert_behind(&*store, &action("act_2", "lane"), later, "act_1").await;
    let first = win(&*store, &action("act_1", "lane"), later).await;
    let woken = deliver(&*store, first, later).await.expect("one waits");
    assert_eq!(woken.action.id, "act_2");
    assert!(matches!(woken.stage, Stage::Unknown { .. }));
}

async fn assert_behind(store: &dyn Store, action: &Action, now: Timestamp, behind: &str) {
    let claim = store.claim(action, now).await.expect("answers");
    let action_id = behind.to_owned();
    assert_eq!(claim, Claim::Behind { action_id });
}

async fn stored(store: &dyn Store, id: &str) -> ActionRecord {
    let record = store.action(id).await.expect("reads");
    record.expect("it was claimed before")
}
