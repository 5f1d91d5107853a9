//! Opsgenie to Kayako: the two sections that map alert actions to Kayako actions.

use std::collections::BTreeMap;

use deskbridge_core::integration::Problem;
use deskbridge_core::mapping::{Condition, Rule};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::CausedByKayako;
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
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    on: String,
    #[serde(rename = "do")]
    action: Action,
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
#[serde(rename_all = "snake_case")]
enum Action {
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

/// `settings.conversation`: what a conversation made from an alert looks like.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ConversationSettings {
    subject: String,
    contents: String,
    /// `P1` … `P5` to Kayako's priority label.
    priority: BTreeMap<String, String>,
    tags: Items,
    team: Option<String>,
    agent: Option<String>,
}

impl Default for ConversationSettings {
    fn default() -> Self {
        Self {
            subject: "{{ alert.message or (\"Opsgenie alert \" ~ alert.id) }}".into(),
            contents: CONTENTS.into(),
            priority: BTreeMap::new(),
            tags: Items::default(),
            team: None,
            agent: None,
        }
    }
}

const CONTENTS: &str = "\
{{ alert.description or alert.message }}

Opsgenie alert {{ alert.tiny_id or alert.id }}, priority {{ alert.priority or \"unknown\" }}
Alias: {{ alert.alias }}
Tags: {{ alert.tags | join(\", \") }}";

const NOTE: &str = "\
Opsgenie: {{ action }}{% if alert.username %} by {{ alert.username }}{% endif %}\
{% if alert.message %} on \"{{ alert.message }}\"{% endif %}";

const NOTE_OF_NOTE: &str = "\
Opsgenie note{% if alert.username %} by {{ alert.username }}{% endif %}: {{ alert.note }}";

/// One of the two sections, with the rules that hold inside it.
pub(super) struct Section<'a> {
    name: &'static str,
    entries: &'a [Entry],
    for_kayako_alerts: bool,
}

impl<'a> Section<'a> {
    pub(super) fn updates(entries: &'a [Entry]) -> Self {
        Self {
            name: "send_alert_updates",
            entries,
            for_kayako_alerts: true,
        }
    }

    pub(super) fn creates(entries: &'a [Entry]) -> Self {
        Self {
            name: "create_conversations",
            entries,
            for_kayako_alerts: false,
        }
    }

    pub(super) fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (index, entry) in self.entries.iter().enumerate() {
            let place = format!("settings.{}[{index}]", self.name);
            problems.extend(entry.problems(&place));
            if self.for_kayako_alerts && entry.action == Action::CreateConversation {
                let message =
                    "these alerts come from a conversation; map it in create_conversations";
                problems.push(Problem::new(format!("{place}.do"), message));
            }
            problems.extend(self.repeats(index, entry).map(|earlier| {
                Problem::new(
                    format!("{place}.on"),
                    format!("{} is mapped already, in {earlier}", entry.on),
                )
            }));
        }
        problems.extend(self.second_create());
        problems
    }

    /// An alert action may be mapped once; *tag added* and *custom action* once for each text.
    fn repeats(&self, index: usize, entry: &Entry) -> Option<String> {
        let mut earlier = self.entries.iter().take(index);
        let at = earlier.position(|other| other.trigger() == entry.trigger())?;
        Some(format!("{}[{at}]", self.name))
    }

    /// One alert action may create the conversation, whichever it is.
    fn second_create(&self) -> Option<Problem> {
        let creates = |entry: &&Entry| entry.action == Action::CreateConversation;
        let first = self.entries.iter().find(creates)?;
        let other = |entry: &Entry| creates(&entry) && entry.on != first.on;
        let at = self.entries.iter().position(other)?;
        Some(Problem::new(
            format!("settings.{}[{at}].do", self.name),
            format!(
                "{} creates the conversation already; only one alert action may",
                first.on
            ),
        ))
    }

    pub(super) fn rules(
        &self,
        caused: &CausedByKayako<'_>,
        conversation: &ConversationSettings,
    ) -> Vec<Rule> {
        let origin = || {
            if self.for_kayako_alerts {
                caused.holds()
            } else {
                caused.fails()
            }
        };
        let entries = self.entries.iter().enumerate();
        entries
            .map(|(index, entry)| {
                let mut conditions = vec![origin()];
                conditions.extend(entry.condition());
                let mut with = entry.with(conversation);
                if entry.action != Action::CreateConversation {
                    with.insert("conversation".into(), json!(caused.conversation()));
                }
                Rule {
                    id: format!("{}[{index}]", self.name),
                    on: format!("opsgenie.{}", entry.on),
                    conditions,
                    operation: format!("kayako.{}", entry.action.operation()),
                    with,
                    order: None,
                }
            })
            .collect()
    }
}

impl Entry {
    /// What sets this entry apart from others of its section.
    fn trigger(&self) -> (&str, Option<Vec<String>>, Option<&str>) {
        let tags = (self.on == "tag_added").then(|| {
            let mut tags = self.tags.clone().unwrap_or_default().0;
            tags.sort();
            tags
        });
        (&self.on, tags, self.name.as_deref())
    }

    fn problems(&self, place: &str) -> Vec<Problem> {
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

    fn condition(&self) -> Option<Condition> {
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

    fn with(&self, conversation: &ConversationSettings) -> Map<String, Value> {
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

impl ConversationSettings {
    fn with(&self) -> Value {
        let priority = (!self.priority.is_empty()).then(|| {
            format!(
                "{{{{ ({})[alert.priority] | default(\"\") }}}}",
                Literal(&self.priority)
            )
        });
        json!({
            "subject": self.subject,
            "contents": self.contents,
            "priority": priority,
            "tags": self.tags.0,
            "team": self.team,
            "agent": self.agent,
        })
    }
}

impl Action {
    fn operation(self) -> &'static str {
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
