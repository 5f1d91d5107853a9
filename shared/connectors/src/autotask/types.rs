//! What Autotask answers, as far as it is read here:
//! <https://www.autotask.net/help/DeveloperHelp/Content/APIs/REST/REST_API_Home.htm>.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

/// A failure: texts, or objects that hold one.
#[derive(Default, Deserialize)]
pub(super) struct Failure {
    #[serde(default, alias = "Errors")]
    pub(super) errors: Vec<Complaint>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Complaint {
    Text(String),
    Object { message: String },
    Other(IgnoredAny),
}

impl Complaint {
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Object { message: text } => text,
            Self::Other(_) => "",
        }
    }
}

/// Where a user's tenant lives.
#[derive(Deserialize)]
pub(super) struct Zone {
    pub(super) url: String,
}

/// How many requests all integrations of the tenant have made in the last hour.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Threshold {
    pub(super) external_request_threshold: u64,
    pub(super) current_timeframe_request_count: u64,
}

/// The answer to a create.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Created {
    pub(super) item_id: i64,
}

#[derive(Deserialize)]
pub(super) struct Item<T> {
    pub(super) item: Option<T>,
}

#[derive(Deserialize)]
pub(super) struct Items<T> {
    pub(super) items: Vec<T>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Identified {
    pub(super) id: i64,
}

#[derive(Deserialize)]
pub(super) struct Ticket {
    pub(super) status: i64,
    #[serde(default)]
    pub(super) resolution: Option<String>,
}

/// What is known of an entity's fields.
#[derive(Serialize, Deserialize)]
pub(super) struct FieldList {
    pub(super) fields: Vec<Field>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Field {
    pub(super) name: String,
    #[serde(default)]
    pub(super) picklist_values: Option<Vec<Choice>>,
}

/// One value of a picklist. The value is a text here, although the field is a number.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    #[serde(default = "yes")]
    pub(super) is_active: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Category {
    pub(super) id: i64,
    pub(super) name: String,
    #[serde(default = "yes")]
    pub(super) is_active: bool,
    #[serde(default)]
    pub(super) is_global_default: bool,
}

/// What a category gives to new tickets, as far as a create must say it itself.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Defaults {
    pub(super) status: Option<i64>,
    pub(super) priority: Option<i64>,
    #[serde(rename = "queueID")]
    pub(super) queue_id: Option<i64>,
}

fn yes() -> bool {
    true
}
