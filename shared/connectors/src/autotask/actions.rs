//! What can be done with tickets, each by one request:
//! <https://www.autotask.net/help/DeveloperHelp/Content/APIs/REST/Entities/TicketsEntity.htm>.

mod look_up;
mod params;
mod repeat;
mod resolve;

use std::time::Duration;

use deskbridge_core::connector::{Done, Operation, Prepared, Repeat};
use deskbridge_core::http::Method;
use deskbridge_core::{Error, ErrorKind, Result};
use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use super::client::Job;
use super::settings::KeyField;
use super::types::Ticket;
use super::{MARK_PREFIX, TICKET, ticket};
use crate::text::truncate;
pub(super) use look_up::look_up;
use params::{FALLBACK, target};
pub(super) use resolve::{category_names, ticket_labels};

const MAX_TITLE_CHARS: usize = 255;
/// Of a ticket's description. Notes take more, yet nobody publishes how much.
const MAX_TEXT_CHARS: usize = 8_000;
const MAX_NOTE_TITLE_CHARS: usize = 250;
/// The one status besides New whose number is the same at every tenant.
const COMPLETE: i64 = 5;
const CREATE: &str = "POST /Tickets";
const ADD_NOTE: &str = "POST /Tickets/{id}/Notes";
const READ: &str = "GET /Tickets/{id}";

pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        creates: Some(TICKET),
        renews: true,
        acts_on: None,
        optional: &[
            "description",
            "category",
            "priority",
            "queue",
            "status",
            "source",
            "issue_type",
            "sub_issue_type",
            "ticket_type",
            "resource_id",
            "role_id",
            "due_in_minutes",
            "default_company",
            repeat::WINDOW,
            "note",
            "note_title",
        ],
        ..operation("open_ticket", &["company", "title"])
    },
    Operation {
        optional: &["note_title", FALLBACK],
        ..operation("add_note", &["note"])
    },
    Operation {
        ends: true,
        // Completing what is complete is not sent at all.
        repeat: Repeat::Harmless,
        optional: &["resolution", FALLBACK],
        ..operation("complete_ticket", &[])
    },
];

/// Queries read the tenant's own database, so little lag is expected; none is published.
const fn operation(name: &'static str, required: &'static [&'static str]) -> Operation {
    Operation {
        name,
        creates: None,
        renews: false,
        acts_on: Some(TICKET),
        ends: false,
        repeat: Repeat::LookUp {
            wait: Duration::from_secs(20),
            looks: 2,
        },
        required,
        optional: &[],
    }
}

/// Makes the request, with every name in it resolved to an id and the repeat rule applied.
pub(super) async fn prepare(job: &Job<'_>) -> Result<Prepared> {
    let call = job.call;
    job.client.stay_below_budget().await?;
    match call.operation.name {
        "open_ticket" => match repeat::ticket_to_note(job).await? {
            Some(id) => note(job, id, call.text("note").unwrap_or(repeat::NOTE)).await,
            None => create(job).await,
        },
        "add_note" => note(job, target(call)?, call.required("note")?).await,
        "complete_ticket" => complete(job, target(call)?).await,
        other => {
            let why = format!("Autotask has no operation {other}");
            Err(Error::new(ErrorKind::Unsupported, why))
        }
    }
}

/// Sends the request, whose route says what it does.
pub(super) async fn send(job: &Job<'_>, prepared: Prepared) -> Result<Done> {
    let request = prepared.request;
    let call = job.call;
    match request.call {
        CREATE => Ok(done(job.client.create(request).await?, "opened")),
        ADD_NOTE => {
            let id = noted_ticket(job)?;
            job.client.create(request).await?;
            Ok(done(id, "note added"))
        }
        READ => {
            let id = target(call)?;
            job.client.check(request).await?;
            Ok(done(id, "was complete already"))
        }
        _ => {
            let id = target(call)?;
            job.client.change(request).await?;
            Ok(done(id, "completed"))
        }
    }
}

fn done(id: i64, what: &str) -> Done {
    Done {
        entity: Some(ticket(id)),
        detail: format!("ticket {id}: {what}"),
        result: None,
    }
}

/// The ticket that a note goes to: the one to act on, or the series' newest.
fn noted_ticket(job: &Job<'_>) -> Result<i64> {
    match job.call.operation.creates {
        Some(_) => repeat::linked_ticket(job.call).ok_or_else(|| {
            let why = "the ticket that the note was for is no longer linked";
            Error::new(ErrorKind::NotFound, why)
        }),
        None => target(job.call),
    }
}

/// Finds again what this action made: in the ticket's key field, or as the last line of a note.
fn mark(job: &Job<'_>) -> String {
    format!("{MARK_PREFIX}{}", job.call.action.mark())
}

async fn create(job: &Job<'_>) -> Result<Prepared> {
    let call = job.call;
    let company = resolve::company(job).await?;
    let mut body = json!({
        "companyID": company.id,
        "title": truncate(call.required("title")?, MAX_TITLE_CHARS),
        "description": description(call.text("description"), company.missing),
    });
    if let Some(fields) = body.as_object_mut() {
        put_choices(job, fields).await?;
        put_assignee(job, fields)?;
        put_key(job, fields);
    }
    if let Some(minutes) = call.number("due_in_minutes")? {
        body["dueDateTime"] = json!(due(job, minutes));
    }
    let request = job.client.request(Method::Post, "/Tickets", CREATE).await?;
    Ok(Prepared::new(request.json(&body)))
}

/// An organisation that Autotask does not know is named, for the ticket then lies with another one.
fn description(text: Option<&str>, missing: Option<String>) -> String {
    let text = text.unwrap_or_default();
    let Some(name) = missing else {
        return truncate(text, MAX_TEXT_CHARS);
    };
    let why = format!(
        "\n\nAutotask has no active company called {}.",
        truncate(&name, 200)
    );
    let room = MAX_TEXT_CHARS.saturating_sub(why.chars().count());
    format!("{}{why}", truncate(text, room))
}

/// Status, priority and queue are always said: the category's defaults are read, for whether the
/// API applies them to these is not documented.
async fn put_choices(job: &Job<'_>, body: &mut Map<String, Value>) -> Result<()> {
    let category = resolve::category(job).await?;
    let defaults = match &category {
        Some(category) => resolve::defaults(job, category.id).await?,
        None => Default::default(),
    };
    if let (Some(category), Some(_)) = (category, job.call.action.params.get("category")) {
        body.insert("ticketCategory".into(), json!(category.id));
    }
    let status = resolve::choice(job, "status", "status").await?;
    let status = status.or(defaults.status).unwrap_or(resolve::NEW);
    body.insert("status".into(), json!(status));
    let priority = resolve::choice(job, "priority", "priority").await?;
    let priority = priority
        .or(defaults.priority)
        .ok_or_else(|| needs(job, "priority"))?;
    body.insert("priority".into(), json!(priority));
    let queue = resolve::choice(job, "queue", "queueID")
        .await?
        .or(defaults.queue_id);
    if let Some(queue) = queue {
        body.insert("queueID".into(), json!(queue));
    } else if job.call.number::<i64>("resource_id")?.is_none() {
        return Err(needs(job, "queue"));
    }
    for (param, field) in [
        ("source", "source"),
        ("issue_type", "issueType"),
        ("sub_issue_type", "subIssueType"),
        ("ticket_type", "ticketType"),
    ] {
        if let Some(value) = resolve::choice(job, param, field).await? {
            body.insert(field.into(), json!(value));
        }
    }
    Ok(())
}

fn needs(job: &Job<'_>, what: &str) -> Error {
    let rule = &job.call.action.rule;
    let why = format!("{rule} gives no {what}, and neither does the ticket's category: give one");
    Error::new(ErrorKind::Misconfigured, why)
}

fn put_assignee(job: &Job<'_>, body: &mut Map<String, Value>) -> Result<()> {
    let (resource, role) = (
        job.call.number::<i64>("resource_id")?,
        job.call.number::<i64>("role_id")?,
    );
    match (resource, role) {
        (Some(resource), Some(role)) => {
            body.insert("assignedResourceID".into(), json!(resource));
            body.insert("assignedResourceRoleID".into(), json!(role));
            Ok(())
        }
        (None, None) => Ok(()),
        (Some(_), None) => Err(needs(job, "role_id for its resource_id")),
        (None, Some(_)) => Err(needs(job, "resource_id for its role_id")),
    }
}

fn put_key(job: &Job<'_>, body: &mut Map<String, Value>) {
    let mark = mark(job);
    match &job.client.settings.key_field {
        KeyField::Own(field) => body.insert((*field).to_owned(), json!(mark)),
        KeyField::UserDefined(name) => {
            let fields = json!([{ "name": name, "value": mark }]);
            body.insert("userDefinedFields".into(), fields)
        }
    };
}

/// Counted from the alert's receipt, so that a repeated attempt asks for the same time.
fn due(job: &Job<'_>, minutes: i64) -> String {
    let received = job.call.action.received_at.as_millis();
    let received = jiff::Timestamp::from_millisecond(received).unwrap_or_default();
    let due = received.checked_add(SignedDuration::from_mins(minutes));
    format!("{:.0}", due.unwrap_or(received))
}

async fn note(job: &Job<'_>, id: i64, text: &str) -> Result<Prepared> {
    let mark = format!("\n\n{}", mark(job));
    let room = MAX_TEXT_CHARS.saturating_sub(mark.chars().count());
    let title = job.call.text("note_title").unwrap_or(repeat::NOTE_TITLE);
    let body = json!({
        "title": truncate(title, MAX_NOTE_TITLE_CHARS),
        "description": format!("{}{mark}", truncate(text, room)),
        "noteType": resolve::note_type(job).await?,
        "publish": resolve::publish(job).await?,
    });
    let path = format!("/Tickets/{id}/Notes");
    let request = job.client.request(Method::Post, &path, ADD_NOTE).await?;
    Ok(Prepared::new(request.json(&body)))
}

/// A ticket that is complete already is looked at once more and left alone. A resolution that
/// somebody wrote stays.
async fn complete(job: &Job<'_>, id: i64) -> Result<Prepared> {
    let path = format!("/Tickets/{id}");
    let found: Option<Ticket> = job.client.item(&path, READ).await?;
    let Some(found) = found else {
        let why = format!("Autotask has no ticket {id} any more");
        return Err(Error::new(ErrorKind::NotFound, why).with_call(READ));
    };
    if found.status == COMPLETE {
        return Ok(Prepared::new(
            job.client.request(Method::Get, &path, READ).await?,
        ));
    }
    let mut body = json!({ "id": id, "status": COMPLETE });
    let is_resolved = found.resolution.is_some_and(|text| !text.trim().is_empty());
    if let (Some(text), false) = (job.call.text("resolution"), is_resolved) {
        body["resolution"] = json!(truncate(text, MAX_TEXT_CHARS));
    }
    let request = job
        .client
        .request(Method::Patch, "/Tickets", "PATCH /Tickets")
        .await?;
    Ok(Prepared::new(request.json(&body)))
}
