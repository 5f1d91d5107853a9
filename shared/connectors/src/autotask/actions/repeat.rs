//! The repeat rule: an alert of the same series, soon after the alert that made the ticket, becomes a
//! note on that ticket instead of a new one.
//!
//! Autotask's page "Integrated Service Ticketing" sets it: within five minutes after the ticket was
//! created, and only while its status is not Complete. The window is anchored at the receipt of the
//! alert that made the ticket and does not slide; an alert exactly at its end is still "within" it.

use std::time::Duration;

use deskbridge_core::Result;
use deskbridge_core::connector::Call;

use super::{COMPLETE, READ};
use crate::autotask::client::Job;
use crate::autotask::types::Ticket;

/// The parameter with the window's length in seconds; 0 makes every alert a ticket.
pub(super) const WINDOW: &str = "repeat_window_s";
const USUAL_WINDOW_S: u64 = 300;
pub(super) const NOTE: &str = "The same alert was received again.";
pub(super) const NOTE_TITLE: &str = "Repeated alert";

/// Returns the ticket that this alert is to be noted on. Its status is read now, not remembered; a
/// ticket that is gone takes no note.
pub(super) async fn ticket_to_note(job: &Job<'_>) -> Result<Option<i64>> {
    let Some(id) = ticket_in_window(job.call)? else {
        return Ok(None);
    };
    let found: Option<Ticket> = job.client.item(&format!("/Tickets/{id}"), READ).await?;
    let is_open = found.is_some_and(|ticket| ticket.status != COMPLETE);
    Ok(is_open.then_some(id))
}

/// Returns the series' newest ticket if the alert came within its window.
pub(super) fn ticket_in_window(call: &Call<'_>) -> Result<Option<i64>> {
    let window = match call.number::<i64>(WINDOW)? {
        Some(seconds) => u64::try_from(seconds).unwrap_or_default(),
        None => USUAL_WINDOW_S,
    };
    let Some(link) = call.link.filter(|_| window > 0) else {
        return Ok(None);
    };
    let passed = call.action.received_at.since(link.since);
    let is_within = passed <= Duration::from_secs(window);
    Ok(linked_ticket(call).filter(|_| is_within))
}

pub(super) fn linked_ticket(call: &Call<'_>) -> Option<i64> {
    call.link?.peer.id.parse().ok()
}
