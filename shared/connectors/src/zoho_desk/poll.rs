//! Fetches one page of what happened at a portal, for editions without webhooks, for what webhooks
//! lost, and for ratings, which no webhook tells.
//!
//! A search finds tickets by the time of their last change; what is new is read in full and compared
//! with what was seen before. Bodies have the webhook's shape, and so its keys.

mod body;
mod state;

use std::time::Duration;

use deskbridge_core::connector::{Ask, Page};
use deskbridge_core::{Error, ErrorKind, Result, Retry, Timestamp};
use serde_json::Value;

use super::client::Client;
use super::settings::{Mode, id_of};
use super::types::{self, text};
use crate::text::encode;
use body::Told;
use state::{Next, State};

const SEARCH: &str = "GET /tickets/search";
const TICKET: &str = "GET /tickets/{id}";
const COMMENTS: &str = "GET /tickets/{id}/comments";
const THREADS: &str = "GET /tickets/{id}/threads";
const RATINGS: &str = "GET /customerHappiness";
const PER_PAGE: usize = 100;
const RATINGS_PER_PAGE: usize = 50;
/// How many calls one page may take.
const MAX_CALLS: u32 = 20;
/// Left of the day's credits to people's commands.
const LEFT_TO_PEOPLE: u64 = 500;
const SPENT_WAIT: Duration = Duration::from_secs(900);
/// The vendor's clock may be ahead of ours.
const AHEAD: Duration = Duration::from_secs(86_400);

pub(super) async fn fetch(client: &Client<'_>, ask: &Ask<'_>) -> Result<Page> {
    let mut state = match ask.cursor {
        Some(cursor) => State::read(cursor)?,
        None => State::new(ask.since),
    };
    state.begin_pass(
        client.settings.mode != Mode::Webhook,
        client.settings.ratings,
        ask.now,
    );
    let mut told = Vec::new();
    let mut whole = false;
    while client.calls() < MAX_CALLS && !spent(client) {
        match state.next() {
            Next::Search { start, from } => {
                let rows = search(client, start, from).await?;
                let watched = rows.iter().filter(|row| watches(client, row));
                state.saw(&rows, watched);
            }
            Next::Ticket(id) => told.extend(ticket(client, &mut state, &id).await?),
            Next::Ratings { start, from } => {
                let rows = ratings(client, start, from).await?;
                told.extend(rows.iter().filter_map(|row| Told::rating(client, row)));
                state.rated(&rows, RATINGS_PER_PAGE);
            }
            Next::Nothing => {
                state.end_pass();
                whole = true;
                break;
            }
        }
    }
    told.sort_by_key(Told::place);
    let again_after = match (whole, spent(client)) {
        (_, true) => client.settings.poll_every.max(SPENT_WAIT),
        (true, false) => client.settings.poll_every,
        (false, false) => Duration::ZERO,
    };
    Ok(Page {
        bodies: told.into_iter().map(|told| told.body).collect(),
        cursor: state.write()?,
        again_after,
        rest: None,
        trouble: spent(client).then(trouble),
    })
}

fn trouble() -> String {
    format!(
        "the portal has fewer than {LEFT_TO_PEOPLE} API credits left today: they are left to commands"
    )
}

fn spent(client: &Client<'_>) -> bool {
    client.credits().is_some_and(|left| left <= LEFT_TO_PEOPLE)
}

fn watches(client: &Client<'_>, row: &Value) -> bool {
    client.settings.watches(&text(&row["departmentId"]))
}

async fn search(client: &Client<'_>, start: i64, from: usize) -> Result<Vec<Value>> {
    let start = Timestamp::from_millis(start);
    let range = encode(&format!("{start},{}", client.now + AHEAD));
    let path = format!(
        "/tickets/search?modifiedTimeRange={range}&from={from}&limit={PER_PAGE}&sortBy=modifiedTime"
    );
    client.rows(&path, SEARCH).await
}

async fn ratings(client: &Client<'_>, start: i64, from: usize) -> Result<Vec<Value>> {
    let end = (client.now + AHEAD).as_millis();
    let path = format!(
        "/customerHappiness?department=allDepartment&startTime={start}&endTime={end}\
         &from={from}&limit={RATINGS_PER_PAGE}&sortBy=ratedtime"
    );
    client.rows(&path, RATINGS).await
}

/// Reads a ticket, with its comments and mails where their number has changed.
async fn ticket(client: &Client<'_>, state: &mut State, id: &str) -> Result<Vec<Told>> {
    let path = format!("/tickets/{id}?{}", super::actions::INCLUDE);
    let ticket = match client.find(&path, TICKET).await {
        Ok(Some(ticket)) => ticket,
        Ok(None) => {
            state.gone(id);
            return Ok(Vec::new());
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            state.gone(id);
            return Ok(Vec::new());
        }
        // One ticket that cannot be read, for its size perhaps, must not hold up the others.
        Err(error) if error.http_status().is_some_and(|status| status < 300) => {
            state.gone(id);
            return Ok(vec![Told::unreadable(id, &error)]);
        }
        Err(error) => return Err(error),
    };
    let comments = match state.has_new_comments(id, &ticket) {
        true => {
            let path = format!("/tickets/{id}/comments?from=0&limit=50&sortBy=-commentedTime");
            client.rows(&path, COMMENTS).await?
        }
        false => Vec::new(),
    };
    let threads = match state.has_new_threads(id, &ticket) {
        true => {
            let path = format!("/tickets/{id}/threads?from=0&limit=50&sortBy=-sendDateTime");
            client.rows(&path, THREADS).await?
        }
        false => Vec::new(),
    };
    let news = state.look(id, &ticket, &comments, &threads);
    Ok(news
        .into_iter()
        .map(|news| Told::news(client, &ticket, news))
        .collect())
}

/// Vendor time as milliseconds; zero where it cannot be read, which is before everything.
fn millis(value: &Value) -> i64 {
    types::at(value).map_or(0, Timestamp::as_millis)
}

fn ticket_of(row: &Value) -> Option<String> {
    id_of(&row["ticketId"]).or_else(|| id_of(&row["ticket"]["id"]))
}

/// A cursor that this build cannot read, written by a newer one: asked again, it would lose its place.
fn unreadable_cursor() -> Error {
    let why = "where this watch stands was written by another version of Deskbridge";
    Error::new(ErrorKind::Malformed, why).with_retry(Retry::Later(None))
}
