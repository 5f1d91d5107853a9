//! Reads what the Webhook integration posts after an alert action, of Opsgenie and of JSM alike:
//! <https://support.atlassian.com/opsgenie/docs/opsgenie-edge-connector-alert-action-data/>.

mod data;

use std::collections::BTreeMap;
use std::time::Duration;

use deskbridge_core::Result;
use deskbridge_core::connector::{Connection, Drift, Incoming, SignedRequest, Webhook};
use deskbridge_core::dedup::{DedupKey, digest};
use deskbridge_core::secret::Credential;
use serde_json::Value;

use super::{ALERT, ALERT_ACTIONS, Opsgenie, alert};
use crate::signature::verify_token;
use data::Body;

/// Some actions come without a time; equal bodies this close count as one.
const WINDOW: Duration = Duration::from_secs(600);
const CREATE: &str = "Create";
const CUSTOM: &str = "custom_action";

impl Webhook for Opsgenie {
    fn content_types(&self) -> &'static [&'static str] {
        &["application/json"]
    }

    /// The vendor signs nothing, but sends headers that its administrator chose.
    fn verify(&self, request: &SignedRequest<'_>, secret: Option<&Credential>) -> Result<()> {
        verify_token(request, secret)
    }

    fn read(&self, body: &Value, _: &Connection, _: &str) -> Result<Incoming, Drift> {
        let body = Body(body);
        let action = present("action", &body.0["action"])?;
        let id = present("alert.alertId", &body.0[ALERT]["alertId"])?;
        let event_type = event_type(action);
        Ok(Incoming {
            key: key(&body, action, id),
            event_type: event_type.to_owned(),
            subject: alert(id),
            actor: Some(body.alert("username")).filter(|name| !name.is_empty()),
            made_by_us: false,
            observed: observed(&body, event_type),
            data: body.data(action, id),
        })
    }
}

fn present<'a>(field: &str, value: &'a Value) -> Result<&'a str, Drift> {
    let text = value.as_str().filter(|text| !text.is_empty());
    text.ok_or_else(|| Drift::new(field, "is missing or no text"))
}

/// Names are compared as they are sent, since a custom action may be called `close`. How the vendor
/// writes the two about details is documented nowhere.
fn event_type(action: &str) -> &'static str {
    let known = ALERT_ACTIONS.iter().find(|(_, theirs)| *theirs == action);
    if let Some((ours, _)) = known {
        return ours;
    }
    match action.to_ascii_lowercase().as_str() {
        "adddetail" | "adddetails" => "details_added",
        "removedetail" | "removedetails" => "details_removed",
        _ => CUSTOM,
    }
}

/// Routed to another team, an alert is reported as created once more.
fn key(body: &Body<'_>, action: &str, id: &str) -> DedupKey {
    let updated_at = body.alert("updatedAt");
    if action == CREATE {
        return DedupKey::Once(format!("{id}/{CREATE}"));
    }
    if !updated_at.is_empty() {
        return DedupKey::Once(format!("{id}/{action}/{updated_at}"));
    }
    let mut canonical = body.0.clone();
    canonical.sort_all_objects();
    DedupKey::Within {
        content: digest(&[&canonical.to_string()]),
        window: WINDOW,
    }
}

/// What stands at the vendor now, by the names that our own writes are recorded under.
fn observed(body: &Body<'_>, event_type: &str) -> BTreeMap<String, String> {
    let (field, value) = match event_type {
        "closed" => ("status", "closed".to_owned()),
        "acknowledged" => ("status", "acknowledged".to_owned()),
        "unacknowledged" => ("status", "open".to_owned()),
        "priority_updated" => ("priority", body.priority()),
        "message_updated" => ("message", body.alert("message")),
        "note_added" => ("note", body.alert("note")),
        _ => return BTreeMap::new(),
    };
    let observed = [(field.to_owned(), value)].into_iter();
    observed.filter(|(_, value)| !value.is_empty()).collect()
}
