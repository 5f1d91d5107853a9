//! The connection's settings: read and checked in one pass, so that both always agree.

use deskbridge_core::connector::Connection;
use deskbridge_core::integration::Problem;
use serde_json::{Map, Value};

use crate::http::check_base_url;

const KNOWN: [&str; 5] = [
    "base_url",
    "credential",
    "creator",
    "key_field",
    "budget_share",
];
/// Every zone may be asked which zone a user belongs to.
const ANY_ZONE: &str = "https://webservices.autotask.net";
const USUAL_SHARE: f64 = 0.8;

/// The ticket's field that carries our key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum KeyField {
    Own(&'static str),
    /// A user-defined field, by its name.
    UserDefined(String),
}

#[derive(Debug)]
pub(super) struct Settings {
    /// Where the zone is looked up, without a slash at its end.
    pub(super) root: String,
    /// Whether `root` is Autotask itself: then so must be the zone.
    pub(super) is_public: bool,
    /// The resource shown as the creator of what is made.
    pub(super) creator: Option<u64>,
    pub(super) key_field: KeyField,
    /// How much of the tenant's hourly requests may be used up, by all that call it together.
    pub(super) budget_share: f64,
}

impl Settings {
    /// Returns the settings, or everything that is wrong with them.
    pub(super) fn read(connection: &Connection) -> Result<Self, Vec<Problem>> {
        let Some(settings) = connection.settings.as_object() else {
            return Err(vec![Problem::new("settings.autotask", "must be a mapping")]);
        };
        let mut reader = Reader::default();
        reader.refuse_unknown(settings);
        let base_url = reader.text(settings, "base_url");
        if let Some(Err(why)) = base_url.map(check_base_url) {
            reader.refuse("base_url", why);
        }
        let root = base_url
            .unwrap_or(ANY_ZONE)
            .trim_end_matches('/')
            .to_owned();
        let read = Self {
            is_public: root == ANY_ZONE,
            root,
            creator: reader.creator(settings),
            key_field: reader.key_field(settings),
            budget_share: reader.budget_share(settings),
        };
        if reader.problems.is_empty() {
            Ok(read)
        } else {
            Err(reader.problems)
        }
    }
}

pub(super) fn problem(setting: &str, why: impl Into<String>) -> Problem {
    Problem::new(format!("settings.autotask.{setting}"), why)
}

#[derive(Default)]
struct Reader {
    problems: Vec<Problem>,
}

impl Reader {
    fn refuse(&mut self, setting: &str, why: impl Into<String>) {
        self.problems.push(problem(setting, why));
    }

    fn refuse_unknown(&mut self, settings: &Map<String, Value>) {
        for name in settings
            .keys()
            .filter(|name| !KNOWN.contains(&name.as_str()))
        {
            let why = format!("is no setting here; there are: {}", KNOWN.join(", "));
            self.refuse(name, why);
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

    fn creator(&mut self, settings: &Map<String, Value>) -> Option<u64> {
        let value = settings.get("creator")?;
        let id = value.as_u64().or_else(|| value.as_str()?.parse().ok());
        if id.is_none() {
            self.refuse("creator", "must be the number of a resource, as 29682885");
        }
        id
    }

    fn key_field(&mut self, settings: &Map<String, Value>) -> KeyField {
        match self.text(settings, "key_field") {
            None | Some("externalID") => KeyField::Own("externalID"),
            Some("rmmAlertID") => KeyField::Own("rmmAlertID"),
            Some(other) => match other.strip_prefix("udf:").map(str::trim) {
                Some(name) if !name.is_empty() => KeyField::UserDefined(name.to_owned()),
                _ => {
                    self.refuse(
                        "key_field",
                        "must be externalID, rmmAlertID, or udf: with a user-defined field's name",
                    );
                    KeyField::Own("externalID")
                }
            },
        }
    }

    fn budget_share(&mut self, settings: &Map<String, Value>) -> f64 {
        let Some(value) = settings.get("budget_share") else {
            return USUAL_SHARE;
        };
        let share = value.as_f64().filter(|share| *share > 0.0 && *share <= 1.0);
        if share.is_none() {
            self.refuse(
                "budget_share",
                "must be above 0 and at most 1, as 0.8 for 80 % of the requests an hour",
            );
        }
        share.unwrap_or(USUAL_SHARE)
    }
}
