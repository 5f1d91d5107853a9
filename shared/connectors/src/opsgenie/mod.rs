//! Opsgenie and its successor, Jira Service Management (JSM) Operations: alerts both ways.

mod actions;
mod client;
mod settings;
mod trial;
mod types;
mod webhook;

use async_trait::async_trait;
use deskbridge_core::Result;
use deskbridge_core::connector::{
    Answer, Call, Connection, Connector, Found, Operation, Prepared, Trial, Tried, Webhook,
};
use deskbridge_core::integration::Problem;
use deskbridge_core::link::EntityRef;

use client::Client;
use settings::Settings;

pub(crate) const NAME: &str = "opsgenie";
/// The one kind of entity here.
const ALERT: &str = "alert";

/// Our name of every alert action that the vendor reports under a name of its own, with that name.
/// Whatever else it reports is a `custom_action`.
pub const ALERT_ACTIONS: &[(&str, &str)] = &[
    ("created", "Create"),
    ("acknowledged", "Acknowledge"),
    ("unacknowledged", "UnAcknowledge"),
    ("note_added", "AddNote"),
    ("tag_added", "AddTags"),
    ("tag_removed", "RemoveTags"),
    ("recipient_added", "AddRecipient"),
    ("responder_added", "AddResponder"),
    ("team_added", "AddTeam"),
    ("owner_assigned", "AssignOwnership"),
    ("ownership_taken", "TakeOwnership"),
    ("closed", "Close"),
    ("deleted", "Delete"),
    ("escalated", "Escalate"),
    ("escalated_next", "EscalateNext"),
    ("snoozed", "Snooze"),
    ("snooze_ended", "SnoozeEnded"),
    ("priority_updated", "UpdatePriority"),
    ("message_updated", "UpdateMessage"),
    ("description_updated", "UpdateDescription"),
    ("details_added", "AddDetails"),
    ("details_removed", "RemoveDetails"),
];

/// Alerts of one Opsgenie or JSM account; which of the two, the connection's `service` says.
pub struct Opsgenie;

#[async_trait]
impl Connector for Opsgenie {
    fn name(&self) -> &'static str {
        NAME
    }

    fn webhook(&self) -> Option<&dyn Webhook> {
        Some(self)
    }

    fn operations(&self) -> &'static [Operation] {
        actions::OPERATIONS
    }

    fn check(&self, connection: &Connection) -> Vec<Problem> {
        let mut problems = Settings::read(connection).err().unwrap_or_default();
        if connection.credential.is_none() {
            problems.push(settings::problem(
                "credential",
                "is missing: name a credential with the field api_key, or for JSM email and api_token",
            ));
        }
        problems
    }

    async fn prepare(&self, call: &Call<'_>) -> Result<Prepared> {
        actions::prepare(&Client::for_operation(call)?).await
    }

    async fn send(&self, call: &Call<'_>, prepared: Prepared) -> Result<Answer> {
        actions::send(&Client::for_operation(call)?, prepared).await
    }

    async fn look_up(&self, call: &Call<'_>, handle: Option<&str>) -> Result<Found> {
        actions::look_up(call, handle).await
    }

    /// Nothing for JSM's integration key, which can read nothing at all.
    async fn try_connection(&self, trial: &Trial<'_>) -> Result<Option<Tried>> {
        match Client::for_reading(trial.into())? {
            Some(client) => trial::try_connection(&client).await.map(Some),
            None => Ok(None),
        }
    }
}

fn alert(id: impl Into<String>) -> EntityRef {
    EntityRef::new(NAME, ALERT, id)
}

#[cfg(test)]
mod tests;
