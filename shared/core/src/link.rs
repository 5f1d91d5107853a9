//! What is known of one entity at a vendor: its counterpart elsewhere, and what we last wrote to it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Error, ErrorKind, Result, Timestamp};

/// One thing at one vendor: `kayako conversation 9`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EntityRef {
    pub connector: String,
    pub kind: String,
    pub id: String,
}

impl EntityRef {
    pub fn new(
        connector: impl Into<String>,
        kind: impl Into<String>,
        id: impl Into<String>,
    ) -> Self {
        Self {
            connector: connector.into(),
            kind: kind.into(),
            id: id.into(),
        }
    }
}

/// Reads what `Display` writes. The id may hold colons itself.
impl FromStr for EntityRef {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut parts = text.splitn(3, ':').filter(|part| !part.is_empty());
        match (parts.next(), parts.next(), parts.next()) {
            (Some(connector), Some(kind), Some(id)) => Ok(Self::new(connector, kind, id)),
            _ => {
                let why = "is no entity as connector:kind:id";
                Err(Error::new(ErrorKind::Misconfigured, why))
            }
        }
    }
}

impl fmt::Display for EntityRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.connector, self.kind, self.id)
    }
}

/// "This entity here is that entity there."
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub peer: EntityRef,
    /// The connector where the pair began: its entity caused the other one.
    pub origin: String,
    /// The action that created the younger of the two.
    pub made_by: String,
    /// The receipt time of the event that caused it.
    pub since: Timestamp,
}

/// A value that we wrote, kept so that its echo can be told from a person's change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    pub value: String,
    pub at: Timestamp,
    pub action_id: String,
}

/// The newest action of a rule that makes its actions wait.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Awaited {
    /// The receipt time of its event.
    pub since: Timestamp,
    pub action_id: String,
}

/// One row per entity and integration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    pub entity: EntityRef,
    /// Counterparts, by connector.
    #[serde(default)]
    pub links: BTreeMap<String, Link>,
    /// What we last wrote, by field, until somebody else is seen to have changed it.
    #[serde(default)]
    pub written: BTreeMap<String, Written>,
    /// Counterparts that a newer one took the place of, and that have not ended.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub older: BTreeSet<EntityRef>,
    /// What waits for its time, by rule.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub awaited: BTreeMap<String, Awaited>,
    /// The receipt time of the newest event that was to end this entity's counterpart: an older event
    /// that arrives after it must not bring the counterpart back.
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
    /// Whether the counterpart really is ended, so that there is nothing left to end.
    #[serde(default)]
    pub ended: bool,
}

impl Entity {
    pub fn unknown(entity: EntityRef) -> Self {
        Self {
            entity,
            links: BTreeMap::new(),
            written: BTreeMap::new(),
            older: BTreeSet::new(),
            awaited: BTreeMap::new(),
            ended_at: None,
            ended: false,
        }
    }

    pub fn link(&self, connector: &str) -> Option<&Link> {
        self.links.get(connector)
    }
}

/// One change to an entity's row, applied together with the action's own new state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntityChange {
    Link {
        entity: EntityRef,
        link: Link,
    },
    /// A newer counterpart takes the place of the one before, and has not ended.
    Relink {
        entity: EntityRef,
        link: Link,
    },
    /// A counterpart that is no longer the newest one has not ended.
    Older {
        entity: EntityRef,
        peer: EntityRef,
    },
    /// It has, or is no more.
    Left {
        entity: EntityRef,
        peer: EntityRef,
    },
    /// The rule's newest action is the one of the newest event.
    Awaited {
        entity: EntityRef,
        rule: String,
        awaited: Awaited,
    },
    /// They have nothing to do with each other any more.
    Unlink {
        entity: EntityRef,
        connector: String,
    },
    Written {
        entity: EntityRef,
        field: String,
        written: Written,
    },
    /// Somebody else changed the field: what we wrote there is no longer what stands there.
    Forget {
        entity: EntityRef,
        field: String,
    },
    /// `done` if the vendor has ended it; otherwise it had nothing to end.
    Ended {
        entity: EntityRef,
        at: Timestamp,
        done: bool,
    },
}

impl EntityChange {
    pub fn entity(&self) -> &EntityRef {
        match self {
            Self::Link { entity, .. }
            | Self::Relink { entity, .. }
            | Self::Older { entity, .. }
            | Self::Left { entity, .. }
            | Self::Awaited { entity, .. }
            | Self::Unlink { entity, .. }
            | Self::Written { entity, .. }
            | Self::Forget { entity, .. }
            | Self::Ended { entity, .. } => entity,
        }
    }

    /// Applies the change. `Link` replaces nothing: the first counterpart stays.
    pub fn apply(self, row: &mut Entity) {
        match self {
            Self::Link { link, .. } => {
                row.links.entry(link.peer.connector.clone()).or_insert(link);
            }
            Self::Relink { link, .. } => {
                row.links.insert(link.peer.connector.clone(), link);
                row.ended = false;
            }
            Self::Older { peer, .. } => {
                row.older.insert(peer);
            }
            Self::Left { peer, .. } => {
                row.older.remove(&peer);
            }
            Self::Awaited { rule, awaited, .. } => {
                let newest = row.awaited.remove(&rule);
                let newest = newest.into_iter().fold(awaited, Awaited::max);
                row.awaited.insert(rule, newest);
            }
            Self::Unlink { connector, .. } => {
                row.links.remove(&connector);
            }
            Self::Written { field, written, .. } => {
                row.written.insert(field, written);
            }
            Self::Forget { field, .. } => {
                row.written.remove(&field);
            }
            Self::Ended { at, done, .. } => {
                row.ended_at = row.ended_at.max(Some(at));
                row.ended |= done;
            }
        }
    }
}
