//! Fetches one page of what happened in a message box.
//!
//! A search finds tickets by the time of their messages, never by the time of their last change. So a
//! pass is three searches: tickets with new messages, tickets that are open (whatever their age), and
//! now and then those of the last days; what has changed since it was last seen is read in full.

mod body;
mod names;
mod state;

use std::time::Duration;

use deskbridge_core::connector::{Ask, Page};
use deskbridge_core::{Error, ErrorKind, Result, Retry, Timestamp};
use serde_json::{Value, json};

use super::client::{Client, Memory};
use super::settings::Settings;
use super::types::Row;
use body::Told;
use state::PER_PAGE;
pub(super) use state::{Next, Scan, State};

const SEARCH: &str = "POST /{box}/tickets/search";
const TICKET: &str = "GET /{box}/tickets/{id}";

pub(super) async fn fetch(memory: &Memory, ask: &Ask<'_>, settings: &Settings) -> Result<Page> {
    let client = Client::new(memory, ask.into(), settings);
    let mut state = match ask.cursor {
        Some(cursor) => State::read(cursor)?,
        None => State::new(ask.since),
    };
    state.begin_pass();
    let mut told = Vec::new();
    let mut whole = false;
    while client.may_call() {
        match state.next() {
            Next::Search(scan, page) => {
                let rows = search(&client, &state, scan, page).await?;
                state.saw(scan, page, &rows);
            }
            Next::Ticket(id) => told.extend(ticket(&client, &mut state, id, ask.now).await?),
            Next::Nothing => {
                state.end_pass();
                whole = true;
                break;
            }
        }
    }
    told.sort_by_key(Told::place);
    let rest = client.rest();
    let again_after = match (whole, rest) {
        (true, rest) => settings.poll_every.max(rest.unwrap_or_default()),
        (false, Some(rest)) => rest,
        (false, None) => Duration::ZERO,
    };
    Ok(Page {
        bodies: told.into_iter().map(|told| told.body).collect(),
        cursor: state.write()?,
        again_after,
        rest,
        trouble: state.trouble(),
    })
}

async fn search(client: &Client<'_>, state: &State, scan: Scan, page: u32) -> Result<Vec<Row>> {
    let mut asked = json!({ "per_page": PER_PAGE, "page": page });
    match state.horizon(scan) {
        Some(since) => asked["since"] = json!(Timestamp::from_millis(since).to_string()),
        None => asked["status_cds"] = json!(["open", "ongoing"]),
    }
    let path = format!("/{}/tickets/search", client.settings.message_box);
    client.search(&path, SEARCH, &asked).await
}

/// Reads a ticket with its messages and tells what happened to it.
async fn ticket(
    client: &Client<'_>,
    state: &mut State,
    id: u64,
    now: Timestamp,
) -> Result<Vec<Told>> {
    let path = format!("/{}/tickets/{id}", client.settings.message_box);
    let ticket: Value = match client.read(&path, TICKET).await {
        Ok(ticket) => ticket,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            state.gone(id);
            return Ok(Vec::new());
        }
        // One ticket that cannot be read, for its size perhaps, must not hold up the others.
        Err(error) if error.http_status().is_some_and(|status| status < 300) => {
            state.unreadable(id);
            return Ok(vec![Told::unreadable(id, &error)]);
        }
        Err(error) => return Err(error),
    };
    let activities = state.look(id, &ticket, now);
    let mut told = Vec::with_capacity(activities.len());
    if activities.is_empty() {
        return Ok(told);
    }
    let names = names::of(client, &ticket).await?;
    for activity in activities {
        let message = activity.message.and_then(|at| ticket["messages"].get(at));
        let customer = match message {
            Some(message) => names::customer(client, &names, message).await?,
            None => Value::Null,
        };
        told.push(Told::new(&activity, &ticket, message, &names, customer));
    }
    Ok(told)
}

/// A cursor that this build cannot read, written by a newer one: asked again, it would lose its place.
fn unreadable_cursor() -> Error {
    let why = "where this watch stands was written by another version of Deskbridge";
    Error::new(ErrorKind::Malformed, why).with_retry(Retry::Later(None))
}
