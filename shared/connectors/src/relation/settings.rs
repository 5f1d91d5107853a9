//! The connection's settings: read and checked in one pass, so that both always agree.

use std::time::Duration;

use deskbridge_core::connector::Connection;
use deskbridge_core::integration::Problem;

use crate::fields::{Reader, is_label};

const KNOWN: [&str; 7] = [
    "subdomain",
    "message_box",
    "credential",
    "poll_every_s",
    "customers",
    "webhook_credential",
    "base_url",
];
const DEFAULT_POLL_EVERY: Duration = Duration::from_secs(60);
/// Seldom enough that a box is not forgotten. The calls left decide how often it may be.
const POLL_EVERY_S: std::ops::RangeInclusive<u64> = 1..=3600;

const NO_SUBDOMAIN: &str =
    "is missing: the first part of your address, as example in https://example.relationapp.jp";
const BOX: &str = "must be the message box's number, as its address has it";

#[derive(Debug)]
pub(super) struct Settings {
    subdomain: Option<String>,
    base_url: Option<String>,
    pub(super) message_box: u64,
    pub(super) poll_every: Duration,
    /// Whether the customer of a message is looked up, at a call for each address.
    pub(super) customers: bool,
}

impl Settings {
    /// Returns the settings, or everything that is wrong with them.
    pub(super) fn read(connection: &Connection) -> Result<Self, Vec<Problem>> {
        let Some(settings) = connection.settings.as_object() else {
            return Err(vec![Problem::new("settings.relation", "must be a mapping")]);
        };
        let mut problems = Vec::new();
        let mut reader = Reader::new("settings.relation", settings, &mut problems);
        reader.refuse_unknown(&KNOWN);
        reader.text("webhook_credential");
        reader.require("subdomain", NO_SUBDOMAIN);
        reader.require("message_box", BOX);
        let read = Self {
            subdomain: subdomain(&mut reader),
            base_url: reader.base_url(),
            message_box: reader.id("message_box", BOX).unwrap_or_default(),
            poll_every: poll_every(&mut reader),
            customers: reader.flag("customers", true),
        };
        match problems.is_empty() {
            true => Ok(read),
            false => Err(problems),
        }
    }

    /// The account's address, without a slash at its end.
    pub(super) fn host(&self) -> String {
        let own = || format!("https://{}.relationapp.jp", self.tenant());
        self.base_url.clone().unwrap_or_else(own)
    }

    pub(super) fn tenant(&self) -> &str {
        self.subdomain.as_deref().unwrap_or_default()
    }
}

pub(super) fn problem(setting: &str, why: impl Into<String>) -> Problem {
    Problem::new(format!("settings.relation.{setting}"), why)
}

fn subdomain(reader: &mut Reader<'_>) -> Option<String> {
    let text = reader.text("subdomain")?.to_ascii_lowercase();
    if !is_label(&text) {
        let why =
            "must be letters, digits and hyphens: example, not https://example.relationapp.jp";
        reader.refuse("subdomain", why);
    }
    Some(text)
}

fn poll_every(reader: &mut Reader<'_>) -> Duration {
    let Some(value) = reader.value("poll_every_s") else {
        return DEFAULT_POLL_EVERY;
    };
    let seconds = value.as_u64().filter(|s| POLL_EVERY_S.contains(s));
    if seconds.is_none() {
        let (least, most) = (POLL_EVERY_S.start(), POLL_EVERY_S.end());
        reader.refuse(
            "poll_every_s",
            format!("must be a number from {least} to {most}"),
        );
    }
    seconds.map_or(DEFAULT_POLL_EVERY, Duration::from_secs)
}
