//! The connection's settings: read and checked in one pass, so that both always agree.

use deskbridge_core::connector::Connection;
use deskbridge_core::integration::Problem;

use crate::fields::Reader;

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
        let mut problems = Vec::new();
        let mut reader = Reader::new("settings.autotask", settings, &mut problems);
        reader.refuse_unknown(&KNOWN);
        let root = reader.base_url().unwrap_or_else(|| ANY_ZONE.to_owned());
        let read = Self {
            is_public: root == ANY_ZONE,
            root,
            creator: reader.id("creator", "must be the number of a resource, as 29682885"),
            key_field: key_field(&mut reader),
            budget_share: budget_share(&mut reader),
        };
        match problems.is_empty() {
            true => Ok(read),
            false => Err(problems),
        }
    }
}

pub(super) fn problem(setting: &str, why: impl Into<String>) -> Problem {
    Problem::new(format!("settings.autotask.{setting}"), why)
}

fn key_field(reader: &mut Reader<'_>) -> KeyField {
    match reader.text("key_field").as_deref() {
        None | Some("externalID") => KeyField::Own("externalID"),
        Some("rmmAlertID") => KeyField::Own("rmmAlertID"),
        Some(other) => match other.strip_prefix("udf:").map(str::trim) {
            Some(name) if !name.is_empty() => KeyField::UserDefined(name.to_owned()),
            _ => {
                let why =
                    "must be externalID, rmmAlertID, or udf: with a user-defined field's name";
                reader.refuse("key_field", why);
                KeyField::Own("externalID")
            }
        },
    }
}

fn budget_share(reader: &mut Reader<'_>) -> f64 {
    let Some(value) = reader.value("budget_share") else {
        return USUAL_SHARE;
    };
    let share = value.as_f64().filter(|share| *share > 0.0 && *share <= 1.0);
    if share.is_none() {
        let why = "must be above 0 and at most 1, as 0.8 for 80 % of the requests an hour";
        reader.refuse("budget_share", why);
    }
    share.unwrap_or(USUAL_SHARE)
}
