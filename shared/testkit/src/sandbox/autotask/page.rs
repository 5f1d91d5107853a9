//! Autotask's page: its tickets, newest first, with their notes, the hour's count, and the traffic.

use super::Tenant;
use super::state::{COMPLETE, Note, Ticket};
use crate::sandbox::lock;
use crate::sandbox::page::{Page, escape, mono, note, pill, time};

const COLUMNS: [&str; 6] = ["#", "Ticket", "Status", "Priority", "Notes", "Created"];
/// A storm makes thousands; a person reads the newest.
const SHOWN: usize = 200;

pub(super) fn render(tenant: &Tenant) -> String {
    let mut state = lock(&tenant.state);
    let (calls, most) = (state.calls_in_hour(), state.options.requests_per_hour);
    let lead = format!(
        "A stand-in for an Autotask tenant. {calls} of {most} requests were made in the last hour."
    );
    let notes: Vec<_> = state.notes.iter().map(|row| state.note_view(row)).collect();
    let newest = state.tickets.iter().rev().take(SHOWN);
    let tickets: Vec<_> = newest.map(|row| ticket(&state.view(row), &notes)).collect();
    drop(state);
    Page::new("Autotask sandbox", &lead)
        .table("Tickets", &COLUMNS, &tickets)
        .traffic(&tenant.stage)
        .finish()
}

fn ticket(ticket: &Ticket, notes: &[Note]) -> Vec<String> {
    let title = format!(
        "<strong>{}</strong><br><span class=\"dim\">{} · {} · {} · by {}</span><br>{}",
        escape(&ticket.title),
        escape(&ticket.company),
        escape(&ticket.queue),
        escape(&ticket.category),
        escape(&ticket.creator),
        escape(&ticket.description),
    );
    let notes = notes.iter().filter(|note| note.ticket_id == ticket.id);
    let notes = notes.map(|row| note(&row.creator, &format!("{} {}", row.title, row.description)));
    let tone = if ticket.status == COMPLETE {
        "good"
    } else {
        "calm"
    };
    vec![
        mono(&ticket.number),
        title,
        pill(tone, &ticket.status_label),
        pill("dim", &ticket.priority),
        notes.collect(),
        time(ticket.created_at),
    ]
}
