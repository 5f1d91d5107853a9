//! What can be done with tickets: <https://desk.zoho.com/DeskAPIDocument#Tickets>. Whatever is done, the
//! ticket is read first, and what came of it is read afterwards: commands are answered with that.

mod find;
mod look_up;
mod read;
mod reported;
mod write;

use std::time::Duration;

use deskbridge_core::connector::{Call, Done, Operation, Prepared, Repeat};
use deskbridge_core::http::HttpRequest;
use deskbridge_core::{Error, ErrorKind, Result};

use super::TICKET;
use super::client::Client;
pub(super) use find::INCLUDE;
pub(super) use look_up::look_up;

/// Begins the mark that every ticket made here bears.
const MARK_PREFIX: &str = "deskbridge-";
/// No lag of the search is published; two looks a minute apart are long for a person who waits.
const CREATED: Repeat = Repeat::LookUp {
    wait: Duration::from_secs(30),
    looks: 2,
};
/// A ticket's comments are read from the ticket itself.
const COMMENTED: Repeat = Repeat::LookUp {
    wait: Duration::from_secs(10),
    looks: 2,
};

pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        optional: &["ticket_id", "number", "comment_id", "thread_id"],
        ..operation("read_ticket", &[])
    },
    operation("find_ticket", &["number"]),
    Operation {
        optional: &["limit"],
        ..operation("search_tickets", &["text"])
    },
    Operation {
        optional: &["limit", "department"],
        ..operation("list_tickets", &["which"])
    },
    Operation {
        creates: Some(TICKET),
        renews: true,
        repeat: CREATED,
        optional: &[
            "department",
            "description",
            "contact_id",
            "email",
            "name",
            "phone",
            "priority",
            "status",
            "category",
            "channel",
            "assignee",
        ],
        ..operation("create_ticket", &["subject"])
    },
    Operation {
        repeat: COMMENTED,
        optional: &["ticket_id", "number", "public"],
        ..operation("add_comment", &["text"])
    },
    Operation {
        // A customer has it or has it not, and nobody may find out by sending it twice.
        repeat: Repeat::Park,
        optional: &["ticket_id", "number", "to", "cc", "from"],
        ..operation("send_reply", &["text"])
    },
    Operation {
        optional: &[
            "ticket_id",
            "number",
            "status",
            "priority",
            "assignee",
            "department",
            "subject",
        ],
        ..operation("update_ticket", &[])
    },
    Operation {
        optional: &["email"],
        ..operation("find_agent", &[])
    },
];

const fn operation(name: &'static str, required: &'static [&'static str]) -> Operation {
    Operation {
        name,
        creates: None,
        renews: false,
        acts_on: None,
        ends: false,
        repeat: Repeat::Harmless,
        required,
        optional: &[],
    }
}

/// Makes the request, with every name in it resolved to an id.
pub(super) async fn prepare(client: &Client<'_>, call: &Call<'_>) -> Result<Prepared> {
    let request = match call.operation.name {
        "read_ticket" => read::ticket(client, call).await?,
        "find_ticket" => read::by_number(client, call.word("number")),
        "search_tickets" => read::search(client, call)?,
        "list_tickets" => read::list(client, call).await?,
        "find_agent" => read::agent(client, call),
        "create_ticket" => write::create(client, call).await?,
        "add_comment" => write::comment(client, call).await?,
        "send_reply" => write::reply(client, call).await?,
        "update_ticket" => write::update(client, call).await?,
        _ => return Err(call.unsupported()),
    };
    Ok(Prepared::new(request))
}

/// Sends the request and reads what came of it.
pub(super) async fn send(client: &Client<'_>, call: &Call<'_>, prepared: Prepared) -> Result<Done> {
    let request = prepared.request;
    let id = ticket_in(&request);
    let reported = match call.operation.name {
        "create_ticket" => {
            let made = client.write(request).await?;
            reported::created(client, &made).await
        }
        "add_comment" => {
            let made = client.write(request).await?;
            reported::commented(client, &id, &made).await
        }
        "send_reply" => {
            let made = client.write(request).await?;
            reported::replied(client, &id, &made).await
        }
        "update_ticket" => {
            client.write(request).await?;
            reported::updated(client, &id).await
        }
        "find_agent" => reported::agent(client, call, request).await?,
        "find_ticket" => reported::found(client, call, request).await?,
        "read_ticket" => reported::read(client, call, request).await?,
        _ => reported::listed(client, call, request).await?,
    };
    Ok(reported.into_done())
}

/// The ticket that a prepared request is about; empty for one about none.
fn ticket_in(request: &HttpRequest) -> String {
    let rest = request.url.split("/tickets/").nth(1).unwrap_or_default();
    let id = rest.split(['/', '?']).next().unwrap_or_default();
    id.to_owned()
}

fn mark(call: &Call<'_>) -> String {
    format!("{MARK_PREFIX}{}", call.action.mark())
}

fn missing(call: &Call<'_>, what: &str) -> Error {
    let rule = &call.action.rule;
    let why = format!("{rule} rendered no {what}: check its template");
    Error::new(ErrorKind::Misconfigured, why)
}
