//! Finds what an action names: tickets by number, statuses, departments and agents by name.

use deskbridge_core::connector::Call;
use deskbridge_core::{Error, ErrorKind, Result};
use serde_json::Value;

use super::missing;
use crate::text::encode;
use crate::zoho_desk::client::Client;
use crate::zoho_desk::settings::id_of;
use crate::zoho_desk::types::text;

pub(super) const READ: &str = "GET /tickets/{id}";
pub(super) const SEARCH: &str = "GET /tickets/search";
const FIELDS: &str = "GET /organizationFields";
const DEPARTMENTS: &str = "GET /departments";
pub(super) const AGENTS: &str = "GET /agents";
pub(super) const MYSELF: &str = "GET /myinfo";
/// Names of the people and the department, besides their ids.
pub(in crate::zoho_desk) const INCLUDE: &str = "include=contacts,assignee,departments";

/// Returns the id of the ticket that the action names by `ticket_id` or by `number`.
pub(super) async fn ticket_id(client: &Client<'_>, call: &Call<'_>) -> Result<String> {
    if let Some(id) = call.word("ticket_id") {
        let id = id_of(&Value::String(id));
        return id.ok_or_else(|| no_ticket("the ticket's id is none: digits only"));
    }
    let number = call.word("number");
    let number = number.ok_or_else(|| missing(call, "ticket_id, and no number either"))?;
    let path = by_number(&number);
    let rows = client.rows(&path, SEARCH).await?;
    one_of(&rows, &number)
}

/// Returns the ticket that the action names, as it stands now.
pub(super) async fn ticket(client: &Client<'_>, call: &Call<'_>) -> Result<Value> {
    let id = ticket_id(client, call).await?;
    let path = format!("/tickets/{id}?{INCLUDE}");
    let found = client.find(&path, READ).await?;
    found.ok_or_else(|| no_ticket("Zoho Desk has no such ticket any more"))
}

/// The search for a number. What is no number finds nothing.
pub(super) fn by_number(number: &str) -> String {
    let number = number.trim().trim_start_matches('#');
    format!("/tickets/search?ticketNumber={}&limit=1", encode(number))
}

/// The search may be lenient; a number is not.
pub(super) fn one_of(rows: &[Value], number: &str) -> Result<String> {
    let number = number.trim().trim_start_matches('#');
    let found = rows.iter().find(|row| text(&row["ticketNumber"]) == number);
    let id = found.and_then(|row| id_of(&row["id"]));
    id.ok_or_else(|| {
        let shown: String = number.chars().take(20).collect();
        no_ticket(&format!("Zoho Desk has no ticket number {shown}"))
    })
}

fn no_ticket(why: &str) -> Error {
    Error::new(ErrorKind::NotFound, why)
}

/// A status as the portal has it.
pub(super) struct Status {
    pub(super) name: String,
    pub(super) kind: String,
}

/// Each portal has statuses of its own; only their types are the same everywhere.
pub(super) async fn statuses(client: &Client<'_>) -> Result<Vec<Status>> {
    let path = "/organizationFields?module=tickets&apiNames=status";
    let fields = client.list(path, FIELDS).await?;
    let fields = fields["data"].as_array().cloned().unwrap_or_default();
    let field = fields
        .into_iter()
        .find(|field| field["apiName"] == "status");
    let values = field.map(|field| field["allowedValues"].clone());
    let values = values.and_then(|values| values.as_array().cloned());
    let statuses = values.unwrap_or_default().into_iter().map(|value| Status {
        name: text(&value["value"]),
        kind: text(&value["statusType"]),
    });
    Ok(statuses.collect())
}

/// Returns the status of that name, or the first of that type: `Closed` closes every portal's tickets.
pub(super) async fn status(client: &Client<'_>, wanted: &str) -> Result<String> {
    let all = statuses(client).await?;
    let wanted = wanted.trim();
    let same = |text: &str| text.to_lowercase() == wanted.to_lowercase();
    let named = all.iter().find(|status| same(&status.name));
    let found = named.or_else(|| all.iter().find(|status| same(&status.kind)));
    found.map(|status| status.name.clone()).ok_or_else(|| {
        let names: Vec<_> = all.iter().map(|status| status.name.as_str()).collect();
        let why = format!(
            "this portal has no such status; there are: {}",
            names.join(", ")
        );
        Error::new(ErrorKind::Rejected, why)
    })
}

/// The names of all statuses that are not of the type Closed.
pub(super) async fn open_statuses(client: &Client<'_>) -> Result<Vec<String>> {
    let all = statuses(client).await?.into_iter();
    let open = all.filter(|status| !status.kind.eq_ignore_ascii_case("closed"));
    Ok(open.map(|status| status.name).collect())
}

/// Returns the id of the department that is named, or of the only one there is.
pub(super) async fn department(client: &Client<'_>, wanted: Option<&str>) -> Result<String> {
    let wanted = wanted.map(str::trim).filter(|wanted| !wanted.is_empty());
    if let Some(id) = wanted.and_then(|wanted| id_of(&Value::String(wanted.into()))) {
        return Ok(id);
    }
    if let (None, [only]) = (wanted, client.settings.departments.as_slice()) {
        return Ok(only.clone());
    }
    let list = client
        .list("/departments?isEnabled=true&limit=200", DEPARTMENTS)
        .await?;
    let rows = list["data"].as_array().cloned().unwrap_or_default();
    let found = match (wanted, rows.as_slice()) {
        (None, [only]) => Some(only),
        (None, _) => None,
        (Some(wanted), rows) => {
            let wanted = wanted.to_lowercase();
            rows.iter()
                .find(|row| text(&row["name"]).to_lowercase() == wanted)
        }
    };
    found.and_then(|row| id_of(&row["id"])).ok_or_else(|| {
        let names: Vec<_> = rows.iter().map(|row| text(&row["name"])).collect();
        let why = format!("say the department; there are: {}", names.join(", "));
        Error::new(ErrorKind::Rejected, why)
    })
}

/// Returns the id of an agent: by id, by e-mail address, or `me` for the one who signed in.
pub(super) async fn agent_id(client: &Client<'_>, wanted: &str) -> Result<String> {
    let wanted = wanted.trim();
    if let Some(id) = id_of(&Value::String(wanted.into())) {
        return Ok(id);
    }
    if wanted.eq_ignore_ascii_case("me") {
        let myself = client.list("/myinfo", MYSELF).await?;
        return id_of(&myself["id"]).ok_or_else(no_agent);
    }
    let rows = client.rows(&agents(wanted), AGENTS).await?;
    agent_with(&rows, wanted)
        .and_then(|row| id_of(&row["id"]))
        .ok_or_else(no_agent)
}

pub(super) fn agents(email: &str) -> String {
    format!(
        "/agents?status=ACTIVE&limit=10&searchStr={}",
        encode(email.trim())
    )
}

/// The search goes by parts of names and addresses too.
pub(super) fn agent_with<'a>(rows: &'a [Value], email: &str) -> Option<&'a Value> {
    let same = |row: &&Value| text(&row["emailId"]).eq_ignore_ascii_case(email.trim());
    rows.iter().find(same)
}

pub(super) fn no_agent() -> Error {
    let why = "Zoho Desk has no active agent with that e-mail address";
    Error::new(ErrorKind::NotFound, why)
}
