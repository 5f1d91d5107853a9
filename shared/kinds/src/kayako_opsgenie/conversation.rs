//! What a conversation made from an alert looks like.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::settings::{Items, Literal};

/// `settings.conversation`: what a conversation made from an alert looks like.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

impl ConversationSettings {
    pub(super) fn with(&self) -> Value {
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
