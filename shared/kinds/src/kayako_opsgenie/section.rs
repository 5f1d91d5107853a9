//! Opsgenie to Kayako: the two sections that map alert actions to Kayako actions.

use deskbridge_core::integration::Problem;
use deskbridge_core::mapping::Rule;
use serde_json::json;

use super::CausedByKayako;
use super::conversation::ConversationSettings;
use super::entry::{Action, Entry};

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
                    ..Rule::default()
                }
            })
            .collect()
    }
}
