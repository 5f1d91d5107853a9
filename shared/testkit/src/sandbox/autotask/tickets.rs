//! Tickets and their notes: what the API takes, and what it refuses with a 500.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::api::Refusal;
use super::options::Picklist;
use super::query::field;
use super::state::{COMPLETE, Row, State};
use crate::sandbox::http::Request;

const MAX_TITLE: usize = 255;
const MAX_DESCRIPTION: usize = 8_000;
const MAX_EXTERNAL_ID: usize = 50;
const MAX_NOTE_TITLE: usize = 250;
const MAX_NOTE: usize = 32_000;
/// What may be written, with the longest text it takes.
const WRITABLE: [(&str, usize); 17] = [
    ("companyID", 0),
    ("title", MAX_TITLE),
    ("description", MAX_DESCRIPTION),
    ("status", 0),
    ("priority", 0),
    ("queueID", 0),
    ("ticketCategory", 0),
    ("dueDateTime", 40),
    ("externalID", MAX_EXTERNAL_ID),
    ("rmmAlertID", MAX_EXTERNAL_ID),
    ("resolution", MAX_NOTE),
    ("assignedResourceID", 0),
    ("assignedResourceRoleID", 0),
    ("source", 0),
    ("issueType", 0),
    ("subIssueType", 0),
    ("ticketType", 0),
];

pub(super) fn create(state: &mut State, request: &Request) -> Result<Value, Refusal> {
    let body = body(request)?;
    let mut row = Row {
        fields: written(&body)?,
        created_at: state.now(),
    };
    let creator = creator(state, request)?;
    check_new(state, &row)?;
    apply_defaults(state, &mut row);
    let id = state.options.first_ticket_id + state.tickets_made;
    state.tickets_made += 1;
    let number = ticket_number(row.created_at, state.tickets_made);
    row.fields.insert("id".into(), json!(id));
    row.fields.insert("ticketNumber".into(), json!(number));
    row.fields
        .insert("createDate".into(), json!(iso(row.created_at)));
    row.fields
        .insert("creatorResourceID".into(), json!(creator));
    if let Some(udfs) = field(&body, "userDefinedFields") {
        row.fields.insert("userDefinedFields".into(), udfs.clone());
    }
    state.tickets.push(row);
    Ok(json!({ "itemId": id }))
}

/// Changes the given fields only; the id stands in the body.
pub(super) fn update(state: &mut State, request: &Request) -> Result<Value, Refusal> {
    let body = body(request)?;
    creator(state, request)?;
    let id = field(&body, "id").and_then(Value::as_i64);
    let id = id.ok_or_else(|| Refusal::invalid("id is required.; on record number [0]."))?;
    let row = state.ticket(id);
    let mut row = row
        .cloned()
        .ok_or_else(|| Refusal::new(404, "No matching records found."))?;
    row.fields.extend(written(&body)?);
    check_picklists(&state.options.ticket_picklists, &row.fields)?;
    check_complete(state, &row)?;
    if let Some(kept) = state.ticket_mut(id) {
        *kept = row;
    }
    Ok(json!({ "itemId": id }))
}

pub(super) fn add_note(
    state: &mut State,
    request: &Request,
    ticket: i64,
) -> Result<Value, Refusal> {
    let body = body(request)?;
    let creator = creator(state, request)?;
    let row = state.ticket(ticket);
    let row = row.ok_or_else(|| Refusal::new(404, "No matching records found."))?;
    let category = state.category_of(row.number("ticketCategory"));
    let needs_title = category.is_some_and(|category| category.requires_note_titles);
    let mut note = Map::new();
    for (name, most) in [
        ("title", MAX_NOTE_TITLE),
        ("description", MAX_NOTE),
        ("noteType", 0),
        ("publish", 0),
    ] {
        let value = field(&body, name).cloned().unwrap_or_default();
        let is_empty = value.is_null() || value.as_str().is_some_and(str::is_empty);
        if is_empty && (name != "title" || needs_title) {
            return Err(required(name));
        }
        check_length(name, &value, most)?;
        note.insert(name.into(), value);
    }
    check_picklists(&state.options.note_picklists, &note)?;
    let id = state.notes.last().map_or(70_001, |note| note.id() + 1);
    let created_at = state.now();
    note.insert("id".into(), json!(id));
    note.insert("ticketID".into(), json!(ticket));
    note.insert("createDateTime".into(), json!(iso(created_at)));
    note.insert("creatorResourceID".into(), json!(creator));
    state.notes.push(Row {
        fields: note,
        created_at,
    });
    Ok(json!({ "itemId": id }))
}

/// What a status of Complete asks for.
pub(super) fn check_complete(state: &State, row: &Row) -> Result<(), Refusal> {
    let category = state.category_of(row.number("ticketCategory"));
    let needs = category.is_some_and(|category| category.requires_resolution);
    if row.number("status") == Some(COMPLETE) && needs && row.text("resolution").is_empty() {
        return Err(required("resolution"));
    }
    Ok(())
}

fn check_new(state: &State, row: &Row) -> Result<(), Refusal> {
    for name in ["companyID", "title", "status", "priority"] {
        if !row.fields.contains_key(name) {
            return Err(required(name));
        }
    }
    let company = row.number("companyID").and_then(|id| state.company(id));
    if !company.is_some_and(|company| company.active) {
        return Err(Refusal::invalid(
            "CompanyID must refer to an active company.",
        ));
    }
    let (resource, role) = (
        row.fields.contains_key("assignedResourceID"),
        row.fields.contains_key("assignedResourceRoleID"),
    );
    if resource != role {
        return Err(Refusal::invalid(
            "When assigning a Resource, you must assign both a assignedResourceID and assignedResourceRoleID.",
        ));
    }
    if !resource && !row.fields.contains_key("queueID") {
        return Err(Refusal::invalid(
            "AssignedResourceID, AssignedResourceRoleID, and QueueID cannot all be empty.",
        ));
    }
    check_picklists(&state.options.ticket_picklists, &row.fields)?;
    let category = row.number("ticketCategory");
    let Some(category) = state.category_of(category) else {
        return Err(unknown_value("ticketCategory"));
    };
    if !category.defaults_due_date && !row.fields.contains_key("dueDateTime") {
        return Err(required("dueDateTime"));
    }
    check_complete(state, row)
}

fn apply_defaults(state: &State, row: &mut Row) {
    let Some(category) = state.category_of(row.number("ticketCategory")) else {
        return;
    };
    for (name, value) in &category.defaults {
        let name = name
            .strip_suffix("TypeID")
            .map_or(name.clone(), |stem| format!("{stem}Type"));
        row.fields.entry(name).or_insert_with(|| json!(value));
    }
    if category.defaults_due_date {
        let due = row.created_at + jiff::SignedDuration::from_hours(8);
        row.fields
            .entry("dueDateTime")
            .or_insert_with(|| json!(iso(due)));
    }
}

/// The resource that a header asks for, who must exist.
fn creator(state: &State, request: &Request) -> Result<Option<i64>, Refusal> {
    let Some(asked) = request.header("impersonationresourceid") else {
        return Ok(None);
    };
    let id = asked
        .parse()
        .ok()
        .filter(|id| state.resource(*id).is_some());
    id.map(Some).ok_or_else(|| {
        Refusal::invalid("The impersonated resource does not exist or may not be impersonated.")
    })
}

fn body(request: &Request) -> Result<Value, Refusal> {
    let body = serde_json::from_slice(&request.body).ok();
    body.filter(Value::is_object)
        .ok_or_else(|| Refusal::invalid("The body is no valid JSON."))
}

/// The writable fields that were sent, under their own names; others are ignored.
fn written(body: &Value) -> Result<Map<String, Value>, Refusal> {
    let mut fields = Map::new();
    for (name, most) in WRITABLE {
        let Some(value) = field(body, name) else {
            continue;
        };
        check_length(name, value, most)?;
        let is_number = most == 0;
        if is_number != value.is_i64() || (!is_number && !value.is_string()) {
            return Err(Refusal::invalid(format!(
                "Error converting value to the type of {name}; on record number [0]."
            )));
        }
        if value.as_str() != Some("") {
            fields.insert(name.into(), value.clone());
        }
    }
    Ok(fields)
}

fn check_picklists(lists: &[Picklist], fields: &Map<String, Value>) -> Result<(), Refusal> {
    for list in lists {
        let Some(value) = fields.get(&list.field) else {
            continue;
        };
        let known = |value| {
            list.choices
                .iter()
                .any(|choice| choice.active && choice.value == value)
        };
        if !value.as_i64().is_some_and(known) {
            return Err(unknown_value(&list.field));
        }
    }
    Ok(())
}

fn check_length(name: &str, value: &Value, most: usize) -> Result<(), Refusal> {
    let length = value.as_str().map_or(0, |text| text.chars().count());
    if most > 0 && length > most {
        return Err(Refusal::invalid(format!(
            "{name} must not be longer than {most} characters.; on record number [0]."
        )));
    }
    Ok(())
}

fn required(name: &str) -> Refusal {
    Refusal::invalid(format!("{name} is required.; on record number [0]."))
}

fn unknown_value(name: &str) -> Refusal {
    Refusal::invalid(format!(
        "The value of {name} is not an active value of its picklist.; on record number [0]."
    ))
}

fn ticket_number(at: Timestamp, count: i64) -> String {
    let day = at.to_zoned(TimeZone::UTC).strftime("%Y%m%d").to_string();
    format!("T{day}.{count:04}")
}

fn iso(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC)
        .strftime("%Y-%m-%dT%H:%M:%SZ")
        .to_string()
}
