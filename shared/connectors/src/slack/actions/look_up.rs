//! Learns whether a message was posted, by what it carries: Slack has no key for it.
//!
//! The app must be in the channel, and have been given `channels:history` (`groups:history` for a
//! private one, `im:history` for a direct message); else a person decides.

use std::time::Duration;

use deskbridge_core::connector::Found;
use deskbridge_core::{Error, ErrorKind, Result, Retry, Timestamp};

use super::{MARK, channel, done_at};
use crate::slack::client::Client;
use crate::slack::types::{History, Posted};

const HISTORY: &str = "GET conversations.history";
const REPLIES: &str = "GET conversations.replies";
/// How far the vendor's clock may be behind ours.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(60);
/// Slack's newer apps get 15 at a time, whatever they ask for.
const PAGE: &str = "200";
const MAX_PAGES: usize = 20;

pub(in crate::slack) async fn look_up(client: &Client<'_>) -> Result<Found> {
    let call = client.call;
    if !matches!(call.operation.name, "post_message" | "direct_message") {
        let operation = call.operation.name;
        let why = format!("{operation} leaves nothing behind to look for");
        return Err(Error::new(ErrorKind::Unsupported, why));
    }
    let channel = channel(client).await?;
    let oldest = seconds(call.first_sent_at.unwrap_or(call.now) - CLOCK_TOLERANCE);
    let thread = call.text("thread_ts");
    let mut cursor = String::new();
    for _ in 0..MAX_PAGES {
        let page = page(client, &channel, thread, &oldest, &cursor).await?;
        let ours = page.messages.iter().find(|message| {
            let mark = &message.metadata;
            mark.event_type == MARK && mark.event_payload["action"] == *call.action.id
        });
        if let Some(ours) = ours {
            let posted = Posted {
                channel,
                ts: ours.ts.clone(),
            };
            return Ok(Found::Done(done_at(posted, "posted")));
        }
        cursor = page.response_metadata.next_cursor;
        if cursor.is_empty() {
            return Ok(Found::Absent);
        }
    }
    let why = "the channel has too many newer messages to look through";
    Err(Error::new(ErrorKind::Unsupported, why))
}

async fn page(
    client: &Client<'_>,
    channel: &str,
    thread: Option<&str>,
    oldest: &str,
    cursor: &str,
) -> Result<History> {
    let mut query = vec![
        ("channel", channel),
        ("oldest", oldest),
        ("limit", PAGE),
        ("include_all_metadata", "true"),
    ];
    if !cursor.is_empty() {
        query.push(("cursor", cursor));
    }
    let read = match thread {
        None => client.read("conversations.history", &query, HISTORY).await,
        Some(thread) => {
            query.push(("ts", thread));
            client.read("conversations.replies", &query, REPLIES).await
        }
    };
    read.map_err(for_a_person)
}

/// What may not be read will not be later either, until somebody invites the app or gives it the
/// right; and its other work goes on meanwhile.
fn for_a_person(error: Error) -> Error {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::Rejected | ErrorKind::NeedsPerson => {
            error.with_retry(Retry::Never)
        }
        _ => error,
    }
}

/// Seconds with six places, as Slack writes them.
fn seconds(at: Timestamp) -> String {
    let millis = at.as_millis();
    format!(
        "{}.{:03}000",
        millis.div_euclid(1_000),
        millis.rem_euclid(1_000)
    )
}
