use serde_json::json;

use super::*;
use crate::ErrorKind;
use crate::action::Action;
use crate::retry::MAX_ATTEMPTS;

const NOW: Timestamp = Timestamp::from_millis(1_000_000);
const LOOK_UP: Repeat = Repeat::LookUp {
    wait: Duration::from_secs(30),
    looks: 2,
};

fn operation(repeat: Repeat) -> Operation {
    Operation {
        name: "create",
        creates: Some("alert"),
        renews: false,
        acts_on: None,
        ends: false,
        repeat,
        required: &[],
        optional: &[],
    }
}

/// An action that was claimed and sent once.
fn sent() -> ActionRecord {
    let action = Action {
        id: "act_1".into(),
        event_id: "evt_1".into(),
        integration: "a".into(),
        rule: "r".into(),
        config_version: 1,
        connector: "opsgenie".into(),
        operation: "create".into(),
        subject: EntityRef::new("kayako", "conversation", "9"),
        order_key: "a/9".into(),
        slot: None,
        params: json!({}),
        received_at: NOW,
        creates: true,
        terms: crate::action::Terms::default(),
    };
    let mut record = ActionRecord::new(action, NOW);
    record.claim(NOW, None);
    record
}

fn fail(kind: ErrorKind, repeat: Repeat) -> ActionRecord {
    call_failed(sent(), repeat, false, &Error::new(kind, "why"), NOW).record
}

fn outcome(record: &ActionRecord) -> &'static str {
    match &record.stage {
        Stage::Ready => "later",
        Stage::Sending => "sending",
        Stage::Unknown { .. } => "look up",
        Stage::Parked { .. } => "parked",
        Stage::Settled(outcome) => outcome.word(),
    }
}

#[test]
fn each_kind_of_failure_has_one_consequence() {
    let table = [
        // kind, harmless to repeat, can be looked up, nothing to look at
        (ErrorKind::NotSent, ["later", "later", "later"]),
        (ErrorKind::RateLimited, ["later", "later", "later"]),
        (ErrorKind::Paced, ["later", "later", "later"]),
        (ErrorKind::Unavailable, ["later", "later", "later"]),
        (ErrorKind::Unauthorized, ["later", "later", "later"]),
        (ErrorKind::NeedsPerson, ["later", "later", "later"]),
        (ErrorKind::OutcomeUnknown, ["later", "look up", "parked"]),
        (ErrorKind::Malformed, ["later", "look up", "parked"]),
        (ErrorKind::Rejected, ["rejected", "rejected", "rejected"]),
        (ErrorKind::NotFound, ["rejected", "rejected", "rejected"]),
        (
            ErrorKind::Misconfigured,
            ["rejected", "rejected", "rejected"],
        ),
        (ErrorKind::Unsupported, ["rejected", "rejected", "rejected"]),
        (ErrorKind::Conflict, ["rejected", "rejected", "rejected"]),
    ];
    for (kind, expected) in table {
        let repeats = [Repeat::Harmless, LOOK_UP, Repeat::Park];
        let got = repeats.map(|repeat| outcome(&fail(kind, repeat)));
        assert_eq!(got, expected, "{kind:?}");
    }
}

#[test]
fn an_unknown_outcome_is_not_looked_up_before_the_index_can_know() {
    let record = fail(ErrorKind::OutcomeUnknown, LOOK_UP);
    assert_eq!(record.due_at, Some(NOW + Duration::from_secs(30)));
}

#[test]
fn retry_after_is_a_floor() {
    let wait = Duration::from_secs(900);
    let error = Error::new(ErrorKind::RateLimited, "").with_retry(Retry::Later(Some(wait)));
    let record = call_failed(sent(), Repeat::Harmless, false, &error, NOW).record;
    assert!(record.due_at >= Some(NOW + wait));
}

#[test]
fn the_eighth_failure_is_the_last() {
    let mut record = sent();
    record.attempts = MAX_ATTEMPTS;
    let error = Error::new(ErrorKind::NotSent, "no connection");
    let record = call_failed(record, Repeat::Harmless, false, &error, NOW).record;
    assert_eq!(outcome(&record), "dead");
    assert!(record.is_settled());
}

#[test]
fn a_bad_credential_uses_up_no_attempt() {
    let record = fail(ErrorKind::Unauthorized, Repeat::Harmless);
    assert_eq!((record.attempts, outcome(&record)), (0, "later"));
}

#[test]
fn absence_must_be_seen_as_often_as_the_vendor_needs() {
    let mut record = fail(ErrorKind::OutcomeUnknown, LOOK_UP);
    record = absent(record, &operation(LOOK_UP), NOW).record;
    assert_eq!(outcome(&record), "look up");
    assert_eq!(record.due_at, Some(NOW + BETWEEN_LOOKS));
    record = absent(record, &operation(LOOK_UP), NOW).record;
    assert_eq!(outcome(&record), "later");
}

#[test]
fn a_look_up_that_fails_never_counts_as_absence() {
    let mut record = fail(ErrorKind::OutcomeUnknown, LOOK_UP);
    let error = Error::new(ErrorKind::Unavailable, "away");
    for _ in 0..MAX_LOOKS {
        record = look_up_failed(record, &error, NOW).record;
        assert_eq!(outcome(&record), "look up");
    }
    record = look_up_failed(record, &error, NOW).record;
    assert_eq!(outcome(&record), "parked");
}

fn made() -> EntityRef {
    EntityRef::new("opsgenie", "alert", "x")
}

fn delivered_with(operation: &Operation, before: Option<&Link>) -> Vec<EntityChange> {
    let done = Done {
        entity: Some(made()),
        ..Done::default()
    };
    let mut subject = Entity::unknown(sent().action.subject);
    let links = before.map(|link| (link.peer.connector.clone(), link.clone()));
    subject.links.extend(links);
    delivered(sent(), operation, done, Some(&subject), NOW).changes
}

fn link_to(peer: EntityRef) -> Link {
    Link {
        peer,
        origin: "kayako".into(),
        made_by: "act_0".into(),
        since: Timestamp::from_millis(0),
    }
}

#[test]
fn a_delivered_create_links_both_sides() {
    let changes = delivered_with(&operation(LOOK_UP), None);
    let linked: Vec<_> = changes
        .iter()
        .map(|change| change.entity().clone())
        .collect();
    let subject = EntityRef::new("kayako", "conversation", "9");
    assert_eq!(linked, [subject, made()]);
}

#[test]
fn a_renewing_create_takes_the_place_of_the_counterpart_before() {
    let renewing = Operation {
        renews: true,
        ..operation(LOOK_UP)
    };
    let older = link_to(EntityRef::new("opsgenie", "alert", "older"));
    let changes = delivered_with(&renewing, Some(&older));
    assert!(matches!(&changes[0], EntityChange::Relink { link, .. } if link.peer == made()));
    assert!(matches!(&changes[1], EntityChange::Link { link, .. } if link.since == NOW));
    assert!(matches!(&changes[2], EntityChange::Older { peer, .. } if peer == &older.peer));
}

#[test]
fn only_so_many_older_counterparts_are_remembered() {
    let mut subject = Entity::unknown(sent().action.subject);
    let numbered = |number: usize| EntityRef::new("opsgenie", "alert", format!("{number:03}"));
    let before = numbered(MAX_OLDER);
    subject.older.extend((0..MAX_OLDER).map(numbered));
    let changes = left_behind(&subject, &before);
    for change in changes {
        change.apply(&mut subject);
    }
    assert_eq!(subject.older.len(), MAX_OLDER);
    assert_eq!(subject.older.first(), Some(&numbered(1)));
}

#[test]
fn what_has_ended_is_not_left_behind() {
    let mut subject = Entity::unknown(sent().action.subject);
    subject.ended = true;
    assert_eq!(left_behind(&subject, &made()), []);
}

#[test]
fn an_end_that_goes_on_has_all_attempts_before_it() {
    let verdict = goes_on(sent(), made(), "completed".into(), NOW);
    assert_eq!(outcome(&verdict.record), "later");
    assert_eq!(
        (verdict.record.attempts, verdict.record.due_at),
        (0, Some(NOW))
    );
    assert!(matches!(&verdict.changes[..], [EntityChange::Left { peer, .. }] if *peer == made()));
}

#[test]
fn a_create_that_went_to_the_counterpart_there_was_leaves_its_link_alone() {
    let renewing = Operation {
        renews: true,
        ..operation(LOOK_UP)
    };
    assert_eq!(delivered_with(&renewing, Some(&link_to(made()))), []);
}

#[test]
fn an_end_that_was_refused_still_keeps_older_creates_away() {
    let error = Error::new(ErrorKind::NotFound, "no such alert");
    let verdict = call_failed(sent(), Repeat::Harmless, true, &error, NOW);
    assert!(matches!(
        verdict.changes[..],
        [EntityChange::Ended { at: NOW, .. }]
    ));
}

#[test]
fn a_paused_credential_is_noted_once_and_checked_hourly() {
    let mut record = sent();
    for _ in 0..3 {
        record = postponed(record, None, "credential x is paused".into(), NOW).record;
    }
    assert_eq!(record.history.len(), 1);
    assert_eq!(record.due_at, Some(NOW + PAUSED_CHECK));
}
