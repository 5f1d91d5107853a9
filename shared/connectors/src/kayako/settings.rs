//! The connection's settings: read and checked in one pass, so that both always agree.

use std::collections::BTreeMap;

use deskbridge_core::connector::Connection;
use deskbridge_core::integration::Problem;
use serde_json::Value;

use crate::fields::{Reader, is_label};

const KNOWN: [&str; 7] = [
    "subdomain",
    "base_url",
    "credential",
    "requester_id",
    "channel",
    "webhook",
    "webhook_credential",
];

/// The webhook's keys, which are labels of Kayako's user interface and differ with its language.
pub(super) const KEYS: [(&str, &str); 15] = [
    ("case_id", "Case ID"),
    ("subject", "Subject"),
    ("team", "Team"),
    ("assignee", "Assignee"),
    ("requester", "Requester"),
    ("priority", "Priority"),
    ("type", "Type"),
    ("status", "Status"),
    ("tags", "Tags"),
    ("brand", "Brand"),
    ("form", "Form"),
    ("custom_fields", "Custom fields"),
    ("source_channel", "Source channel"),
    ("last_replier", "Last replier"),
    ("rating_status", "Rating status"),
];

/// How the first post of a new conversation travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Channel {
    /// An internal note; nobody gets mail.
    Note,
    /// Mail to the requester.
    Mail,
}

impl Channel {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Note => "NOTE",
            Self::Mail => "MAIL",
        }
    }
}

#[derive(Debug)]
pub(super) struct Settings {
    /// As `https://john.kayako.com`, without a slash at its end.
    pub(super) root: String,
    pub(super) requester_id: Option<u64>,
    pub(super) channel: Channel,
    /// Status labels that open and close a conversation, trimmed and in lower case.
    pub(super) opens: Vec<String>,
    pub(super) closes: Vec<String>,
    keys: BTreeMap<&'static str, String>,
}

impl Settings {
    /// Returns the settings, or everything that is wrong with them.
    pub(super) fn read(connection: &Connection) -> Result<Self, Vec<Problem>> {
        let Some(settings) = connection.settings.as_object() else {
            return Err(vec![Problem::new("settings.kayako", "must be a mapping")]);
        };
        let mut problems = Vec::new();
        let mut reader = Reader::new("settings.kayako", settings, &mut problems);
        reader.refuse_unknown(&KNOWN);
        reader.text("webhook_credential");
        let own = reader.mapping("webhook", &["open", "close", "keys"]);
        let root = root(&mut reader);
        let requester_id = reader.id("requester_id", "must be the number of a Kayako user, as 12");
        let channel = channel(&mut reader);
        let mut webhook = reader.inside("webhook", &own);
        let read = Self {
            root,
            requester_id,
            channel,
            opens: labels(&mut webhook, "open", &["New"]),
            closes: labels(&mut webhook, "close", &["Completed", "Closed"]),
            keys: keys(&mut webhook),
        };
        if let Some(both) = read.opens.iter().find(|label| read.closes.contains(label)) {
            let why = format!("holds {both}, which is in open too: a status does one of the two");
            webhook.refuse("close", why);
        }
        match problems.is_empty() {
            true => Ok(read),
            false => Err(problems),
        }
    }

    pub(super) fn api(&self) -> String {
        format!("{}/api/v1", self.root)
    }

    /// Returns the body's key for one of the names in `KEYS`.
    pub(super) fn key(&self, name: &str) -> &str {
        self.keys.get(name).map_or("", String::as_str)
    }
}

pub(super) fn problem(setting: &str, why: impl Into<String>) -> Problem {
    Problem::new(format!("settings.kayako.{setting}"), why)
}

/// A label as it is compared: case and spaces around it do not count.
pub(super) fn folded(label: &str) -> String {
    label.trim().to_lowercase()
}

/// Custom domains exist, so a `base_url` may lead anywhere; the HTTP client guards the target.
fn root(reader: &mut Reader<'_>) -> String {
    let base_url = reader.base_url();
    let subdomain = reader.checked(
        "subdomain",
        is_label,
        "has letters, digits and hyphens only: give john for https://john.kayako.com",
    );
    if reader.value("base_url").is_none() {
        let why = "is missing: give john for https://john.kayako.com";
        reader.require("subdomain", why);
    }
    base_url.unwrap_or_else(|| format!("https://{}.kayako.com", subdomain.unwrap_or_default()))
}

fn channel(reader: &mut Reader<'_>) -> Channel {
    match reader.value("channel").map(Value::as_str) {
        None | Some(Some("NOTE")) => Channel::Note,
        Some(Some("MAIL")) => Channel::Mail,
        Some(_) => {
            let why = "must be NOTE (nobody gets mail) or MAIL (mails the requester)";
            reader.refuse("channel", why);
            Channel::Note
        }
    }
}

fn labels(reader: &mut Reader<'_>, name: &str, usual: &[&str]) -> Vec<String> {
    let Some(value) = reader.value(name) else {
        return usual.iter().map(|label| folded(label)).collect();
    };
    let labels = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let read: Vec<_> = labels
        .iter()
        .filter_map(Value::as_str)
        .map(folded)
        .collect();
    if !value.is_array() || read.len() < labels.len() || read.iter().any(String::is_empty) {
        reader.refuse(name, "must be a list of status labels");
    }
    read
}

fn keys(reader: &mut Reader<'_>) -> BTreeMap<&'static str, String> {
    let own = reader.mapping("keys", &KEYS.map(|(name, _)| name));
    let mut reader = reader.inside("keys", &own);
    let keys = KEYS.map(|(name, usual)| {
        let own = reader.text(name);
        (name, own.unwrap_or_else(|| usual.to_owned()))
    });
    keys.into()
}
