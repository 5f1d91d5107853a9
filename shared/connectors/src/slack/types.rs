//! What the vendor answers, as far as it is read here: <https://docs.slack.dev/reference/methods/>.

use serde::Deserialize;
use serde_json::Value;

/// Around every answer of the Web API.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Envelope {
    pub(super) ok: Option<bool>,
    #[serde(default)]
    pub(super) error: String,
    /// The scope that was missing.
    pub(super) needed: Option<String>,
    #[serde(default)]
    pub(super) response_metadata: Metadata,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Metadata {
    #[serde(default)]
    pub(super) messages: Vec<String>,
    #[serde(default)]
    pub(super) next_cursor: String,
}

/// A message that was posted or changed.
#[derive(Deserialize)]
pub(super) struct Posted {
    pub(super) channel: String,
    pub(super) ts: String,
}

/// A message that one person sees; it has no place in the channel's history.
#[derive(Deserialize)]
pub(super) struct Shown {
    pub(super) message_ts: String,
}

#[derive(Deserialize)]
pub(super) struct Opened {
    pub(super) channel: Channel,
}

#[derive(Deserialize)]
pub(super) struct Channel {
    pub(super) id: String,
}

#[derive(Deserialize)]
pub(super) struct OpenedView {
    pub(super) view: View,
}

#[derive(Deserialize)]
pub(super) struct View {
    pub(super) id: String,
}

#[derive(Deserialize)]
pub(super) struct Found {
    pub(super) user: Person,
}

#[derive(Deserialize)]
pub(super) struct Person {
    pub(super) id: String,
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) profile: Profile,
}

#[derive(Default, Deserialize)]
pub(super) struct Profile {
    #[serde(default)]
    pub(super) real_name: String,
}

/// A page of a channel or a thread. It may be short though there is more.
#[derive(Deserialize)]
pub(super) struct History {
    pub(super) messages: Vec<Message>,
    #[serde(default)]
    pub(super) response_metadata: Metadata,
}

#[derive(Deserialize)]
pub(super) struct Message {
    pub(super) ts: String,
    #[serde(default)]
    pub(super) metadata: Mark,
}

/// What a message carries and nobody sees. Other apps' payloads hold anything.
#[derive(Default, Deserialize)]
pub(super) struct Mark {
    #[serde(default)]
    pub(super) event_type: String,
    #[serde(default)]
    pub(super) event_payload: Value,
}

/// Who a token is: `auth.test`.
#[derive(Deserialize)]
pub(super) struct Tested {
    #[serde(default)]
    pub(super) team: String,
    pub(super) team_id: String,
    #[serde(default)]
    pub(super) user: String,
}
