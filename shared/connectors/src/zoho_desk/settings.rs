//! The connection's settings: read and checked in one pass, so that both always agree.

use std::time::Duration;

use deskbridge_core::connector::Connection;
use deskbridge_core::integration::Problem;
use serde_json::Value;

use super::data_center::DataCenter;
use crate::fields::Reader;

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
        let mut problems = Vec::new();
        let mut reader = Reader::new("settings.zoho-desk", settings, &mut problems);
        reader.refuse_unknown(&KNOWN);
        let center = data_center(&mut reader);
        let host = |own: Option<String>, host: fn(DataCenter) -> &'static str| {
            own.unwrap_or_else(|| center.map_or("", host).to_owned())
        };
        let mode = mode(&mut reader);
        let (desk_url, accounts_url) = (reader.url("base_url"), reader.url("accounts_url"));
        let read = Self {
            org_id: id(&mut reader, "org_id").unwrap_or_default(),
            // A sandbox is both: a gateway in front of Zoho names both.
            accounts_url: host(accounts_url.or_else(|| desk_url.clone()), |at| at.accounts),
            desk_url: host(desk_url, |at| at.desk),
            mode,
            ratings: reader.flag("ratings", mode != Mode::Webhook),
            departments: departments(&mut reader),
            webhook_id: id(&mut reader, "webhook_id"),
            from_address: reader.text("from_address"),
            key_field: key_field(&mut reader),
            automation: reader.flag("automation", false),
            poll_every: poll_every(&mut reader),
        };
        reader.require(
            "org_id",
            "is missing: Setup, Developer Space, API shows the organisation's id",
        );
        match problems.is_empty() {
            true => Ok(read),
            false => Err(problems),
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

fn data_center(reader: &mut Reader<'_>) -> Option<DataCenter> {
    let value = reader.value("data_center");
    if value.is_none() && reader.value("base_url").is_some() {
        return None;
    }
    let named = value.and_then(Value::as_str).and_then(DataCenter::named);
    if named.is_none() {
        let names = DataCenter::names();
        let why = format!("must be one of: {names}; it is what your address ends with");
        reader.refuse("data_center", why);
    }
    named
}

fn mode(reader: &mut Reader<'_>) -> Mode {
    match reader.value("mode").map(Value::as_str) {
        None | Some(Some("webhook")) => Mode::Webhook,
        Some(Some("poll")) => Mode::Poll,
        Some(Some("both")) => Mode::Both,
        Some(_) => {
            reader.refuse("mode", "must be webhook, poll or both");
            Mode::Webhook
        }
    }
}

/// A number of up to 19 digits, written as a text or as a number.
fn id(reader: &mut Reader<'_>, name: &str) -> Option<String> {
    let id = id_of(reader.value(name)?);
    if id.is_none() {
        reader.refuse(name, "must be an id: digits only");
    }
    id
}

fn departments(reader: &mut Reader<'_>) -> Vec<String> {
    let Some(value) = reader.value("departments") else {
        return Vec::new();
    };
    let ids: Option<Vec<_>> = value
        .as_array()
        .and_then(|list| list.iter().map(id_of).collect());
    if ids.is_none() {
        reader.refuse("departments", "must be a list of department ids");
    }
    ids.unwrap_or_default()
}

fn key_field(reader: &mut Reader<'_>) -> Option<String> {
    let is_custom = |field: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        field.starts_with("cf_") && field.chars().all(plain)
    };
    let why = "must be the API name of a custom field of tickets, as cf_deskbridge";
    reader.checked("key_field", is_custom, why)
}

fn poll_every(reader: &mut Reader<'_>) -> Duration {
    let Some(value) = reader.value("poll_every_s") else {
        return DEFAULT_POLL_EVERY;
    };
    let seconds = value.as_u64().filter(|s| POLL_EVERY_S.contains(s));
    if seconds.is_none() {
        let (least, most) = (POLL_EVERY_S.start(), POLL_EVERY_S.end());
        let why = format!("must be a number from {least} to {most}");
        reader.refuse("poll_every_s", why);
    }
    seconds.map_or(DEFAULT_POLL_EVERY, Duration::from_secs)
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
