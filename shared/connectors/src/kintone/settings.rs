//! The connection's settings: read and checked in one pass, so that both always agree.

use std::collections::BTreeMap;

use deskbridge_core::connector::Connection;
use deskbridge_core::integration::Problem;
use serde_json::{Map, Value};

use crate::http::check_base_url;

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
        let mut reader = Reader {
            settings,
            problems: Vec::new(),
        };
        reader.refuse_unknown();
        let read = Self {
            host: reader.host(),
            base_url: reader.base_url(),
            app: reader.app(),
            guest_space: reader.number("guest_space"),
            key_field: reader.text("key_field"),
            utc_offset: reader.utc_offset(),
            users: reader.texts("users", "must map names to log-in names of kintone"),
            mapping: reader.texts("mapping", "must map fields to what goes into them"),
            upserts: reader.upserts(),
        };
        match reader.problems.is_empty() {
            true => Ok(read),
            false => Err(reader.problems),
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

    fn number(&mut self, name: &str) -> Option<u64> {
        let value = self.settings.get(name)?;
        let text = value.as_str().and_then(|text| text.trim().parse().ok());
        let number = value.as_u64().or(text).filter(|number| *number > 0);
        if number.is_none() {
            self.refuse(name, "must be a number, as the address has it");
        }
        number
    }

    fn app(&mut self) -> u64 {
        if !self.settings.contains_key("app") {
            self.refuse(
                "app",
                "is missing: the number at the end of the app's address",
            );
        }
        self.number("app").unwrap_or_default()
    }

    /// `example`, or a whole host where it is not in Japan.
    fn host(&mut self) -> Option<String> {
        if !self.settings.contains_key("subdomain") {
            let why = "is missing: the first part of your address, as example in https://example.cybozu.com";
            self.refuse("subdomain", why);
        }
        let text = self.text("subdomain")?.to_ascii_lowercase();
        let (label, domain) = match text.split_once('.') {
            Some((label, domain)) => (label, domain),
            None => (text.as_str(), DOMAINS[0]),
        };
        if !is_label(label) || !DOMAINS.contains(&domain) {
            let domains = DOMAINS.join(", ");
            let why = format!("must be one name, as example, or a host under one of: {domains}");
            self.refuse("subdomain", why);
        }
        Some(format!("{label}.{domain}"))
    }

    fn utc_offset(&mut self) -> i64 {
        let Some(text) = self.text("utc_offset") else {
            return DEFAULT_OFFSET_MINUTES;
        };
        minutes(&text).unwrap_or_else(|| {
            self.refuse("utc_offset", "must be an offset from UTC, as +09:00");
            DEFAULT_OFFSET_MINUTES
        })
    }

    fn texts(&mut self, name: &str, why: &str) -> BTreeMap<String, String> {
        let Some(value) = self.settings.get(name) else {
            return BTreeMap::new();
        };
        let pairs = value.as_object().into_iter().flatten();
        let texts: BTreeMap<_, _> = pairs
            .filter_map(|(name, text)| Some((name.clone(), text.as_str()?.to_owned())))
            .collect();
        if value.as_object().is_none_or(|all| all.len() != texts.len()) {
            self.refuse(name, why);
        }
        texts
    }

    fn upserts(&mut self) -> bool {
        match self.settings.get("upserts") {
            None => false,
            Some(Value::Bool(wanted)) => *wanted,
            Some(_) => {
                self.refuse("upserts", "must be true or false");
                false
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

/// One DNS label, so that a sub domain never leads to another host.
fn is_label(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let length = (1..=63).contains(&text.len());
    length && text.chars().all(plain) && !text.starts_with('-') && !text.ends_with('-')
}
