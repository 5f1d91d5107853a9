//! An alert in our terms, as templates see it.

use deskbridge_core::connector::Drift;
use deskbridge_core::dedup::digest;
use serde::Serialize;

use super::settings::{Series, Settings};
use crate::fields::Reading;

/// Every field is there; a text that the sender left out is empty.
#[derive(Debug, Serialize)]
pub(super) struct Alert {
    /// The sender's own id of it.
    pub(super) id: String,
    pub(super) title: String,
    pub(super) severity: String,
    pub(super) organisation: String,
    #[serde(rename = "type")]
    pub(super) alert_type: String,
    pub(super) description: String,
    pub(super) device: String,
    pub(super) link: String,
    /// The product that sent it, as its preset names it.
    pub(super) source: &'static str,
    pub(super) resolved: bool,
    /// The same for all alerts that count as repeats of one another.
    pub(super) series: String,
}

impl Alert {
    pub(super) fn read(settings: &Settings, reading: &Reading<'_>) -> Result<Self, Drift> {
        let title = reading.required("title")?;
        let organisation = reading.text("organisation")?;
        Ok(Self {
            series: settings.series.of(&title, &organisation),
            id: reading.text("id")?,
            title,
            severity: reading.text("severity")?,
            organisation,
            alert_type: reading.text("type")?,
            description: reading.text("description")?,
            device: reading.text("device")?,
            link: reading.text("link")?,
            source: settings.preset.source,
            resolved: resolved(&reading.text("resolved")?)?,
        })
    }
}

impl Series {
    /// A digest, so that it is short and may stand anywhere.
    fn of(self, title: &str, organisation: &str) -> String {
        let title = match self.exact_title {
            true => title.to_owned(),
            false => normalised(title),
        };
        let scope = match self.by_organisation {
            true => normalised(organisation),
            false => String::new(),
        };
        let digest = digest(&["series", &scope, &title]);
        digest.chars().take(32).collect()
    }
}

/// White space is made single. Case stays: `srv-b` and `SRV-B` may be two machines, and a machine
/// writes its titles the same way every time.
fn normalised(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

const YES: [&str; 6] = ["true", "yes", "1", "resolved", "closed", "ok"];
const NO: [&str; 10] = [
    "",
    "false",
    "no",
    "0",
    "firing",
    "open",
    "active",
    "alerting",
    "raised",
    "triggered",
];

/// Any other word is drift: taken for a no it would leave tickets open for ever, unnoticed.
fn resolved(text: &str) -> Result<bool, Drift> {
    let word = text.to_lowercase();
    match (YES.contains(&word.as_str()), NO.contains(&word.as_str())) {
        (true, _) => Ok(true),
        (_, true) => Ok(false),
        _ => {
            let why = "is neither yes nor no; write a template, as {{ body.state == \"gone\" }}";
            Err(Drift::new("fields.resolved", why))
        }
    }
}
