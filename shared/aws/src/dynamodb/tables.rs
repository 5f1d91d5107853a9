//! The three tables: keys, indexes and the attribute that cleans up.
//!
//! Three, so that a role can be given one and not the other: the webhook functions read
//! `integrations` and nothing else. Each has one key, `pk`; no item needs a second. Every index
//! holds keys only, so that a write to it stays within one unit; the rows behind them are read
//! consistently, and judged again, since an index may lag:
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html>.

use std::time::Duration;

/// The key of every table, a string.
pub const KEY: &str = "pk";
/// Seconds since 1970, after which the service may remove the item. It does so days late, or never:
/// what has expired is decided here, by this attribute, and the removal only saves money.
pub const EXPIRES_AT: &str = "expires_at";
/// How long a settled action and an event are kept: the longest that a vendor or a person repeats
/// one, and with it the time for which a repeat is known.
pub const RETENTION: Duration = Duration::from_secs(30 * 86_400);
/// The longest that a message about an action can live, a person's redrive included.
///
/// Four days in its queue and fourteen in the dead-letter queue, where the age of a FIFO queue's message
/// begins anew, and both once more:
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html>.
pub const QUEUE_RETENTION: Duration = Duration::from_secs(2 * (4 + 14) * 86_400);

pub const TODO: Index = Index::sorted("todo", "todo", Sort::Number("todo_at"));
pub const BY_EVENT: Index = Index::plain("by_event", "event_id");
pub const BY_CREDENTIAL: Index = Index::plain("by_credential", "waits_for");
pub const BY_TIME: Index = Index::sorted("by_time", "shard", PLACE);
pub const BY_INTEGRATION: Index = Index::sorted("by_integration", "integration", PLACE);
pub const BY_SUBJECT: Index = Index::sorted("by_subject", "subject_id", PLACE);
const PLACE: Sort = Sort::Text("place");

pub const INTEGRATIONS: Table = Table {
    role: "integrations",
    indexes: &[],
    expires: false,
};
pub const STATE: Table = Table {
    role: "state",
    indexes: &[TODO, BY_EVENT, BY_CREDENTIAL],
    expires: true,
};
pub const HISTORY: Table = Table {
    role: "history",
    indexes: &[BY_TIME, BY_INTEGRATION, BY_SUBJECT],
    expires: true,
};
pub const ALL: [Table; 3] = [INTEGRATIONS, STATE, HISTORY];

/// What a template must say of one table.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    pub role: &'static str,
    pub indexes: &'static [Index],
    /// Whether [`EXPIRES_AT`] is its time-to-live attribute.
    pub expires: bool,
}

/// A global secondary index with `KEYS_ONLY`; an item without its attributes is not in it.
#[derive(Clone, Copy, Debug)]
pub struct Index {
    pub name: &'static str,
    /// The partition key, a string.
    pub partition: &'static str,
    pub sort: Option<Sort>,
}

#[derive(Clone, Copy, Debug)]
pub enum Sort {
    Text(&'static str),
    Number(&'static str),
}

impl Sort {
    pub fn attribute(self) -> &'static str {
        match self {
            Self::Text(name) | Self::Number(name) => name,
        }
    }
}

impl Index {
    const fn plain(name: &'static str, partition: &'static str) -> Self {
        Self {
            name,
            partition,
            sort: None,
        }
    }

    const fn sorted(name: &'static str, partition: &'static str, sort: Sort) -> Self {
        Self {
            name,
            partition,
            sort: Some(sort),
        }
    }
}
