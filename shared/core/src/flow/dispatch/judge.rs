//! What a vendor's answer makes of an action's row. Pure, so that every case is a table test.

use std::time::Duration;

use super::Verdict;
use crate::action::{ActionRecord, Stage};
use crate::connector::{Done, Operation, Repeat};
use crate::link::{Entity, EntityChange, EntityRef, Link};
use crate::outcome::Outcome;
use crate::retry::{MAX_ATTEMPTS, look_up_delay, next_delay};
use crate::{Error, ErrorKind, Retry, Timestamp};

/// How long two look-ups of the same absence lie apart.
const BETWEEN_LOOKS: Duration = Duration::from_secs(60);
/// How many counterparts of one subject are remembered besides the newest one: a row must not grow for
/// ever where nothing ever ends.
const MAX_OLDER: usize = 100;
/// How often a failing look-up is repeated before a person is asked: 12 times, over about 3 hours.
const MAX_LOOKS: u32 = 12;
/// When a credential that waits for a person is tried again of its own accord.
pub(super) const PAUSED_CHECK: Duration = Duration::from_secs(3600);

pub(super) fn delivered(
    mut record: ActionRecord,
    operation: &Operation,
    done: Done,
    subject: Option<&Entity>,
    now: Timestamp,
) -> Verdict {
    let mut changes = Vec::new();
    let action = &record.action;
    if let (Some(_), Some(made)) = (operation.creates, &done.entity) {
        changes.extend(link_both(&record, operation, made, subject));
    }
    if operation.ends {
        changes.push(ended(&record, true));
    }
    let id = done.entity.map(|entity| entity.id);
    tracing::debug!(action.id = %action.id, "delivered");
    record.settle(
        Outcome::Delivered {
            id,
            detail: done.detail,
        },
        now,
    );
    Verdict {
        record,
        changes,
        result: done.result,
    }
}

/// Links what was made and the subject. What was the subject's counterpart `before` is nothing new:
/// its link keeps the time of the event that made it.
fn link_both(
    record: &ActionRecord,
    operation: &Operation,
    made: &EntityRef,
    subject: Option<&Entity>,
) -> Vec<EntityChange> {
    let action = &record.action;
    let before = subject.and_then(|subject| subject.link(&action.connector));
    if before.is_some_and(|link| &link.peer == made) {
        return Vec::new();
    }
    let link = |peer: &EntityRef| Link {
        peer: peer.clone(),
        origin: action.subject.connector.clone(),
        made_by: action.id.clone(),
        since: action.received_at,
    };
    let entity = action.subject.clone();
    let forth = match operation.renews || record.forced {
        true => EntityChange::Relink {
            entity,
            link: link(made),
        },
        false => EntityChange::Link {
            entity,
            link: link(made),
        },
    };
    let back = EntityChange::Link {
        entity: made.clone(),
        link: link(&action.subject),
    };
    let mut changes = vec![forth, back];
    if let (Some(subject), Some(before), true) = (subject, before, operation.renews) {
        changes.extend(left_behind(subject, &before.peer));
    }
    changes
}

/// What the newest counterpart takes the place of has not ended with it.
fn left_behind(subject: &Entity, before: &EntityRef) -> Vec<EntityChange> {
    let entity = subject.entity.clone();
    if subject.ended {
        return Vec::new();
    }
    let older = EntityChange::Older {
        entity: entity.clone(),
        peer: before.clone(),
    };
    let full = subject.older.len() >= MAX_OLDER;
    let first = subject.older.first().filter(|_| full).cloned();
    let left = first.map(|peer| EntityChange::Left { entity, peer });
    [Some(older), left].into_iter().flatten().collect()
}

/// One of several counterparts is done with: the same action turns to the next at once.
pub(super) fn goes_on(
    mut record: ActionRecord,
    peer: EntityRef,
    what: String,
    now: Timestamp,
) -> Verdict {
    record.note(now, what);
    record.stage = Stage::Ready;
    record.attempts = 0;
    record.due_at = Some(now);
    let entity = record.action.subject.clone();
    let changes = vec![EntityChange::Left { entity, peer }];
    Verdict {
        record,
        changes,
        result: None,
    }
}

fn ended(record: &ActionRecord, done: bool) -> EntityChange {
    EntityChange::Ended {
        entity: record.action.subject.clone(),
        at: record.action.received_at,
        done,
    }
}

/// The vendor refused: recorded in its own words, never repeated.
pub(super) fn refused(
    mut record: ActionRecord,
    operation: &Operation,
    why: String,
    now: Timestamp,
) -> Verdict {
    let changes = end_marks(&record, operation.ends);
    record.settle(Outcome::Rejected { why }, now);
    rejected(record, changes)
}

fn rejected(record: ActionRecord, changes: Vec<EntityChange>) -> Verdict {
    Verdict {
        record,
        changes,
        result: None,
    }
}

/// Even an end that found nothing to end counts: an older create must not come after it.
fn end_marks(record: &ActionRecord, ends: bool) -> Vec<EntityChange> {
    if ends {
        vec![ended(record, false)]
    } else {
        Vec::new()
    }
}

pub(super) fn call_failed(
    mut record: ActionRecord,
    repeat: Repeat,
    ends: bool,
    error: &Error,
    now: Timestamp,
) -> Verdict {
    let why = error.to_string();
    match error.retry() {
        Retry::Never => {
            let nothing_there = error.kind() == ErrorKind::NotFound;
            let changes = end_marks(&record, ends && nothing_there);
            record.settle(Outcome::Rejected { why }, now);
            return rejected(record, changes);
        }
        Retry::Later(after) => again_later(&mut record, after, why, now),
        Retry::WhenCredentialChanges => return postponed(record, None, why, now),
        Retry::LookUp => match repeat {
            Repeat::Harmless => again_later(&mut record, None, why, now),
            Repeat::LookUp { wait, .. } => {
                record.note(now, why);
                record.set_unknown(None, now);
                record.due_at = Some(now + wait);
            }
            Repeat::Park => {
                record.note(now, why);
                return park(record, now);
            }
        },
    }
    record.into()
}

fn again_later(record: &mut ActionRecord, after: Option<Duration>, why: String, now: Timestamp) {
    match next_delay(record.attempts, after, &record.action.id) {
        Some(delay) => {
            record.note(now, format!("attempt {}: {why}", record.attempts));
            record.stage = Stage::Ready;
            record.due_at = Some(now + delay);
        }
        None => {
            let attempts = record.attempts;
            let why = format!("gave up after {attempts} attempts: {why}");
            record.settle(Outcome::Dead { why }, now);
        }
    }
}

/// Puts the action back as it was, without counting an attempt.
pub(super) fn postponed(
    mut record: ActionRecord,
    until: Option<Timestamp>,
    why: String,
    now: Timestamp,
) -> Verdict {
    if record.history.last().is_none_or(|step| step.what != why) {
        record.note(now, why);
    }
    if record.stage == Stage::Sending {
        record.stage = Stage::Ready;
        record.attempts = record.attempts.saturating_sub(1);
    }
    record.due_at = Some(until.unwrap_or(now + PAUSED_CHECK));
    record.into()
}

/// Puts the action back until its credential changes, or for an hour: the person may have mended it
/// at the vendor, without a new version here.
pub(super) fn paused(record: ActionRecord, credential: &str, why: &str, now: Timestamp) -> Verdict {
    let why = format!("credential {credential} is paused: {why}");
    let mut verdict = postponed(record, None, why, now);
    verdict.record.waits_for = Some(credential.to_owned());
    verdict
}

pub(super) fn not_yet(mut record: ActionRecord, now: Timestamp) -> Verdict {
    if let Stage::Unknown { looks, .. } = &mut record.stage {
        *looks += 1;
        let delay = look_up_delay(*looks);
        if *looks > MAX_LOOKS {
            return park(record, now);
        }
        record.due_at = Some(now + delay);
    }
    record.into()
}

/// Not there: only after as many looks as the vendor's index needs is it sent again.
pub(super) fn absent(mut record: ActionRecord, operation: &Operation, now: Timestamp) -> Verdict {
    let needed = match operation.repeat {
        Repeat::LookUp { looks, .. } => looks,
        Repeat::Harmless | Repeat::Park => 1,
    };
    if let Stage::Unknown { absent, .. } = &mut record.stage {
        *absent += 1;
        if *absent < needed {
            record.due_at = Some(now + BETWEEN_LOOKS);
            record.note(now, "looked: not there yet".to_owned());
            return record.into();
        }
    }
    record.note(now, "looked: it took no effect".to_owned());
    if record.attempts >= MAX_ATTEMPTS {
        let why = format!(
            "gave up after {} attempts, none of which took effect",
            record.attempts
        );
        record.settle(Outcome::Dead { why }, now);
    } else {
        // Known to be undone, and waited for long enough: nothing speaks against going at once.
        record.stage = Stage::Ready;
        record.due_at = Some(now);
    }
    record.into()
}

/// A look-up that fails says nothing of the action. One that can never succeed leaves it to a
/// person at once.
pub(super) fn look_up_failed(mut record: ActionRecord, error: &Error, now: Timestamp) -> Verdict {
    record.note(now, format!("look-up failed: {error}"));
    if error.retry() == Retry::Never {
        return park(record, now);
    }
    not_yet(record, now)
}

pub(super) fn park(mut record: ActionRecord, now: Timestamp) -> Verdict {
    let last = record
        .history
        .iter()
        .rev()
        .find(|step| step.what != "outcome unknown");
    let last = last.map(|step| step.what.clone()).unwrap_or_default();
    let why = format!("whether it took effect cannot be known ({last})");
    record.note(now, "parked".to_owned());
    record.stage = Stage::Parked { why };
    record.due_at = None;
    record.into()
}

#[cfg(test)]
mod tests;
