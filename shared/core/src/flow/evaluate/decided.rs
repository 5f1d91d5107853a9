//! An event with its decision, on its way into the ledger.

use crate::connector::Incoming;
use crate::dedup::DedupKey;
use crate::event::{Decision, Envelope, EventRecord};
use crate::link::{Entity, EntityChange};

/// An event and what was decided, before it is written.
pub(super) struct Decided {
    pub(super) record: EventRecord,
    pub(super) key: Option<DedupKey>,
    pub(super) forget: Vec<EntityChange>,
}

pub(super) fn record(envelope: &Envelope, config_version: u64, decision: Decision) -> EventRecord {
    EventRecord {
        id: envelope.event_id.clone(),
        delivery_id: envelope.delivery_id.clone(),
        integration: envelope.integration.clone(),
        connector: envelope.connector.clone(),
        event_type: String::new(),
        subject: None,
        received_at: envelope.received_at,
        config_version,
        decision,
        duplicates: 0,
        last_duplicate_at: None,
        replays: 0,
        past: Vec::new(),
        unverified: envelope.unverified,
        body: envelope.body.clone(),
    }
}

pub(super) fn describe(
    record: EventRecord,
    envelope: &Envelope,
    incoming: &Incoming,
) -> EventRecord {
    EventRecord {
        event_type: format!("{}.{}", envelope.connector, incoming.event_type),
        subject: Some(incoming.subject.clone()),
        ..record
    }
}

pub(super) fn suppressed(envelope: &Envelope, version: u64, why: &str) -> Decided {
    unread(envelope, version, Decision::Suppressed { why: why.into() })
}

pub(super) fn unread(envelope: &Envelope, version: u64, decision: Decision) -> Decided {
    Decided {
        record: record(envelope, version, decision),
        key: None,
        forget: Vec::new(),
    }
}

/// What we wrote is forgotten once a webhook reports another value: the next time our value is
/// seen there, a person has set it.
pub(super) fn changed_by_others(incoming: &Incoming, entity: &Entity) -> Vec<EntityChange> {
    let observed = incoming.observed.iter();
    let changed = observed.filter(|(field, value)| {
        let written = entity.written.get(*field);
        written.is_some_and(|written| &written.value != *value)
    });
    changed
        .map(|(field, _)| EntityChange::Forget {
            entity: entity.entity.clone(),
            field: field.clone(),
        })
        .collect()
}
