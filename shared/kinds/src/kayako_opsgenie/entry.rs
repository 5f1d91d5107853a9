//! One line of a section: when this happens to an alert, do that to its conversation.

use deskbridge_core::integration::Problem;
use deskbridge_core::mapping::Condition;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::conversation::ConversationSettings;
use crate::settings::{Items, Literal};

/// Every alert action that Opsgenie reports under a name of its own. Any other name is a custom
/// action.
pub(super) const ALERT_ACTIONS: [&str; 23] = [
    "created",
    "acknowledged",
    "unacknowledged",
    "note_added",
    "tag_added",
    "tag_removed",
    "recipient_added",
    "responder_added",
    "team_added",
    "owner_assigned",
    "ownership_taken",
    "closed",
    "deleted",
    "escalated",
    "escalated_next",
    "snoozed",
    "snooze_ended",
    "priority_updated",
    "message_updated",
    "description_updated",
    "details_added",
    "details_removed",
    "custom_action",
];

/// One line of a section: when this happens to an alert, do that to its conversation.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) on: String,
    #[serde(rename = "do")]
    pub(super) action: Action,
    /// With `on: tag_added`: the alert must hold one of these; none means any tag.
    tags: Option<Items>,
    /// With `on: custom_action`: the action's name.
    name: Option<String>,
    note: Option<String>,
    reply: Option<String>,
    status: Option<String>,
    priority: Option<String>,
    /// With `do: add_tags` and `do: remove_tags`.
    conversation_tags: Option<Items>,
    team: Option<String>,
    agent: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(super) enum Action {
    CreateConversation,
    AddNote,
    AddReply,
    SetStatus,
    OpenConversation,
    PendConversation,
    CompleteConversation,
    CloseConversation,
    SetPriority,
    AddTags,
    RemoveTags,
    Assign,
}

const NOTE: &str = "\
Opsgenie: {{ action }}{% if alert.username %} by {{ alert.username }}{% endif %}\
{% if alert.message %} on \"{{ alert.message }}\"{% endif %}";

const NOTE_OF_NOTE: &str = "\
Opsgenie note{% if alert.username %} by {{ alert.username }}{% endif %}: {{ alert.note }}";

impl Entry {
    /// What sets this entry apart from others of its section.
    pub(super) fn trigger(&self) -> (&str, Option<Vec<String>>, Option<&str>) {
        let tags = (self.on == "tag_added").then(|| {
            let mut tags = self.tags.clone().unwrap_or_default().0;
            tags.sort();
            tags.dedup();
            tags
        });
        (&self.on, tags, self.name.as_deref().map(str::trim))
    }

    pub(super) fn problems(&self, place: &str) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut problem = |field: &str, message: String| {
            problems.push(Problem::new(format!("{place}.{field}"), message));
        };
        if !ALERT_ACTIONS.contains(&self.on.as_str()) {
            let known = ALERT_ACTIONS.join(", ");
            problem(
                "on",
                format!("{} is no alert action; use one of: {known}", self.on),
            );
        }
        let named = self
            .name
            .as_ref()
            .is_some_and(|name| !name.trim().is_empty());
        match self.on.as_str() {
            "custom_action" if !named => {
                problem(
                    "name",
                    "is required with custom_action: the action's name in Opsgenie".into(),
                );
            }
            "custom_action" => {}
            _ if self.name.is_some() => problem("name", "belongs to on: custom_action".into()),
            _ => {}
        }
        if self.tags.is_some() && self.on != "tag_added" {
            problem(
                "tags",
                "belongs to on: tag_added; for the conversation's tags use conversation_tags"
                    .into(),
            );
        }
        for field in self.missing() {
            problem(
                field,
                format!("is required with do: {}", self.action.name()),
            );
        }
        problems
    }

    fn missing(&self) -> Vec<&'static str> {
        let needs = |field: &'static str, present: bool| (!present).then_some(field);
        let missing = match self.action {
            Action::AddReply => needs("reply", self.reply.is_some()),
            Action::SetStatus => needs("status", self.status.is_some()),
            Action::SetPriority => needs("priority", self.priority.is_some()),
            Action::AddTags | Action::RemoveTags => {
                let tags = self.conversation_tags.as_ref();
                needs(
                    "conversation_tags",
                    tags.is_some_and(|tags| !tags.0.is_empty()),
                )
            }
            Action::Assign => needs("team", self.team.is_some() || self.agent.is_some()),
            _ => None,
        };
        missing.into_iter().collect()
    }

    pub(super) fn condition(&self) -> Option<Condition> {
        match self.on.as_str() {
            "tag_added" => {
                let wanted = &self.tags.as_ref()?.0;
                let says = format!("the alert holds one of the tags {}", wanted.join(", "));
                let expression = format!(
                    "holds_any(alert.tags + alert.added_tags, {})",
                    Literal(wanted)
                );
                (!wanted.is_empty()).then(|| Condition::new(expression, says))
            }
            "custom_action" => {
                let name = self.name.as_deref().unwrap_or_default().trim();
                let expression = format!("action == {}", Literal(name));
                Some(Condition::new(
                    expression,
                    format!("the custom action is {name}"),
                ))
            }
            _ => None,
        }
    }

    pub(super) fn with(&self, conversation: &ConversationSettings) -> Map<String, Value> {
        let with = match self.action {
            Action::CreateConversation => conversation.with(),
            Action::AddNote => json!({ "note": self.note_text() }),
            Action::AddReply => json!({ "reply": self.reply }),
            Action::SetPriority => json!({ "priority": self.priority }),
            Action::AddTags | Action::RemoveTags => {
                json!({ "tags": self.conversation_tags.as_ref().map(|tags| &tags.0) })
            }
            Action::Assign => json!({ "team": self.team, "agent": self.agent }),
            Action::SetStatus => json!({ "status": self.status, "note": self.note }),
            Action::OpenConversation => json!({ "status": "open", "note": self.note }),
            Action::PendConversation => json!({ "status": "pending", "note": self.note }),
            Action::CompleteConversation => json!({ "status": "completed", "note": self.note }),
            Action::CloseConversation => json!({ "status": "closed", "note": self.note }),
        };
        let Value::Object(with) = with else {
            return Map::new();
        };
        with.into_iter()
            .filter(|(_, value)| !value.is_null())
            .collect()
    }

    fn note_text(&self) -> &str {
        let default = if self.on == "note_added" {
            NOTE_OF_NOTE
        } else {
            NOTE
        };
        self.note.as_deref().unwrap_or(default)
    }
}

impl Action {
    pub(super) fn operation(self) -> &'static str {
        match self {
            Self::CreateConversation => "create_conversation",
            Self::AddNote => "add_note",
            Self::AddReply => "add_reply",
            Self::SetStatus
            | Self::OpenConversation
            | Self::PendConversation
            | Self::CompleteConversation
            | Self::CloseConversation => "set_status",
            Self::SetPriority => "set_priority",
            Self::AddTags => "add_tags",
            Self::RemoveTags => "remove_tags",
            Self::Assign => "assign",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::OpenConversation => "open_conversation",
            Self::PendConversation => "pend_conversation",
            Self::CompleteConversation => "complete_conversation",
            Self::CloseConversation => "close_conversation",
            other => other.operation(),
        }
    }
}
