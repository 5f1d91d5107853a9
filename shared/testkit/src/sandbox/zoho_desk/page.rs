//! The portal's page: its tickets, newest first, its webhooks, and the traffic.

use jiff::Timestamp;

use super::Portal;
use super::state::{State, Subscription, Ticket};
use crate::sandbox::lock;
use crate::sandbox::page::{Page, escape, mono, note, pill, time};

const COLUMNS: [&str; 5] = ["#", "Ticket", "Status", "Conversation", "Changed"];

pub(super) fn render(portal: &Portal) -> String {
    let state = lock(&portal.state);
    let tickets = state.tickets.iter().rev();
    let tickets: Vec<_> = tickets.map(|row| ticket(row, &state)).collect();
    let webhooks: Vec<_> = state.subscriptions.iter().map(webhook).collect();
    drop(state);
    Page::new(
        "Zoho Desk sandbox",
        "A stand-in for a Zoho Desk portal. No mail leaves this machine.",
    )
    .table("Tickets", &COLUMNS, &tickets)
    .table("Webhooks", &["Id", "Events"], &webhooks)
    .traffic(&portal.stage)
    .finish()
}

fn ticket(ticket: &Ticket, state: &State) -> Vec<String> {
    let mut departments = state.options.departments.iter();
    let department = departments.find(|row| row.id == ticket.department);
    let mut agents = state.options.agents.iter();
    let assignee = agents.find(|row| Some(&row.id) == ticket.assignee.as_ref());
    let title = format!(
        "<strong>{}</strong><br><span class=\"dim\">{} · {}</span>",
        escape(&ticket.subject),
        escape(department.map_or("", |row| &row.name)),
        escape(assignee.map_or("nobody", |row| &row.first_name)),
    );
    let mut talk: Vec<_> = ticket
        .comments
        .iter()
        .map(|row| {
            let kind = if row.is_public {
                "public comment"
            } else {
                "comment"
            };
            (row.at, note(kind, &row.content))
        })
        .collect();
    let threads = ticket.threads.iter();
    talk.extend(threads.map(|row| {
        (
            row.at,
            note(&format!("mail {}", row.direction), &row.content),
        )
    }));
    talk.sort();
    let tone = match state.kind_of(&ticket.status) {
        "Open" => "bad",
        "On Hold" => "warn",
        _ => "good",
    };
    let mut standing = pill(tone, &ticket.status);
    for (set, word) in [
        (ticket.escalated, "escalated"),
        (state.is_overdue(ticket), "overdue"),
    ] {
        if set {
            standing.push_str(&pill("warn", word));
        }
    }
    vec![
        mono(&ticket.number.to_string()),
        title,
        standing,
        talk.into_iter().map(|(_, note)| note).collect(),
        time(Timestamp::from_millisecond(ticket.modified_at).unwrap_or_default()),
    ]
}

/// Without its address, whose last part is the receiver's secret.
fn webhook(webhook: &Subscription) -> Vec<String> {
    let events = webhook.body.get("subscriptions");
    let events = events.and_then(|events| events.as_object());
    let events = events.into_iter().flatten();
    let events = events.map(|(name, _)| pill("calm", name));
    vec![mono(&webhook.id), events.collect()]
}
