//! The connection's settings: read and checked in one pass, so that both always agree.

use std::collections::BTreeMap;

use deskbridge_core::connector::Connection;
use deskbridge_core::integration::Problem;
use serde_json::{Map, Value};

use crate::http::check_base_url;

const KNOWN: [&str; 7] = [
    "subdomain",
    "base_url",
    "credential",
    "requester_id",
    "channel",
    "webhook",
    "webhook_credential",
];
const MAX_SUBDOMAIN_CHARS: usize = 63;

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
        let mut reader = Reader::default();
        reader.refuse_unknown("", settings, &KNOWN);
        let empty = Map::new();
        let webhook = match settings.get("webhook") {
            None => &empty,
            Some(Value::Object(webhook)) => webhook,
            Some(_) => {
                reader.refuse("webhook", "must be a mapping of open, close and keys");
                &empty
            }
        };
        reader.refuse_unknown("webhook.", webhook, &["open", "close", "keys"]);
        reader.text(settings, "webhook_credential");
        let read = Self {
            root: reader.root(settings),
            requester_id: reader.requester_id(settings),
            channel: reader.channel(settings),
            opens: reader.labels(webhook, "open", &["New"]),
            closes: reader.labels(webhook, "close", &["Completed", "Closed"]),
            keys: reader.keys(webhook),
        };
        if let Some(both) = read.opens.iter().find(|label| read.closes.contains(label)) {
            let why = format!("holds {both}, which is in open too: a status does one of the two");
            reader.refuse("webhook.close", why);
        }
        if reader.problems.is_empty() {
            Ok(read)
        } else {
            Err(reader.problems)
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

#[derive(Default)]
struct Reader {
    problems: Vec<Problem>,
}

impl Reader {
    fn refuse(&mut self, setting: &str, why: impl Into<String>) {
        self.problems.push(problem(setting, why));
    }

    fn refuse_unknown(&mut self, place: &str, settings: &Map<String, Value>, known: &[&str]) {
        for name in settings
            .keys()
            .filter(|name| !known.contains(&name.as_str()))
        {
            let why = format!("is no setting here; there are: {}", known.join(", "));
            self.refuse(&format!("{place}{name}"), why);
        }
    }

    fn text<'a>(&mut self, settings: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
        let value = settings.get(name)?;
        let text = value.as_str().filter(|text| !text.trim().is_empty());
        if text.is_none() {
            self.refuse(name, "must be a text that is not empty");
        }
        text
    }

    /// Custom domains exist, so a `base_url` may lead anywhere; the HTTP client guards the target.
    fn root(&mut self, settings: &Map<String, Value>) -> String {
        let base_url = self.text(settings, "base_url");
        let subdomain = self.text(settings, "subdomain");
        if let Some(Err(why)) = base_url.map(check_base_url) {
            self.refuse("base_url", why);
        }
        if subdomain.is_some_and(|name| !is_subdomain(name)) {
            self.refuse(
                "subdomain",
                "has letters, digits and hyphens only: give john for https://john.kayako.com",
            );
        }
        let neither = !settings.contains_key("base_url") && !settings.contains_key("subdomain");
        if neither {
            self.refuse(
                "subdomain",
                "is missing: give john for https://john.kayako.com",
            );
        }
        match base_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("https://{}.kayako.com", subdomain.unwrap_or_default()),
        }
    }

    fn requester_id(&mut self, settings: &Map<String, Value>) -> Option<u64> {
        let value = settings.get("requester_id")?;
        let id = value.as_u64().or_else(|| value.as_str()?.parse().ok());
        if id.is_none() {
            self.refuse("requester_id", "must be the number of a Kayako user, as 12");
        }
        id
    }

    fn channel(&mut self, settings: &Map<String, Value>) -> Channel {
        match settings.get("channel").map(Value::as_str) {
            None | Some(Some("NOTE")) => Channel::Note,
            Some(Some("MAIL")) => Channel::Mail,
            Some(_) => {
                self.refuse(
                    "channel",
                    "must be NOTE (nobody gets mail) or MAIL (mails the requester)",
                );
                Channel::Note
            }
        }
    }

    fn labels(&mut self, webhook: &Map<String, Value>, name: &str, usual: &[&str]) -> Vec<String> {
        let Some(value) = webhook.get(name) else {
            return usual.iter().map(|label| folded(label)).collect();
        };
        let labels = value.as_array().map(Vec::as_slice).unwrap_or_default();
        let read: Vec<_> = labels
            .iter()
            .filter_map(Value::as_str)
            .map(folded)
            .collect();
        if !value.is_array() || read.len() < labels.len() || read.iter().any(String::is_empty) {
            self.refuse(
                &format!("webhook.{name}"),
                "must be a list of status labels",
            );
        }
        read
    }

    fn keys(&mut self, webhook: &Map<String, Value>) -> BTreeMap<&'static str, String> {
        let mut keys: BTreeMap<_, _> = KEYS.map(|(name, key)| (name, key.to_owned())).into();
        let own = match webhook.get("keys") {
            None => return keys,
            Some(Value::Object(own)) => own,
            Some(_) => {
                self.refuse("webhook.keys", "must be a mapping, as case_id: Case ID");
                return keys;
            }
        };
        self.refuse_unknown("webhook.keys.", own, &KEYS.map(|(name, _)| name));
        for (name, _) in KEYS {
            match own.get(name).map(Value::as_str) {
                None => {}
                Some(Some(key)) if !key.is_empty() => {
                    keys.insert(name, key.to_owned());
                }
                Some(_) => self.refuse(
                    &format!("webhook.keys.{name}"),
                    "must be a text that is not empty",
                ),
            }
        }
        keys
    }
}

fn is_subdomain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    name.len() <= MAX_SUBDOMAIN_CHARS
        && name.chars().all(plain)
        && !name.starts_with('-')
        && !name.ends_with('-')
}
