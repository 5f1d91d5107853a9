//! Requests that make or change something.

use deskbridge_core::connector::Call;
use deskbridge_core::http::{HttpRequest, Method};
use deskbridge_core::{Error, ErrorKind, Result};
use serde_json::{Map, Value, json};

use super::{find, mark, missing};
use crate::text::truncate;
use crate::zoho_desk::client::Client;
use crate::zoho_desk::types::{flag, text};

const CREATE: &str = "POST /tickets";
const COMMENT: &str = "POST /tickets/{id}/comments";
const REPLY: &str = "POST /tickets/{id}/sendReply";
const UPDATE: &str = "PATCH /tickets/{id}";
const ADDRESSES: &str = "GET /mailReplyAddress";
const MAX_SUBJECT_CHARS: usize = 255;
const MAX_DESCRIPTION_CHARS: usize = 60_000;
pub(super) const MAX_COMMENT_CHARS: usize = 32_000;
const MAX_NAME_CHARS: usize = 80;

pub(super) async fn create(client: &Client<'_>, call: &Call<'_>) -> Result<HttpRequest> {
    let department = find::department(client, call.text("department")).await?;
    let mut body = json!({
        "subject": truncate(call.required("subject")?, MAX_SUBJECT_CHARS),
        "departmentId": department,
        "description": description(call),
    });
    let fields = body.as_object_mut().into_iter();
    for fields in fields {
        put_contact(call, fields)?;
        put_words(call, fields, &["phone", "priority", "category", "channel"]);
        put_choices(client, call, fields).await?;
        if let Some(field) = &client.settings.key_field {
            fields.insert("cf".into(), json!({ field: mark(call) }));
        }
    }
    Ok(client.request(Method::Post, "/tickets", CREATE).json(&body))
}

/// Descriptions are shown as HTML. The last line is our mark, by which the ticket is found again.
fn description(call: &Call<'_>) -> String {
    let words = call.text("description").unwrap_or_default();
    let words = escape(&truncate(words, MAX_DESCRIPTION_CHARS / 2));
    let words = words.replace('\n', "<br/>");
    let words = truncate(&words, MAX_DESCRIPTION_CHARS);
    format!("{words}<br/><br/>{}", mark(call))
}

fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;")
}

/// A ticket has a contact: one that is there already, or one that is made of a name and an address.
fn put_contact(call: &Call<'_>, fields: &mut Map<String, Value>) -> Result<()> {
    if let Some(id) = call.word("contact_id") {
        fields.insert("contactId".into(), json!(id));
        return Ok(());
    }
    let (name, email) = (call.text("name"), call.text("email"));
    let last_name = name.or(email).ok_or_else(|| {
        missing(
            call,
            "contact_id, and neither an email nor a name of the contact",
        )
    })?;
    let mut contact = json!({ "lastName": truncate(last_name, MAX_NAME_CHARS) });
    if let Some(email) = email {
        contact["email"] = json!(email);
        fields.insert("email".into(), json!(email));
    }
    fields.insert("contact".into(), contact);
    Ok(())
}

fn put_words(call: &Call<'_>, fields: &mut Map<String, Value>, names: &[&str]) {
    for name in names {
        if let Some(word) = call.text(name) {
            fields.insert((*name).to_owned(), json!(word));
        }
    }
}

async fn put_choices(
    client: &Client<'_>,
    call: &Call<'_>,
    fields: &mut Map<String, Value>,
) -> Result<()> {
    if let Some(wanted) = call.text("status") {
        fields.insert("status".into(), json!(find::status(client, wanted).await?));
    }
    if let Some(wanted) = call.word("assignee") {
        let id = find::agent_id(client, &wanted).await?;
        fields.insert("assigneeId".into(), json!(id));
    }
    Ok(())
}

/// Public only where the action says so: what the vendor does otherwise is not documented.
pub(super) async fn comment(client: &Client<'_>, call: &Call<'_>) -> Result<HttpRequest> {
    let ticket = find::ticket(client, call).await?;
    let body = json!({
        "content": truncate(call.required("text")?, MAX_COMMENT_CHARS),
        "contentType": "plainText",
        "isPublic": flag(call.action.params.get("public").unwrap_or(&Value::Null)),
    });
    let path = format!("/tickets/{}/comments", text(&ticket["id"]));
    Ok(client.request(Method::Post, &path, COMMENT).json(&body))
}

/// Goes to the ticket's customer, from an address that the portal may write from.
pub(super) async fn reply(client: &Client<'_>, call: &Call<'_>) -> Result<HttpRequest> {
    let ticket = find::ticket(client, call).await?;
    let customer = [&ticket["email"], &ticket["contact"]["email"]];
    let customer = customer.into_iter().map(text).find(|to| !to.is_empty());
    let to = call.text("to").map(str::to_owned).or(customer);
    let to = to.ok_or_else(|| {
        let why = "the ticket's customer has no e-mail address to reply to";
        Error::new(ErrorKind::Rejected, why)
    })?;
    let mut body = json!({
        "channel": "EMAIL",
        "fromEmailAddress": from(client, call, &text(&ticket["departmentId"])).await?,
        "to": to,
        "content": truncate(call.required("text")?, MAX_COMMENT_CHARS),
        "contentType": "plainText",
    });
    if let Some(cc) = call.text("cc") {
        body["cc"] = json!(cc);
    }
    let path = format!("/tickets/{}/sendReply", text(&ticket["id"]));
    Ok(client.request(Method::Post, &path, REPLY).json(&body))
}

/// The action's own, the settings', or the first that the ticket's department has.
async fn from(client: &Client<'_>, call: &Call<'_>, department: &str) -> Result<String> {
    let own = call
        .text("from")
        .or(client.settings.from_address.as_deref());
    if let Some(own) = own {
        return Ok(own.to_owned());
    }
    let path = format!("/mailReplyAddress?departmentId={department}");
    let list = client.list(&path, ADDRESSES).await?;
    let rows = list["data"].as_array().cloned().unwrap_or_default();
    let mut addresses = rows.iter().map(|row| text(&row["address"]));
    addresses
        .find(|address| !address.is_empty())
        .ok_or_else(|| {
            let why = "the ticket's department has no address to reply from: set from_address";
            Error::new(ErrorKind::Misconfigured, why)
        })
}

pub(super) async fn update(client: &Client<'_>, call: &Call<'_>) -> Result<HttpRequest> {
    let ticket = find::ticket(client, call).await?;
    let mut fields = Map::new();
    put_words(call, &mut fields, &["priority"]);
    if let Some(subject) = call.text("subject") {
        let subject = truncate(subject, MAX_SUBJECT_CHARS);
        fields.insert("subject".into(), json!(subject));
    }
    put_choices(client, call, &mut fields).await?;
    if let Some(named) = call.text("department") {
        let id = find::department(client, Some(named)).await?;
        fields.insert("departmentId".into(), json!(id));
    }
    if fields.is_empty() {
        return Err(missing(call, "field to change"));
    }
    let path = format!("/tickets/{}", text(&ticket["id"]));
    let request = client.request(Method::Patch, &path, UPDATE);
    Ok(request.json(&Value::Object(fields)))
}
