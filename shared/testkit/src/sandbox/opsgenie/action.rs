//! What can be done to an alert, whoever asks and in whichever dialect.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::state::Target;

/// An alert to be created.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub(super) message: String,
    pub(super) alias: Option<String>,
    pub(super) description: String,
    pub(super) responders: Vec<Value>,
    pub(super) actions: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) details: BTreeMap<String, String>,
    pub(super) entity: String,
    pub(super) priority: String,
}

#[derive(Clone, Debug)]
pub(super) enum Act {
    Create(Box<Draft>),
    Close,
    Acknowledge,
    UnAcknowledge,
    Snooze(Timestamp),
    AddNote(String),
    AddTags(Vec<String>),
    RemoveTags(Vec<String>),
    AddDetails(BTreeMap<String, String>),
    RemoveDetails(Vec<String>),
    AssignOwnership(String),
    TakeOwnership,
    Escalate(String),
    AddResponder(Value),
    AddRecipient(String),
    AddTeam(String),
    /// JSM runs only the custom actions that the alert lists, and says nothing about others.
    Custom {
        name: String,
        only_listed: bool,
    },
    Priority(String),
    Message(String),
    Description(String),
    Delete,
}

impl Act {
    /// The action's name in webhooks and request statuses.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Create(_) => "Create",
            Self::Close => "Close",
            Self::Acknowledge => "Acknowledge",
            Self::UnAcknowledge => "UnAcknowledge",
            Self::Snooze(_) => "Snooze",
            Self::AddNote(_) => "AddNote",
            Self::AddTags(_) => "AddTags",
            Self::RemoveTags(_) => "RemoveTags",
            Self::AddDetails(_) => "AddDetails",
            Self::RemoveDetails(_) => "RemoveDetails",
            Self::AssignOwnership(_) => "AssignOwnership",
            Self::TakeOwnership => "TakeOwnership",
            Self::Escalate(_) => "Escalate",
            Self::AddResponder(_) => "AddResponder",
            Self::AddRecipient(_) => "AddRecipient",
            Self::AddTeam(_) => "AddTeam",
            Self::Custom { name, .. } => name,
            Self::Priority(_) => "UpdatePriority",
            Self::Message(_) => "UpdateMessage",
            Self::Description(_) => "UpdateDescription",
            Self::Delete => "Delete",
        }
    }
}

/// Who acts, and through what.
#[derive(Clone, Debug)]
pub(super) struct Actor {
    pub(super) user: String,
    /// `API` or `web`, as in the webhook's `source.type`.
    pub(super) channel: &'static str,
    /// The request's own `source`.
    pub(super) source: Option<String>,
    /// A note that goes with the action.
    pub(super) note: Option<String>,
}

impl Actor {
    pub(super) fn person(user: &str) -> Self {
        Self {
            user: user.to_owned(),
            channel: "web",
            source: None,
            note: None,
        }
    }
}

/// One accepted request; a create has no target.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) target: Option<Target>,
    pub(super) act: Act,
    pub(super) by: Actor,
}
