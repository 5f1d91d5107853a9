//! What came of a call, and what a vendor is told that wants words of its own.

use serde_json::{Map, Value};

use crate::link::EntityRef;

/// A request that reached the vendor.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    Done(Done),
    /// Taken, not yet carried out: `handle` tells how to ask.
    Pending {
        handle: String,
    },
}

/// What took effect.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Done {
    /// The entity made or acted on.
    pub entity: Option<EntityRef>,
    /// For people: `alert kayako_john_9 opened`.
    pub detail: String,
    /// What the vendor answered, for rules that asked for a report: see `report`.
    pub result: Option<Map<String, Value>>,
}

/// What a look-up found.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    Done(Done),
    Absent,
    /// The vendor has not got to it yet.
    Pending,
    /// The vendor got to it and refused, in its own words.
    Refused {
        why: String,
    },
}

/// What a webhook's sender is told instead of our receipt; `Null` is an empty body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Once everything is stored.
    Also(Value),
    /// A handshake: nothing happened at the vendor, so nothing is stored.
    Only(Value),
}
