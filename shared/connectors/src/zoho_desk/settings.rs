//! The connection's settings: read and checked in one pass, so that both always agree.

use std::time::Duration;

use deskbridge_core::connector::Connection;
use deskbridge_core::integration::Problem;
use serde_json::{Map, Value};

use super::data_center::DataCenter;
use crate::http::check_base_url;

const KNOWN: [&str; 13] = [
    "org_id",
    "data_center",
    "credential",
    "mode",
    "ratings",
    "departments",
    "webhook_id",
    "from_address",
    "key_field",
    "automation",
    "poll_every_s",
    "base_url",
    "accounts_url",
];
const DEFAULT_POLL_EVERY: Duration = Duration::from_secs(60);
const POLL_EVERY_S: std::ops::RangeInclusive<u64> = 10..=3600;

/// How Zoho Desk's news come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Webhook,
    Poll,
    /// Webhooks, and what they lost is found by asking.
    Both,
}

#[derive(Debug)]
pub(super) struct Settings {
    pub(super) org_id: String,
    /// Without a slash at its end.
    pub(super) desk_url: String,
    pub(super) accounts_url: String,
    pub(super) mode: Mode,
    /// Whether customers' ratings are asked for: no webhook tells them.
    pub(super) ratings: bool,
    /// Ids; none: all.
    pub(super) departments: Vec<String>,
    /// The id that Zoho gave the webhook; until it is known, every webhook of the organisation counts.
    pub(super) webhook_id: Option<String>,
    /// From which address replies go out.
    pub(super) from_address: Option<String>,
    /// A custom field of tickets that takes our mark, as `cf_deskbridge`.
    pub(super) key_field: Option<String>,
    /// Whether changes by Zoho's own rules come as webhooks too.
    pub(super) automation: bool,
    pub(super) poll_every: Duration,
}

impl Settings {
    /// Returns the settings, or everything that is wrong with them.
    pub(super) fn read(connection: &Connection) -> Result<Self, Vec<Problem>> {
        let Some(settings) = connection.settings.as_object() else {
            return Err(vec![Problem::new(
                "settings.zoho-desk",
                "must be a mapping",
            )]);
        };
        let mut reader = Reader {
            settings,
            problems: Vec::new(),
        };
        reader.refuse_unknown();
        let center = reader.data_center();
        let host = |own: Option<String>, host: fn(DataCenter) -> &'static str| {
            own.unwrap_or_else(|| center.map_or("", host).to_owned())
        };
        let mode = reader.mode();
        let (desk_url, accounts_url) = (reader.url("base_url"), reader.url("accounts_url"));
        let read = Self {
            org_id: reader.id("org_id").unwrap_or_default(),
            // A sandbox is both: a gateway in front of Zoho names both.
            accounts_url: host(accounts_url.or_else(|| desk_url.clone()), |at| at.accounts),
            desk_url: host(desk_url, |at| at.desk),
            mode,
            ratings: reader.flag("ratings").unwrap_or(mode != Mode::Webhook),
            departments: reader.departments(),
            webhook_id: reader.id("webhook_id"),
            from_address: reader.text("from_address"),
            key_field: reader.key_field(),
            automation: reader.flag("automation").unwrap_or(false),
            poll_every: reader.poll_every(),
        };
        if !settings.contains_key("org_id") {
            reader.refuse(
                "org_id",
                "is missing: Setup, Developer Space, API shows the organisation's id",
            );
        }
        match reader.problems.is_empty() {
            true => Ok(read),
            false => Err(reader.problems),
        }
    }

    /// Whether anything has to be asked for.
    pub(super) fn polls(&self) -> bool {
        self.mode != Mode::Webhook || self.ratings
    }

    /// Whether a department's tickets count here. One that is not named does.
    pub(super) fn watches(&self, department: &str) -> bool {
        self.departments.is_empty()
            || department.is_empty()
            || self.departments.iter().any(|id| id == department)
    }
}

pub(super) fn problem(setting: &str, why: impl Into<String>) -> Problem {
    Problem::new(format!("settings.zoho-desk.{setting}"), why)
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

    fn data_center(&mut self) -> Option<DataCenter> {
        let own_host = self.settings.contains_key("base_url");
        if own_host && !self.settings.contains_key("data_center") {
            return None;
        }
        let named = match self.settings.get("data_center") {
            None => None,
            Some(value) => value.as_str().and_then(DataCenter::named),
        };
        if named.is_none() {
            let names = DataCenter::names();
            let why = format!("must be one of: {names}; it is what your address ends with");
            self.refuse("data_center", why);
        }
        named
    }

    fn mode(&mut self) -> Mode {
        match self.settings.get("mode").map(Value::as_str) {
            None | Some(Some("webhook")) => Mode::Webhook,
            Some(Some("poll")) => Mode::Poll,
            Some(Some("both")) => Mode::Both,
            Some(_) => {
                self.refuse("mode", "must be webhook, poll or both");
                Mode::Webhook
            }
        }
    }

    /// A number of up to 19 digits, written as a text or as a number.
    fn id(&mut self, name: &str) -> Option<String> {
        let id = id_of(self.settings.get(name)?);
        if id.is_none() {
            self.refuse(name, "must be an id: digits only");
        }
        id
    }

    fn departments(&mut self) -> Vec<String> {
        let Some(value) = self.settings.get("departments") else {
            return Vec::new();
        };
        let ids: Option<Vec<_>> = value
            .as_array()
            .and_then(|list| list.iter().map(id_of).collect());
        if ids.is_none() {
            self.refuse("departments", "must be a list of department ids");
        }
        ids.unwrap_or_default()
    }

    fn key_field(&mut self) -> Option<String> {
        let field = self.text("key_field")?;
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if !field.starts_with("cf_") || !field.chars().all(plain) {
            let why = "must be the API name of a custom field of tickets, as cf_deskbridge";
            self.refuse("key_field", why);
        }
        Some(field)
    }

    fn flag(&mut self, name: &str) -> Option<bool> {
        let value = self.settings.get(name)?;
        if !value.is_boolean() {
            self.refuse(name, "must be true or false");
        }
        value.as_bool()
    }

    fn poll_every(&mut self) -> Duration {
        let Some(value) = self.settings.get("poll_every_s") else {
            return DEFAULT_POLL_EVERY;
        };
        let seconds = value.as_u64().filter(|s| POLL_EVERY_S.contains(s));
        if seconds.is_none() {
            let (least, most) = (POLL_EVERY_S.start(), POLL_EVERY_S.end());
            let why = format!("must be a number from {least} to {most}");
            self.refuse("poll_every_s", why);
        }
        seconds.map_or(DEFAULT_POLL_EVERY, Duration::from_secs)
    }

    fn url(&mut self, name: &str) -> Option<String> {
        let url = self.text(name)?;
        if let Err(why) = check_base_url(&url) {
            self.refuse(name, why);
        }
        Some(url.trim_end_matches('/').to_owned())
    }
}

/// Ids have up to 19 digits, and stay texts: a number of that size loses digits elsewhere.
pub(super) fn id_of(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let digits = !text.is_empty() && text.len() <= 19 && text.bytes().all(|b| b.is_ascii_digit());
    digits.then_some(text)
}
