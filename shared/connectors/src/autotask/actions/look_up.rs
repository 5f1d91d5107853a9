//! Looks whether an action took effect whose answer was lost: by its key on a ticket, or by the last
//! line of a note.

use deskbridge_core::Result;
use deskbridge_core::connector::Found;
use serde_json::{Value, json};

use super::params::target;
use super::repeat::ticket_in_window;
use super::{done, mark};
use crate::autotask::client::Job;
use crate::autotask::settings::KeyField;
use crate::autotask::types::Identified;

const TICKETS: &str = "POST /Tickets/query";
const NOTES: &str = "POST /TicketNotes/query";

pub(in crate::autotask) async fn look_up(job: &Job<'_>) -> Result<Found> {
    let call = job.call;
    job.client.stay_below_budget().await?;
    match call.operation.name {
        "open_ticket" => {
            if let Some(id) = keyed_ticket(job).await? {
                return Ok(Found::Done(done(id, "opened")));
            }
            // It may have been a repeat, and so a note on the ticket before.
            match ticket_in_window(call)? {
                Some(id) => noted_on(job, id).await,
                None => Ok(Found::Absent),
            }
        }
        "add_note" => noted_on(job, target(call)?).await,
        // To complete a ticket does no harm when it is sent again.
        _ => Ok(Found::Absent),
    }
}

async fn keyed_ticket(job: &Job<'_>) -> Result<Option<i64>> {
    let mut filter = json!({ "op": "eq", "value": mark(job) });
    match &job.client.settings.key_field {
        KeyField::Own(field) => filter["field"] = json!(field),
        KeyField::UserDefined(name) => {
            filter["field"] = json!(name);
            filter["udf"] = json!(true);
        }
    }
    let search = search(&json!([filter]));
    let found: Vec<Identified> = job.client.query("/Tickets/query", TICKETS, &search).await?;
    Ok(found.first().map(|ticket| ticket.id))
}

/// The ticket's id is a number: a text would silently find nothing.
async fn noted_on(job: &Job<'_>, id: i64) -> Result<Found> {
    let search = search(&json!([
        { "op": "eq", "field": "ticketID", "value": id },
        { "op": "contains", "field": "description", "value": mark(job) },
    ]));
    let found: Vec<Identified> = job
        .client
        .query("/TicketNotes/query", NOTES, &search)
        .await?;
    Ok(match found.first() {
        Some(_) => Found::Done(done(id, "note added")),
        None => Found::Absent,
    })
}

fn search(filter: &Value) -> Value {
    json!({ "MaxRecords": 1, "IncludeFields": ["id"], "filter": filter })
}
