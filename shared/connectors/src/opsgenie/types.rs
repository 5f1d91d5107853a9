//! What the vendor answers, as far as it is read here: <https://docs.opsgenie.com/docs/alert-api> and
//! <https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-alerts/>.

use deskbridge_core::Timestamp;
use serde::Deserialize;

/// A read: wrapped in `data` by Opsgenie, lists in `values` by the account API, else as it is.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Body<T> {
    Data { data: T },
    Values { values: T },
    Plain(T),
}

impl<T> Body<T> {
    pub(super) fn into_inner(self) -> T {
        match self {
            Self::Data { data: inner } | Self::Values { values: inner } | Self::Plain(inner) => {
                inner
            }
        }
    }
}

/// A write: a receipt, as it is carried out later, or, from the account API, the note itself.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Receipt {
    pub(super) request_id: Option<String>,
    pub(super) note: Option<String>,
}

/// What became of a write. The specification says `isSuccess`, clients saw `success`, or both.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RequestStatus {
    is_success: Option<bool>,
    success: Option<bool>,
    pub(super) status: Option<String>,
    pub(super) alert_id: Option<String>,
}

impl RequestStatus {
    pub(super) fn succeeded(&self) -> Option<bool> {
        self.is_success.or(self.success)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Alert {
    pub(super) id: String,
    status: Option<String>,
    created_at: Option<String>,
}

impl Alert {
    pub(super) fn is_closed(&self) -> bool {
        self.status.as_deref() == Some("closed")
    }

    pub(super) fn created_at(&self) -> Option<Timestamp> {
        Timestamp::parse(self.created_at.as_deref()?)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Note {
    pub(super) note: String,
    created_at: Option<String>,
}

impl Note {
    pub(super) fn created_at(&self) -> Option<Timestamp> {
        Timestamp::parse(self.created_at.as_deref()?)
    }
}

/// A site's id, which the account API has in every address.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TenantInfo {
    pub(super) cloud_id: String,
}
