//! Requests that only look.

use deskbridge_core::connector::Call;
use deskbridge_core::http::{HttpRequest, Method};
use deskbridge_core::{Error, ErrorKind, Result, Timestamp};

use super::find::{self, AGENTS, INCLUDE, MYSELF, READ, SEARCH};
use crate::text::encode;
use crate::zoho_desk::client::Client;

const LIST: &str = "GET /tickets";
const USUAL_LIMIT: u32 = 10;
const MAX_LIMIT: u32 = 50;

pub(super) async fn ticket(client: &Client<'_>, call: &Call<'_>) -> Result<HttpRequest> {
    let id = find::ticket_id(client, call).await?;
    let path = format!("/tickets/{id}?{INCLUDE}");
    Ok(client.request(Method::Get, &path, READ))
}

pub(super) fn by_number(client: &Client<'_>, number: Option<String>) -> HttpRequest {
    let path = find::by_number(&number.unwrap_or_default());
    client.request(Method::Get, &path, SEARCH)
}

/// Looks for words anywhere in a ticket.
pub(super) fn search(client: &Client<'_>, call: &Call<'_>) -> Result<HttpRequest> {
    let words = encode(call.required("text")?.trim());
    let departments = departments(client, "departmentId", None);
    let path = format!(
        "/tickets/search?_all={words}&from=0&limit={}&sortBy=relevance{departments}",
        limit(call)? + 1
    );
    Ok(client.request(Method::Get, &path, SEARCH))
}

/// `mine`, `open`, `unassigned` or `overdue`; all of them are not closed.
pub(super) async fn list(client: &Client<'_>, call: &Call<'_>) -> Result<HttpRequest> {
    let statuses = find::open_statuses(client).await?;
    let statuses: Vec<_> = statuses.iter().map(|name| encode(name)).collect();
    let statuses = statuses.join(",");
    let department = match call.text("department") {
        Some(named) => Some(find::department(client, Some(named)).await?),
        None => None,
    };
    // One more than is shown tells whether there are more.
    let limit = limit(call)? + 1;
    let page = format!("from=0&limit={limit}&status={statuses}");
    let which = call.required("which")?;
    if which == "overdue" {
        let now = client.now.to_string();
        let range = encode(&format!("{},{now}", Timestamp::from_millis(0)));
        let departments = departments(client, "departmentId", department);
        let path =
            format!("/tickets/search?dueDateRange={range}&{page}&sortBy=modifiedTime{departments}");
        return Ok(client.request(Method::Get, &path, SEARCH));
    }
    let assignee = match which {
        "mine" => format!("&assignee={}", find::agent_id(client, "me").await?),
        "unassigned" => "&assignee=Unassigned".to_owned(),
        "open" => String::new(),
        _ => {
            let why = "which must be mine, open, unassigned or overdue";
            return Err(Error::new(ErrorKind::Misconfigured, why));
        }
    };
    let departments = departments(client, "departmentIds", department);
    let path = format!("/tickets?{INCLUDE}&{page}&sortBy=-createdTime{assignee}{departments}");
    Ok(client.request(Method::Get, &path, LIST))
}

/// The agent with that address, or the one who signed in.
pub(super) fn agent(client: &Client<'_>, call: &Call<'_>) -> HttpRequest {
    match call.text("email") {
        Some(email) => client.request(Method::Get, &find::agents(email), AGENTS),
        None => client.request(Method::Get, "/myinfo", MYSELF),
    }
}

pub(super) fn limit(call: &Call<'_>) -> Result<u32> {
    let limit = call.number("limit")?.unwrap_or(USUAL_LIMIT);
    Ok(limit.clamp(1, MAX_LIMIT))
}

fn departments(client: &Client<'_>, name: &str, wanted: Option<String>) -> String {
    let ids = match &wanted {
        Some(one) => one.clone(),
        None => client.settings.departments.join(","),
    };
    match ids.is_empty() {
        true => String::new(),
        false => format!("&{name}={ids}"),
    }
}
