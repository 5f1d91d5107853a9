//! The ticket's own words. Every text is a template over `alert`, `event` and `body`.

use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub(super) struct Texts {
    title: String,
    description: String,
    /// What a repeated alert leaves on the ticket.
    note: String,
    note_title: String,
}

impl Default for Texts {
    fn default() -> Self {
        Self {
            title: "{{ alert.title }}".into(),
            description: format!("{DETAILS}\nReceived: {{{{ event.received_at }}}}"),
            note: format!(
                "The same alert was received at {{{{ event.received_at }}}}.\n\n{DETAILS}"
            ),
            note_title: "Repeated alert".into(),
        }
    }
}

const DETAILS: &str = "\
{% if alert.description %}{{ alert.description }}

{% endif %}\
{% if alert.device %}Device: {{ alert.device }}
{% endif %}\
{% if alert.organisation %}Organisation: {{ alert.organisation }}
{% endif %}\
{% if alert.type %}Type: {{ alert.type }}
{% endif %}\
{% if alert.severity %}Severity: {{ alert.severity }}
{% endif %}\
{% if alert.source %}Source: {{ alert.source }}
{% endif %}\
{% if alert.link %}Alert: {{ alert.link }}
{% endif %}";

impl Texts {
    pub(super) fn with(&self) -> Map<String, Value> {
        let texts = [
            ("title", &self.title),
            ("description", &self.description),
            ("note", &self.note),
            ("note_title", &self.note_title),
        ];
        let with = texts.map(|(name, text)| (name.to_owned(), json!(text)));
        Map::from_iter(with)
    }
}
