//! The connection's settings: read and checked in one pass, so that both always agree.

use std::collections::BTreeMap;

use deskbridge_core::connector::Connection;
use deskbridge_core::integration::Problem;

use crate::fields::{Reader, is_label};

const KNOWN: [&str; 10] = [
    "subdomain",
    "app",
    "guest_space",
    "key_field",
    "utc_offset",
    "users",
    "mapping",
    "upserts",
    "credential",
    "base_url",
];
/// Where kintone lives: Japan, the United States, China.
const DOMAINS: [&str; 3] = ["cybozu.com", "kintone.com", "cybozu.cn"];
const ID: &str = "must be a number, as the address has it";
/// Japan's, which knows no summer time.
const DEFAULT_OFFSET_MINUTES: i64 = 9 * 60;

#[derive(Debug)]
pub(super) struct Settings {
    host: Option<String>,
    base_url: Option<String>,
    pub(super) app: u64,
    guest_space: Option<u64>,
    /// The code or the name of the text field that takes no value twice.
    pub(super) key_field: Option<String>,
    /// What days and times of day are reckoned in, in minutes east of UTC.
    pub(super) utc_offset: i64,
    /// The log-in names of people here, by what they are called there.
    pub(super) users: BTreeMap<String, String>,
    /// What is mapped to which field, for people: a trial shows where it goes.
    pub(super) mapping: BTreeMap<String, String>,
    /// Records are kept up to date too, which needs one more right.
    pub(super) upserts: bool,
}

impl Settings {
    /// Returns the settings, or everything that is wrong with them.
    pub(super) fn read(connection: &Connection) -> Result<Self, Vec<Problem>> {
        let Some(settings) = connection.settings.as_object() else {
            return Err(vec![Problem::new("settings.kintone", "must be a mapping")]);
        };
        let mut problems = Vec::new();
        let mut reader = Reader::new("settings.kintone", settings, &mut problems);
        reader.refuse_unknown(&KNOWN);
        let read = Self {
            host: host(&mut reader),
            base_url: reader.base_url(),
            app: app(&mut reader),
            guest_space: reader.id("guest_space", ID),
            key_field: reader.text("key_field"),
            utc_offset: utc_offset(&mut reader),
            users: reader.texts("users", "must map names to log-in names of kintone"),
            mapping: reader.texts("mapping", "must map fields to what goes into them"),
            upserts: reader.flag("upserts", false),
        };
        match problems.is_empty() {
            true => Ok(read),
            false => Err(problems),
        }
    }

    /// The address of the API, without a slash at its end.
    pub(super) fn api(&self) -> String {
        let own = || format!("https://{}", self.host.as_deref().unwrap_or_default());
        let base = self.base_url.clone().unwrap_or_else(own);
        match self.guest_space {
            Some(space) => format!("{base}/k/guest/{space}/v1"),
            None => format!("{base}/k/v1"),
        }
    }
}

pub(super) fn problem(setting: &str, why: impl Into<String>) -> Problem {
    Problem::new(format!("settings.kintone.{setting}"), why)
}

fn app(reader: &mut Reader<'_>) -> u64 {
    let why = "is missing: the number at the end of the app's address";
    reader.require("app", why);
    reader.id("app", ID).unwrap_or_default()
}

/// `example`, or a whole host where it is not in Japan.
fn host(reader: &mut Reader<'_>) -> Option<String> {
    let why =
        "is missing: the first part of your address, as example in https://example.cybozu.com";
    reader.require("subdomain", why);
    let text = reader.text("subdomain")?.to_ascii_lowercase();
    let (label, domain) = match text.split_once('.') {
        Some((label, domain)) => (label, domain),
        None => (text.as_str(), DOMAINS[0]),
    };
    if !is_label(label) || !DOMAINS.contains(&domain) {
        let domains = DOMAINS.join(", ");
        let why = format!("must be one name, as example, or a host under one of: {domains}");
        reader.refuse("subdomain", why);
    }
    Some(format!("{label}.{domain}"))
}

fn utc_offset(reader: &mut Reader<'_>) -> i64 {
    let Some(text) = reader.text("utc_offset") else {
        return DEFAULT_OFFSET_MINUTES;
    };
    minutes(&text).unwrap_or_else(|| {
        reader.refuse("utc_offset", "must be an offset from UTC, as +09:00");
        DEFAULT_OFFSET_MINUTES
    })
}

fn minutes(text: &str) -> Option<i64> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+')?),
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    let fits = (0..=14).contains(&hours) && (0..60).contains(&minutes);
    fits.then_some(sign * (hours * 60 + minutes))
}
