//! Re:lation's page: its tickets, newest first, and the traffic.

use jiff::Timestamp;

use super::Tenant;
use super::state::{State, Ticket};
use crate::sandbox::lock;
use crate::sandbox::page::{Page, escape, mono, note, pill, time};

const COLUMNS: [&str; 5] = ["#", "Ticket", "Status", "Messages", "Changed"];

pub(super) fn render(tenant: &Tenant) -> String {
    let state = lock(&tenant.state);
    let tickets: Vec<_> = state
        .tickets
        .iter()
        .rev()
        .map(|row| ticket(row, &state))
        .collect();
    drop(state);
    Page::new(
        "Re:lation sandbox",
        "A stand-in for Re:lation. No mail leaves this machine.",
    )
    .table("Tickets", &COLUMNS, &tickets)
    .traffic(&tenant.stage)
    .finish()
}

fn ticket(ticket: &Ticket, state: &State) -> Vec<String> {
    let mut boxes = state.options.boxes.iter();
    let message_box = boxes.find(|row| row.id == ticket.message_box);
    let message_box = message_box.map_or("", |row| row.name.as_str());
    let title = format!(
        "<strong>{}</strong><br><span class=\"dim\">{} · {}</span>",
        escape(&ticket.title),
        escape(message_box),
        escape(ticket.assignee.as_deref().unwrap_or("nobody")),
    );
    let messages = ticket.messages.iter();
    let messages = messages.map(|row| note(&format!("{} {}", row.method, row.action), &row.body));
    let tone = match ticket.status.as_str() {
        "open" => "bad",
        "ongoing" => "warn",
        "closed" => "good",
        _ => "dim",
    };
    vec![
        mono(&ticket.id.to_string()),
        title,
        pill(tone, &ticket.status),
        messages.collect(),
        time(Timestamp::from_millisecond(ticket.updated_at).unwrap_or_default()),
    ]
}
