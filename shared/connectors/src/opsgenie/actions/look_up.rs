//! Learns what became of a request: by its receipt, or, without one, by what it was to leave behind.

use std::time::Duration;

use deskbridge_core::connector::{Call, Found};
use deskbridge_core::{Error, ErrorKind, Result, Retry, Timestamp};

use super::fields::{self, MAX_NOTE_CHARS};
use super::{Named, account, done, named, resolve};
use crate::opsgenie::alert;
use crate::opsgenie::client::{Client, Dialect, Job, malformed, needs_token};
use crate::opsgenie::types::{Alert, Note, RequestStatus};
use crate::text::encode;

/// How far the vendor's clock may be behind ours.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(60);
/// How long a create that cannot be looked up is repeated blindly: an open alert takes up a repeat
/// with its alias, and after this long it may have been closed.
const ALIAS_IS_ENOUGH: Duration = Duration::from_secs(600);
/// The most that one read of notes gives.
const NOTES_PAGE: usize = 100;
const ERROR_TYPE: &str = "x-opsgenie-errortype";
const NOT_PROCESSED: &str = "RequestNotProcessed";

pub(in crate::opsgenie) async fn look_up(call: &Call<'_>, handle: Option<&str>) -> Result<Found> {
    if let Some(handle) = handle {
        let (job, request_id) = Client::for_handle(call, handle)?;
        return request_status(&job, request_id).await;
    }
    let client = Client::for_reading(call.into())?;
    let job = client.map(|client| Job { client, call });
    match (call.operation.name, job) {
        ("create_alert", Some(job)) => created(&job).await,
        ("create_alert", None) => created_unseen(call),
        ("add_note", Some(job)) => noted(&job).await,
        ("add_note", None) => Err(needs_token("JSM's integration key cannot read notes")),
        (other, _) => {
            let why = format!("{other} leaves nothing behind to look for");
            Err(Error::new(ErrorKind::Unsupported, why))
        }
    }
}

/// Asks for a receipt's outcome. Until there is one the vendor answers 404, and says so in a header;
/// that JSM keeps the header is documented nowhere, so any 404 of it counts as "not yet".
async fn request_status(job: &Job<'_>, request_id: &str) -> Result<Found> {
    let route = match job.client.dialect {
        Dialect::V2 | Dialect::Events => "GET /v2/alerts/requests/{id}",
        Dialect::Account => "GET /v1/alerts/requests/{id}",
    };
    let answer = job
        .client
        .answer(format!("/requests/{}", encode(request_id)), route)
        .await?;
    if answer.status == 404 {
        let said = answer.header(ERROR_TYPE).unwrap_or_default();
        if job.client.dialect != Dialect::V2 || said.eq_ignore_ascii_case(NOT_PROCESSED) {
            return Ok(Found::Pending);
        }
        let why = "Opsgenie does not know its own receipt";
        let error = Error::new(ErrorKind::NotFound, why)
            .with_call(route)
            .with_status(404);
        return Err(error.with_retry(Retry::Later(None)));
    }
    let status: RequestStatus = job.client.understand(&answer, route)?;
    outcome(job, status, route)
}

fn outcome(job: &Job<'_>, status: RequestStatus, route: &'static str) -> Result<Found> {
    let call = job.call;
    let succeeded = status.succeeded().ok_or_else(|| {
        malformed("does not say whether it succeeded", route).with_retry(Retry::Later(None))
    })?;
    let why = status.status.unwrap_or_default();
    if !succeeded && !stands_already(call, &why.to_lowercase()) {
        let why = match why.trim() {
            "" => "Opsgenie refused it and gave no reason",
            why => why,
        };
        return Ok(Found::Refused {
            why: job.client.quoted(why),
        });
    }
    let id = status.alert_id.filter(|id| !id.is_empty());
    let entity = id.map(alert).or_else(|| call.target.cloned());
    Ok(Found::Done(done(call, entity)))
}

/// Whether a refusal says that what was asked for is so already, by us in an earlier attempt or by
/// somebody else.
fn stands_already(call: &Call<'_>, why: &str) -> bool {
    let already = why.contains("already");
    match call.operation.name {
        "close_alert" => already && why.contains("closed"),
        "acknowledge_alert" => already && why.contains(" acknowledged"),
        "unacknowledge_alert" => why.contains("not acknowledged"),
        // By an alias that was never there, nothing would have been deleted.
        "delete_alert" => call.target.is_some() && why.contains("not exist"),
        _ => false,
    }
}

/// A closed alert of an earlier time has the same alias and is another one.
async fn created(job: &Job<'_>) -> Result<Found> {
    let call = job.call;
    let alias = fields::required(call, "alias", fields::alias(call))?;
    let found: Option<Alert> = match job.client.dialect {
        Dialect::Account => {
            job.client
                .find(account::by_alias(&alias), account::BY_ALIAS)
                .await?
        }
        Dialect::V2 | Dialect::Events => {
            job.client
                .find(Named::Alias(alias).path(""), "GET /v2/alerts/{id}")
                .await?
        }
    };
    let since = earliest(call);
    let ours = found.filter(|found| !found.is_closed() || found.created_at() >= Some(since));
    Ok(match ours {
        Some(found) => Found::Done(done(call, Some(alert(found.id)))),
        None => Found::Absent,
    })
}

/// Without a key that reads, the alias has to do: sent again, it meets the open alert.
fn created_unseen(call: &Call<'_>) -> Result<Found> {
    let first_sent_at = call.first_sent_at.unwrap_or(call.now);
    if call.now.since(first_sent_at) <= ALIAS_IS_ENOUGH {
        return Ok(Found::Absent);
    }
    Err(needs_token("JSM's integration key cannot read alerts"))
}

async fn noted(job: &Job<'_>) -> Result<Found> {
    let call = job.call;
    let text = fields::required(call, "note", fields::cut(call, "note", MAX_NOTE_CHARS))?;
    let Some(notes) = notes(job).await? else {
        return Ok(Found::Absent);
    };
    let since = earliest(call);
    let new = |note: &&Note| note.created_at().is_none_or(|at| at >= since);
    if notes
        .iter()
        .filter(new)
        .any(|note| note.note.trim() == text.trim())
    {
        return Ok(Found::Done(done(call, call.target.cloned())));
    }
    // Only v2 promises the newest first.
    let newest_first = job.client.dialect != Dialect::Account;
    let reaches_back = newest_first && !notes.iter().all(|note| new(&note));
    if notes.len() < NOTES_PAGE || reaches_back {
        return Ok(Found::Absent);
    }
    let why = format!("the alert has more than {NOTES_PAGE} notes, too many to look through");
    Err(Error::new(ErrorKind::Unsupported, why))
}

/// Returns the alert's notes; nothing where there is no such alert.
async fn notes(job: &Job<'_>) -> Result<Option<Vec<Note>>> {
    let named = named(job.call)?;
    if job.client.dialect != Dialect::Account {
        let path = format!("{}&limit={NOTES_PAGE}&order=desc", named.path("/notes"));
        return job.client.find(path, "GET /v2/alerts/{id}/notes").await;
    }
    let id = match resolve(job, named).await {
        Ok(id) => id,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let path = format!("/{}/notes?size={NOTES_PAGE}", encode(&id));
    job.client.find(path, "GET /v1/alerts/{id}/notes").await
}

fn earliest(call: &Call<'_>) -> Timestamp {
    call.first_sent_at.unwrap_or(call.now) - CLOCK_TOLERANCE
}
