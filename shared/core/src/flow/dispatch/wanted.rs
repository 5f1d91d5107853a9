//! What an action is to act on when its turn comes, and whether it is still to be done. Pure.

use super::ready::Ready;
use crate::action::{Action, ActionRecord};
use crate::connector::Operation;
use crate::link::{Entity, EntityRef};

/// The entity to act on: the subject itself where the event came from the same vendor, else the
/// subject's counterpart. An end goes to each of several counterparts, the newest one last.
pub(super) fn target<'a>(
    subject: &'a Entity,
    action: &Action,
    operation: &Operation,
) -> Option<&'a EntityRef> {
    operation.acts_on?;
    if subject.entity.connector == action.connector {
        return Some(&subject.entity);
    }
    let newest = || subject.link(&action.connector).map(|link| &link.peer);
    older(subject, action, operation).or_else(newest)
}

/// One of the counterparts before the newest one, which an end goes to first.
pub(super) fn older<'a>(
    subject: &'a Entity,
    action: &Action,
    operation: &Operation,
) -> Option<&'a EntityRef> {
    let mut older = subject.older.iter();
    older.find(|peer| operation.ends && peer.connector == action.connector)
}

/// Returns why an action has nothing left to do when its turn comes, if so.
pub(super) fn no_longer_wanted(record: &ActionRecord, ready: &Ready<'_>) -> Option<String> {
    if record.forced {
        return None;
    }
    let action = &record.action;
    let linked = || target(ready.subject, action, ready.operation).is_some();
    if action.terms.if_linked && !linked() {
        let (subject, connector) = (&action.subject, &action.connector);
        return Some(format!("{subject} has no counterpart at {connector}"));
    }
    if action.terms.not_before.is_some() {
        return given_way(action, ready);
    }
    ready.operation.creates?;
    let link = ready.subject.link(&action.connector);
    if let Some(link) = link.filter(|_| !ready.operation.renews) {
        return Some(format!("{} has {} already", action.subject, link.peer));
    }
    let ended = ready.subject.ended_at?;
    (ended > action.received_at).then(|| format!("superseded: ended by a webhook of {ended}"))
}

/// What has waited for its time may have been overtaken: by another event, or by other settings.
fn given_way(action: &Action, ready: &Ready<'_>) -> Option<String> {
    let subject = ready.subject;
    if !ready.has_rule {
        return Some("the settings no longer have its rule".to_owned());
    }
    let newest = subject.awaited.get(&action.rule);
    if let Some(newest) = newest.filter(|newest| newest.action_id != action.id) {
        let since = newest.since;
        return Some(format!("superseded: the wait began anew at {since}"));
    }
    let ended = subject.ended_at.filter(|_| subject.ended)?;
    (ended > action.received_at).then(|| format!("superseded: ended by a webhook of {ended}"))
}
