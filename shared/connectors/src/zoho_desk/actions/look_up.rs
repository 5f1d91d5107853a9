//! Looks whether an action took effect whose answer was lost: a ticket by our mark, a comment by its
//! text and its time.

use std::time::Duration;

use deskbridge_core::connector::{Call, Found};
use deskbridge_core::{Result, Timestamp};
use serde_json::Value;

use super::find::{self, INCLUDE, READ, SEARCH};
use super::write::MAX_COMMENT_CHARS;
use super::{mark, reported};
use crate::text::{encode, plain, truncate};
use crate::zoho_desk::client::Client;
use crate::zoho_desk::types::{self, text};

const COMMENTS: &str = "GET /tickets/{id}/comments";
/// How far the vendor's clock may be behind ours.
const SKEW: Duration = Duration::from_secs(300);
const MAX_CANDIDATES: usize = 10;

pub(in crate::zoho_desk) async fn look_up(client: &Client<'_>, call: &Call<'_>) -> Result<Found> {
    match call.operation.name {
        "create_ticket" => created(client, call).await,
        "add_comment" => commented(client, call).await,
        // The others are not looked for: they are sent again, or a person decides.
        _ => Ok(Found::Absent),
    }
}

/// The search goes by time, which needs no index of words; then each that has the subject is read.
async fn created(client: &Client<'_>, call: &Call<'_>) -> Result<Found> {
    let (from, to) = (since(call), client.now + SKEW);
    let range = encode(&format!("{from},{to}"));
    let path =
        format!("/tickets/search?createdTimeRange={range}&from=0&limit=100&sortBy=-createdTime");
    let rows = client.rows(&path, SEARCH).await?;
    let subject = call.text("subject").unwrap_or_default();
    let subject = text(&Value::String(truncate(subject, 255)));
    let candidates = rows.iter().filter(|row| text(&row["subject"]) == subject);
    for row in candidates.take(MAX_CANDIDATES) {
        let path = format!("/tickets/{}?{INCLUDE}", text(&row["id"]));
        let ticket = client.get(&path, READ).await?;
        if bears(client, &ticket, &mark(call)) {
            let reported = reported::created(client, &ticket).await;
            return Ok(Found::Done(reported.into_done()));
        }
    }
    Ok(Found::Absent)
}

fn bears(client: &Client<'_>, ticket: &Value, mark: &str) -> bool {
    let field = client.settings.key_field.as_deref();
    let keyed = field.is_some_and(|field| ticket["cf"][field] == mark);
    keyed || text(&ticket["description"]).contains(mark)
}

async fn commented(client: &Client<'_>, call: &Call<'_>) -> Result<Found> {
    let id = find::ticket_id(client, call).await?;
    let path = format!("/tickets/{id}/comments?from=0&limit=50&sortBy=-commentedTime");
    let rows = client.rows(&path, COMMENTS).await?;
    let wanted = folded(&truncate(
        call.text("text").unwrap_or_default(),
        MAX_COMMENT_CHARS,
    ));
    let from = since(call);
    let ours = rows.iter().find(|row| {
        let at = types::at(&row["commentedTime"]);
        let content = text(&row["content"]);
        let same = folded(&content) == wanted || folded(&plain(&content)) == wanted;
        same && at.is_some_and(|at| at >= from)
    });
    match ours {
        None => Ok(Found::Absent),
        Some(comment) => {
            let reported = reported::commented(client, &id, comment).await;
            Ok(Found::Done(reported.into_done()))
        }
    }
}

fn since(call: &Call<'_>) -> Timestamp {
    call.first_sent_at.unwrap_or(call.action.received_at) - SKEW
}

/// The vendor may keep blanks and line breaks in its own way.
fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
