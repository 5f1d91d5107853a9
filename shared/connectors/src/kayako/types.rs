//! What Kayako answers, as far as it is read here: <https://developer.kayako.com/api/v1/>.

use serde::Deserialize;

/// Every success: `{"status":200,"data":…,"resource":"case","total_count":1}`.
#[derive(Deserialize)]
pub(super) struct Envelope<T> {
    pub(super) data: T,
    pub(super) total_count: Option<usize>,
}

/// The parts that tell a failure.
#[derive(Default, Deserialize)]
pub(super) struct Failure {
    #[serde(default)]
    pub(super) status: Option<u16>,
    #[serde(default)]
    pub(super) errors: Vec<Complaint>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Complaint {
    pub(super) code: String,
    pub(super) message: String,
}

/// The answer to a request with a password.
#[derive(Deserialize)]
pub(super) struct Login {
    pub(super) session_id: String,
    pub(super) data: Reference,
}

/// What nested resources come as unless `include` names their type.
#[derive(Deserialize)]
pub(super) struct Reference {
    pub(super) id: u64,
    #[serde(default)]
    pub(super) resource_type: String,
}

/// A status, a priority or a team: an id and what people call it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Choice {
    pub(super) id: u64,
    #[serde(alias = "title")]
    pub(super) label: String,
    /// Of a status: NEW, OPEN, PENDING, COMPLETED, CLOSED or CUSTOM.
    #[serde(rename = "type", default)]
    pub(super) kind: Option<String>,
    /// Of a priority: 1 is the lowest.
    #[serde(default)]
    pub(super) level: Option<u64>,
    #[serde(default)]
    pub(super) is_deleted: Option<bool>,
}

#[derive(Deserialize)]
pub(super) struct EmailMatch {
    pub(super) identity: Identity,
    pub(super) parent: Reference,
}

#[derive(Deserialize)]
pub(super) struct Identity {
    pub(super) email: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct User {
    pub(super) id: u64,
    #[serde(alias = "fullname")]
    pub(super) full_name: Option<String>,
}

/// A way out of Kayako: `account` is the mailbox of a MAIL channel.
#[derive(Deserialize)]
pub(super) struct Outlet {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) account: Option<Reference>,
}

#[derive(Deserialize)]
pub(super) struct Case {
    pub(super) id: u64,
    pub(super) status: Option<Reference>,
    pub(super) tags: Option<Vec<Tag>>,
    pub(super) updated_at: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Tag {
    Plain(String),
    Object { name: Option<String> },
}

impl Tag {
    /// Nothing when only a reference came.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Plain(name) => Some(name),
            Self::Object { name } => name.as_deref(),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Post {
    pub(super) contents: Option<String>,
    pub(super) created_at: Option<String>,
}
