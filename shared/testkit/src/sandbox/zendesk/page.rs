//! Zendesk's page: its tickets, newest first, its users, and the traffic.

use super::Account;
use crate::sandbox::lock;
use crate::sandbox::page::{Page, escape, mono, note, pill, time};

pub(super) fn render(account: &Account) -> String {
    let state = lock(&account.state);
    let tickets = state.tickets.iter().rev().map(|ticket| {
        let notes = ticket.comments.iter().map(|text| note("comment", text));
        vec![
            mono(&ticket.id.to_string()),
            format!(
                "<strong>{}</strong><br>{}",
                escape(&ticket.subject),
                escape(&ticket.description)
            ),
            pill("calm", &ticket.status),
            notes.collect(),
            time(ticket.created_at),
        ]
    });
    let tickets: Vec<_> = tickets.collect();
    let users = state.options.users.iter().map(|user| {
        vec![
            mono(&user.id.to_string()),
            escape(&user.name),
            mono(&user.phone),
            pill("dim", &user.role),
        ]
    });
    let users: Vec<_> = users.collect();
    drop(state);
    Page::new("Zendesk sandbox", "A stand-in for a Zendesk account.")
        .table(
            "Tickets",
            &["#", "Ticket", "Status", "Comments", "Created"],
            &tickets,
        )
        .table("Users", &["#", "Name", "Phone", "Role"], &users)
        .traffic(&account.stage)
        .finish()
}
