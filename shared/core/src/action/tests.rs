use std::time::Duration;

use serde_json::json;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_000_000);

fn record() -> ActionRecord {
    let action = Action {
        id: "act_1".into(),
        event_id: "evt_1".into(),
        integration: "a".into(),
        rule: "r".into(),
        config_version: 1,
        connector: "kayako".into(),
        operation: "add_note".into(),
        subject: EntityRef::new("opsgenie", "alert", "1"),
        order_key: "a/1".into(),
        slot: None,
        params: json!({}),
        received_at: NOW,
        creates: false,
        terms: crate::action::Terms::default(),
    };
    ActionRecord::new(action, NOW)
}

#[test]
fn a_claim_is_the_intent_and_lasts_one_lease() {
    let mut record = record();
    assert!(matches!(record.claim(NOW, None), Claim::Won(_)));
    assert_eq!(record.stage, Stage::Sending);
    let until = NOW + LEASE;
    assert_eq!(record.claim(NOW, None), Claim::NotNow { until });
}

#[test]
fn a_lease_that_ran_out_leaves_the_outcome_unknown() {
    let mut record = record();
    record.claim(NOW, None);
    let Claim::Won(second) = record.claim(NOW + LEASE, None) else {
        panic!("the lease is over");
    };
    assert!(matches!(second.stage, Stage::Unknown { .. }));
    assert_eq!(second.fence, 2);
}

#[test]
fn waits_behind_an_earlier_action_until_woken() {
    let mut record = record();
    let behind = Claim::Behind {
        action_id: "act_0".into(),
    };
    assert_eq!(record.claim(NOW, Some("act_0".into())), behind);
    assert_eq!((record.due_at, record.stage.clone()), (None, Stage::Ready));
    let message = record.message_id();
    record.wake(NOW + Duration::from_secs(1));
    assert_ne!(record.message_id(), message);
    assert!(matches!(
        record.claim(NOW + Duration::from_secs(1), None),
        Claim::Won(_)
    ));
}

#[test]
fn is_not_taken_before_it_is_due() {
    let mut record = record();
    let until = NOW + Duration::from_secs(5);
    record.due_at = Some(until);
    assert_eq!(record.claim(NOW, None), Claim::NotNow { until });
    assert!(matches!(record.claim(until, None), Claim::Won(_)));
}

#[test]
fn a_settled_action_is_never_claimed_again() {
    let mut record = record();
    let outcome = Outcome::Delivered {
        id: None,
        detail: String::new(),
    };
    record.settle(outcome.clone(), NOW);
    assert_eq!(
        record.claim(NOW + LEASE * 100, None),
        Claim::Settled(outcome)
    );
    assert!(!record.blocks());
}

#[test]
fn a_parked_create_blocks_and_a_parked_note_does_not() {
    let mut record = record();
    record.stage = Stage::Parked { why: String::new() };
    assert!(!record.blocks());
    record.action.creates = true;
    assert!(record.blocks());
}

#[test]
fn a_long_history_keeps_its_beginning_and_its_end() {
    let mut record = record();
    for n in 0..100 {
        record.note(NOW, n.to_string());
    }
    assert_eq!(record.history.len(), MAX_HISTORY);
    assert_eq!(record.history[0].what, "0");
    assert_eq!(record.history[MAX_HISTORY - 1].what, "99");
}

#[test]
fn what_waits_for_its_time_is_due_then_whoever_wakes_it() {
    let at = NOW + Duration::from_secs(3600);
    let mut action = record().action;
    action.terms.not_before = Some(at);
    let mut record = ActionRecord::new(action, NOW);
    assert_eq!(record.claim(NOW, None), Claim::NotNow { until: at });
    record.wake(NOW);
    assert_eq!(record.claim(NOW, None), Claim::NotNow { until: at });
    record.reopen(NOW);
    assert_eq!(record.due_at, Some(at));
    assert!(matches!(record.claim(at, None), Claim::Won(_)));
}
