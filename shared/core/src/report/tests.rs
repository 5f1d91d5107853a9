use serde_json::json;

use super::*;
use crate::action::{Action, Terms};

const NOW: Timestamp = Timestamp::from_millis(1_000);

fn record(stage: Stage) -> ActionRecord {
    let action = Action {
        id: "act_1".to_owned(),
        event_id: "evt_1".to_owned(),
        integration: "one".to_owned(),
        rule: "rules[0]".to_owned(),
        config_version: 1,
        connector: "desk".to_owned(),
        operation: "read_ticket".to_owned(),
        subject: EntityRef::new("desk", "ticket", "9"),
        order_key: "one".to_owned(),
        slot: None,
        params: json!({ "number": 9 }),
        received_at: NOW,
        creates: false,
        terms: Terms {
            report: Some(Asked {
                carry: json!({ "channel": "C1" }),
                depth: 1,
            }),
            ..Terms::default()
        },
    };
    let mut record = ActionRecord::new(action, NOW);
    record.stage = stage;
    record
}

fn delivered() -> ActionRecord {
    record(Stage::Settled(Outcome::Delivered {
        id: None,
        detail: "read".to_owned(),
    }))
}

fn refused() -> ActionRecord {
    record(Stage::Settled(Outcome::Rejected {
        why: "no such ticket".to_owned(),
    }))
}

fn body_of(record: &ActionRecord, result: Option<Map<String, Value>>) -> Value {
    let report = Report::of(record, result).expect("it was asked for");
    let envelope = report.envelope("one", "desk", NOW).expect("it fits");
    serde_json::from_str(&envelope.body).expect("it is JSON")
}

#[test]
fn a_report_tells_the_answer_what_was_asked_and_where_it_came_from() {
    let result = json!({ "subject": "Printer" }).as_object().cloned();
    let body = body_of(&delivered(), result);
    let (incoming, depth) = read(&body).expect("it is one").expect("it fits");
    assert_eq!(
        (incoming.event_type.as_str(), depth),
        ("read_ticket_done", 2)
    );
    assert_eq!(incoming.subject, EntityRef::new("desk", "ticket", "9"));
    let told = json!({
        "result": { "subject": "Printer" },
        "error": "",
        "outcome": "delivered",
        "asked": { "number": 9 },
        "carried": { "channel": "C1" },
    });
    assert_eq!(Value::Object(incoming.data), told);
}

#[test]
fn a_failure_is_told_in_the_vendors_words() {
    let (incoming, _) = read(&body_of(&refused(), None)).unwrap().unwrap();
    assert_eq!(incoming.event_type, "read_ticket_failed");
    assert_eq!(incoming.data["error"], "no such ticket");
}

#[test]
fn what_waits_for_a_person_or_a_credential_is_told_too() {
    let parked = record(Stage::Parked {
        why: "cannot be known".to_owned(),
    });
    let mut paused = record(Stage::Ready);
    paused.waits_for = Some("desk-mon".to_owned());
    paused.note(NOW, "invalid_code".to_owned());
    for (record, why) in [(parked, "cannot be known"), (paused, "invalid_code")] {
        let report = Report::of(&record, None).expect("it is told");
        assert_eq!(report.error, why);
    }
}

#[test]
fn nobody_is_told_of_what_is_still_on_its_way_or_was_called_off() {
    let off = Outcome::Suppressed {
        why: "the integration is off".to_owned(),
    };
    let dropped = Outcome::Dropped { why: String::new() };
    let stages = [
        Stage::Ready,
        Stage::Sending,
        Stage::Settled(off),
        Stage::Settled(dropped),
    ];
    for stage in stages {
        assert_eq!(Report::of(&record(stage), None), None);
    }
}

#[test]
fn the_same_outcome_has_the_same_ids_and_another_has_others() {
    let ids = |record: &ActionRecord, at: Timestamp| {
        let report = Report::of(record, None).unwrap();
        let envelope = report.envelope("one", "desk", at).unwrap();
        (envelope.event_id, envelope.delivery_id)
    };
    let later = Timestamp::from_millis(9_000_000);
    assert_eq!(ids(&delivered(), NOW), ids(&delivered(), later));
    assert_ne!(ids(&delivered(), NOW), ids(&refused(), NOW));
}

#[test]
fn an_action_whose_rule_did_not_ask_is_not_told_of() {
    let mut silent = delivered();
    silent.action.terms = Terms::default();
    assert_eq!(Report::of(&silent, None), None);
}

#[test]
fn a_report_that_does_not_fit_is_a_drift_and_no_panic() {
    let read = read(&json!({ "deskbridge_report": 7 })).expect("it says that it is one");
    assert_eq!(read.expect_err("it is none").field, "deskbridge_report");
    assert!(super::read(&json!({ "id": 7 })).is_none());
}
