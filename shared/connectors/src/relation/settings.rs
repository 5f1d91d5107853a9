//! The connection's settings: read and checked in one pass, so that both always agree.

use std::time::Duration;

use deskbridge_core::connector::Connection;
use deskbridge_core::integration::Problem;
use serde_json::{Map, Value};

use crate::http::check_base_url;

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
        let mut reader = Reader {
            settings,
            problems: Vec::new(),
        };
        reader.refuse_unknown();
        reader.text("webhook_credential");
        let read = Self {
            subdomain: reader.subdomain(),
            base_url: reader.base_url(),
            message_box: reader.message_box(),
            poll_every: reader.poll_every(),
            customers: reader.customers(),
        };
        if read.subdomain.is_none() && reader.problems.is_empty() {
            reader.refuse("subdomain", "is missing: the first part of your address, as example in https://example.relationapp.jp");
        }
        match reader.problems.is_empty() {
            true => Ok(read),
            false => Err(reader.problems),
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

struct Reader<'a> {
    settings: &'a Map<String, Value>,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn refuse(&mut self, setting: &str, why: impl Into<String>) {
        self.problems.push(problem(setting, why));
    }

    fn refuse_unknown(&mut self) {
        let unknown = |name: &&String| !KNOWN.contains(&name.as_str());
        for name in self.settings.keys().filter(unknown) {
            let why = format!("is no setting here; there are: {}", KNOWN.join(", "));
            self.problems.push(problem(name, why));
        }
    }

    fn text(&mut self, name: &str) -> Option<String> {
        let value = self.settings.get(name)?;
        let text = value.as_str().map(str::trim);
        let text = text.filter(|text| !text.is_empty());
        if text.is_none() {
            self.refuse(name, "must be a text that is not empty");
        }
        text.map(str::to_owned)
    }

    fn subdomain(&mut self) -> Option<String> {
        let text = self.text("subdomain")?.to_ascii_lowercase();
        if !is_label(&text) {
            let why =
                "must be letters, digits and hyphens: example, not https://example.relationapp.jp";
            self.refuse("subdomain", why);
        }
        Some(text)
    }

    /// The number in the box's address.
    fn message_box(&mut self) -> u64 {
        let value = self.settings.get("message_box");
        let text = value.and_then(Value::as_str);
        let number = value.and_then(Value::as_u64);
        let number = number.or_else(|| text?.trim().parse().ok());
        number.filter(|number| *number > 0).unwrap_or_else(|| {
            let why = "must be the message box's number, as its address has it";
            self.refuse("message_box", why);
            0
        })
    }

    fn poll_every(&mut self) -> Duration {
        let Some(value) = self.settings.get("poll_every_s") else {
            return DEFAULT_POLL_EVERY;
        };
        let seconds = value.as_u64().filter(|s| POLL_EVERY_S.contains(s));
        if seconds.is_none() {
            let (least, most) = (POLL_EVERY_S.start(), POLL_EVERY_S.end());
            self.refuse(
                "poll_every_s",
                format!("must be a number from {least} to {most}"),
            );
        }
        seconds.map_or(DEFAULT_POLL_EVERY, Duration::from_secs)
    }

    fn customers(&mut self) -> bool {
        match self.settings.get("customers") {
            None => true,
            Some(Value::Bool(wanted)) => *wanted,
            Some(_) => {
                self.refuse("customers", "must be true or false");
                true
            }
        }
    }

    fn base_url(&mut self) -> Option<String> {
        let url = self.text("base_url")?;
        if let Err(why) = check_base_url(&url) {
            self.refuse("base_url", why);
        }
        Some(url.trim_end_matches('/').to_owned())
    }
}

/// One DNS label, so that a sub domain never leads to another host.
fn is_label(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    text.len() <= 63 && text.chars().all(plain) && !text.starts_with('-') && !text.ends_with('-')
}
