//! One thing that happened, in the webhook's shape.

use deskbridge_core::Error;
use serde_json::{Value, json};

use super::state::News;
use super::{millis, ticket_of};
use crate::zoho_desk::client::Client;
use crate::zoho_desk::settings::id_of;
use crate::zoho_desk::types::text;

pub(super) struct Told {
    at: i64,
    /// A ticket is added before anything is added to it, and changed after.
    rank: u8,
    pub(super) body: Value,
}

impl Told {
    pub(super) fn news(client: &Client<'_>, ticket: &Value, news: News) -> Self {
        let (event, rank, time, payload, before) = match news {
            News::Added => ("Ticket_Add", 0, "createdTime", ticket.clone(), None),
            News::Changed { before } => {
                ("Ticket_Update", 2, "modifiedTime", ticket.clone(), before)
            }
            News::Comment(row) => {
                let row = within(&row, ticket);
                ("Ticket_Comment_Add", 1, "commentedTime", row, None)
            }
            News::Thread(row) => {
                let row = within(&row, ticket);
                ("Ticket_Thread_Add", 1, "createdTime", row, None)
            }
        };
        let mut body = json!({
            "eventType": event,
            "eventTime": text(&payload[time]),
            "orgId": client.settings.org_id,
            "payload": payload,
        });
        if let Some(before) = before {
            body["prevState"] = before;
        }
        Self {
            at: millis(&body["eventTime"]),
            rank,
            body,
        }
    }

    /// A ticket of which nothing can be told; it is recorded as failed, for a person to see.
    pub(super) fn unreadable(id: &str, error: &Error) -> Self {
        Self {
            at: 0,
            rank: 0,
            body: json!({ "unreadable": error.to_string(), "payload": { "id": id } }),
        }
    }

    /// Nothing where it does not say which ticket was rated.
    pub(super) fn rating(client: &Client<'_>, row: &Value) -> Option<Self> {
        let ticket = ticket_of(row)?;
        let department = text(&row["departmentId"]);
        if !client.settings.watches(&department) {
            return None;
        }
        let mut payload = row.clone();
        payload["id"] = json!(id_of(&row["id"]).unwrap_or_else(|| ticket.clone()));
        payload["ticketId"] = json!(ticket);
        Some(Self {
            at: millis(&row["ratedTime"]),
            rank: 1,
            body: json!({
                "eventType": "Rating_Add",
                "eventTime": text(&row["ratedTime"]),
                "orgId": client.settings.org_id,
                "payload": payload,
            }),
        })
    }

    pub(super) fn place(&self) -> (i64, u8) {
        (self.at, self.rank)
    }
}

fn within(row: &Value, ticket: &Value) -> Value {
    let mut row = row.clone();
    row["ticketId"] = ticket["id"].clone();
    row["ticket"] = ticket.clone();
    row
}
