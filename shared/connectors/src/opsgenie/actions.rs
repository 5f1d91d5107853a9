//! What can be done to an alert, each by one request, and how its outcome is learnt.

mod account;
mod fields;
mod genie;
mod look_up;

use std::time::Duration;

use deskbridge_core::connector::{Answer, Call, Done, Operation, Prepared, Repeat};
use deskbridge_core::link::EntityRef;
use deskbridge_core::{Error, ErrorKind, Result};

use super::client::{Dialect, Job, malformed};
use super::types::{Alert, Receipt};
use super::{ALERT, alert};
use crate::text::encode;
pub(super) use fields::priority_of;
use fields::{ALIAS, MAX_NOTE_CHARS, priority};
pub(super) use look_up::look_up;

pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        creates: Some(ALERT),
        acts_on: None,
        repeat: LOOKED_UP,
        optional: &[
            "description",
            "priority",
            "tags",
            "details",
            "entity",
            "source",
            "note",
            "responders",
        ],
        ..change("create_alert", &["message", "alias"])
    },
    Operation {
        ends: true,
        ..change("close_alert", &[])
    },
    change("acknowledge_alert", &[]),
    change("unacknowledge_alert", &[]),
    Operation {
        repeat: LOOKED_UP,
        ..bare("add_note", &["note"])
    },
    change("add_tags", &["tags"]),
    change("remove_tags", &["tags"]),
    bare("set_priority", &["priority"]),
    bare("set_message", &["message"]),
    bare("set_description", &["description"]),
    change("snooze_alert", &["end_time"]),
    change("assign_alert", &["owner"]),
    Operation {
        repeat: Repeat::Park,
        ..change("escalate_alert", &["escalation"])
    },
    change("add_responder", &["responder"]),
    change("add_details", &["details"]),
    change("remove_details", &["keys"]),
    Operation {
        repeat: Repeat::Park,
        ..change("custom_action", &["action"])
    },
    Operation {
        ends: true,
        ..bare("delete_alert", &[])
    },
];

/// The vendor publishes no figure for how far its reads lag behind; this one is a guess.
const LOOKED_UP: Repeat = Repeat::LookUp {
    wait: Duration::from_secs(5),
    looks: 1,
};

/// A change that does no harm when it is made twice, and takes a note beside it.
const fn change(name: &'static str, required: &'static [&'static str]) -> Operation {
    Operation {
        optional: &[ALIAS, "note"],
        ..bare(name, required)
    }
}

const fn bare(name: &'static str, required: &'static [&'static str]) -> Operation {
    Operation {
        name,
        creates: None,
        renews: false,
        acts_on: Some(ALERT),
        ends: false,
        repeat: Repeat::Harmless,
        required,
        optional: &[ALIAS],
    }
}

/// Makes the request. The account API knows alerts by id only, so an alias is resolved here.
pub(super) async fn prepare(job: &Job<'_>) -> Result<Prepared> {
    let call = job.call;
    let named = match call.operation.creates {
        Some(_) => None,
        None => Some(named(call)?),
    };
    let (draft, id) = match (job.client.dialect, named) {
        (Dialect::Account, Some(named)) => {
            let id = resolve(job, named).await?;
            (account::change(call, &id)?, Some(id))
        }
        (Dialect::Account, None) => (account::create(call, &job.client.settings)?, None),
        (Dialect::V2 | Dialect::Events, Some(named)) => (genie::change(call, &named)?, named.id()),
        (Dialect::V2 | Dialect::Events, None) => (genie::create(call, &job.client.settings)?, None),
    };
    let mut prepared = Prepared::new(job.client.request(draft).await?);
    let written = id.and_then(|id| Some((alert(id), written(call, job.client.dialect)?)));
    if let Some((entity, (field, value))) = written {
        prepared.writes.push((entity, field.to_owned(), value));
    }
    Ok(prepared)
}

/// Sends the request. A receipt is no success: everything but the account API's notes is carried
/// out later.
pub(super) async fn send(job: &Job<'_>, prepared: Prepared) -> Result<Answer> {
    let route = prepared.request.call;
    let receipt: Receipt = job.client.write(prepared.request).await?;
    let is_note = job.client.dialect == Dialect::Account && job.call.operation.name == "add_note";
    if is_note && receipt.note.is_some() {
        return Ok(Answer::Done(done(job.call, job.call.target.cloned())));
    }
    match receipt.request_id.filter(|id| !id.is_empty()) {
        Some(id) => Ok(Answer::Pending {
            handle: job.client.dialect.handle(&id),
        }),
        None => Err(malformed("has no request id", route)),
    }
}

fn done(call: &Call<'_>, entity: Option<EntityRef>) -> Done {
    let what = match call.operation.name {
        "create_alert" => "opened",
        "close_alert" => "closed",
        "acknowledge_alert" => "acknowledged",
        "unacknowledge_alert" => "unacknowledged",
        "add_note" => "note added",
        "add_tags" => "tags added",
        "remove_tags" => "tags removed",
        "set_priority" => "priority set",
        "set_message" => "message set",
        "set_description" => "description set",
        "snooze_alert" => "snoozed",
        "assign_alert" => "assigned",
        "escalate_alert" => "escalated",
        "add_responder" => "responder added",
        "add_details" => "details added",
        "remove_details" => "details removed",
        "custom_action" => "custom action executed",
        _ => "deleted",
    };
    let id = entity.as_ref().map(|entity| entity.id.clone());
    let name = fields::alias(call).or(id).unwrap_or_default();
    Done {
        entity,
        detail: format!("alert {name}: {what}"),
        result: None,
    }
}

/// How a request names its alert.
enum Named {
    Id(String),
    Alias(String),
}

impl Named {
    fn id(self) -> Option<String> {
        match self {
            Self::Id(id) => Some(id),
            Self::Alias(_) => None,
        }
    }

    /// Returns `/{id}{tail}?identifierType=…`.
    fn path(&self, tail: &str) -> String {
        let (name, kind) = match self {
            Self::Id(id) => (id, "id"),
            Self::Alias(alias) => (alias, "alias"),
        };
        format!("/{}{tail}?identifierType={kind}", encode(name))
    }
}

/// The linked alert, or else the one whose alias the rule gives.
fn named(call: &Call<'_>) -> Result<Named> {
    if let Some(target) = call.target {
        return Ok(Named::Id(target.id.clone()));
    }
    fields::alias(call).map(Named::Alias).ok_or_else(|| {
        let why = format!("no alert is linked to {}", call.action.subject);
        Error::new(ErrorKind::NotFound, why)
    })
}

/// Returns the alert's id, by a read where only the alias is known.
async fn resolve(job: &Job<'_>, named: Named) -> Result<String> {
    match named {
        Named::Id(id) => Ok(id),
        Named::Alias(alias) => {
            let found: Alert = job
                .client
                .read(account::by_alias(&alias), account::BY_ALIAS)
                .await?;
            Ok(found.id)
        }
    }
}

/// What the next webhook will report because of this write, where it will not name us as the one who
/// did it: the account API takes no user, and neither do the three fields that are set as a whole.
fn written(call: &Call<'_>, dialect: Dialect) -> Option<(&'static str, String)> {
    match call.operation.name {
        "set_priority" => Some(("priority", priority(call)?)),
        "set_message" => Some(("message", fields::message(call).ok()?)),
        _ if dialect != Dialect::Account => None,
        "close_alert" => Some(("status", "closed".to_owned())),
        "acknowledge_alert" => Some(("status", "acknowledged".to_owned())),
        "unacknowledge_alert" => Some(("status", "open".to_owned())),
        "add_note" => Some(("note", fields::cut(call, "note", MAX_NOTE_CHARS)?)),
        _ => None,
    }
}
