//! Kayako conversations open and close Opsgenie alerts; alert actions come back to Kayako.
//!
//! The behaviour is that of Opsgenie's own Kayako integration, "Opsgenie を Kayako と統合する" on
//! support.atlassian.com: two mapping sections, told apart by who caused the alert.

mod alert;
mod conversation;
mod entry;
mod section;

use deskbridge_core::integration::{IntegrationSpec, Problem};
use deskbridge_core::mapping::{Condition, Draft, Guard, Places};
use serde::Deserialize;
use serde_json::Value;

use crate::settings::{Literal, connection, read};

pub(crate) const KIND: &str = "kayako-opsgenie";

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    kayako: Value,
    opsgenie: Value,
    #[serde(default)]
    alert: alert::AlertSettings,
    #[serde(default)]
    conversation: conversation::ConversationSettings,
    /// For alerts that Kayako caused.
    #[serde(default)]
    send_alert_updates: Vec<entry::Entry>,
    /// For all other alerts.
    #[serde(default)]
    create_conversations: Vec<entry::Entry>,
}

pub(crate) fn compile(spec: &IntegrationSpec) -> Result<Draft, Vec<Problem>> {
    let settings: Settings = read(spec)?;
    let alias_prefix = settings.alert.alias_prefix(&settings.kayako);
    let caused = CausedByKayako {
        alias_prefix: &alias_prefix,
    };
    let mut problems = settings.alert.problems();
    let mut rules = alert::rules(&settings.alert, &alias_prefix);
    for section in [
        section::Section::updates(&settings.send_alert_updates),
        section::Section::creates(&settings.create_conversations),
    ] {
        problems.extend(section.problems());
        rules.extend(section.rules(&caused, &settings.conversation));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let connections = [
        ("kayako", connection("kayako", &settings.kayako)),
        ("opsgenie", connection("opsgenie", &settings.opsgenie)),
    ];
    Ok(Draft {
        connections: connections.map(|(name, c)| (name.to_owned(), c)).into(),
        guards: vec![caused.own_create()],
        rules,
        places: Places::default(),
        tenants: Vec::new(),
    })
}

/// How an alert that Kayako caused is known: by its link or, while that is not yet written, by its
/// alias, which only this integration gives.
struct CausedByKayako<'a> {
    alias_prefix: &'a str,
}

impl CausedByKayako<'_> {
    fn holds(&self) -> Condition {
        Condition::new(self.expression(), "the alert was caused by Kayako")
    }

    fn fails(&self) -> Condition {
        Condition::new(
            format!("not ({})", self.expression()),
            "the alert was not caused by Kayako",
        )
    }

    fn expression(&self) -> String {
        format!("origin == \"kayako\" or {}", self.has_our_alias())
    }

    fn has_our_alias(&self) -> String {
        format!(
            "alert.alias is startingwith({})",
            Literal(self.alias_prefix)
        )
    }

    /// The conversation's id as the alias holds it, where there is no link to say it.
    fn conversation(&self) -> String {
        let prefix = Literal(self.alias_prefix);
        let own = self.has_our_alias();
        format!("{{{{ alert.alias | replace({prefix}, \"\") if {own} else \"\" }}}}")
    }

    /// Opsgenie reports the alert that we opened: nobody did anything to it yet.
    fn own_create(&self) -> Guard {
        Guard {
            on: "opsgenie.created".into(),
            condition: Condition::new(
                self.has_our_alias(),
                "echo: Deskbridge opened this alert itself",
            ),
        }
    }
}

#[cfg(test)]
mod tests;
