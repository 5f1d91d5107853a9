//! The names behind a ticket's ids, from lists that are read now and then.

use std::sync::Arc;

use deskbridge_core::Result;
use serde_json::{Value, json};

use crate::relation::client::Client;
use crate::text::encode;

const PER_PAGE: usize = 100;
/// Lists are read up to here: 1,000 entries.
const MAX_PAGES: usize = 10;

#[derive(Default)]
pub(super) struct Names {
    pub(super) message_box: Value,
    pub(super) assignee: String,
    pub(super) labels: Vec<String>,
    pub(super) case_categories: Vec<String>,
    pub(super) pending_reason: String,
}

/// Looks up what the ticket holds, and reads no list that it does not need.
pub(super) async fn of(client: &Client<'_>, ticket: &Value) -> Result<Names> {
    let number = client.settings.message_box;
    let boxes = list(client, "/message_boxes", "GET /message_boxes").await?;
    let message_box = find(&boxes, "message_box_id", &json!(number));
    let mut names = Names {
        message_box: message_box
            .cloned()
            .unwrap_or_else(|| json!({ "message_box_id": number })),
        ..Names::default()
    };
    if let Some(assignee) = ticket["assignee"].as_str() {
        let users = list(client, "/users", "GET /users").await?;
        let user = find(&users, "mention_name", &json!(assignee));
        names.assignee = user.map_or_else(|| assignee.to_owned(), full_name);
    }
    let labels = ids(&ticket["label_ids"]);
    if !labels.is_empty() {
        let known = list(client, &format!("/{number}/labels"), "GET /{box}/labels").await?;
        names.labels = named(&known, "label_id", labels);
    }
    let categories = ids(&ticket["case_category_ids"]);
    if !categories.is_empty() {
        let path = format!("/{number}/case_categories");
        let known = list(client, &path, "GET /{box}/case_categories").await?;
        names.case_categories = named(&known, "case_category_id", categories);
    }
    if ticket["pending_reason_id"].is_u64() {
        let path = format!("/{number}/pending_reasons");
        let known = list(client, &path, "GET /{box}/pending_reasons").await?;
        let reasons = named(
            &known,
            "pending_reason_id",
            vec![&ticket["pending_reason_id"]],
        );
        names.pending_reason = reasons.concat();
    }
    Ok(names)
}

/// The customer behind a message: by the number of a memo's customer, or by the address.
pub(super) async fn customer(client: &Client<'_>, names: &Names, message: &Value) -> Result<Value> {
    let record = &message["record"];
    let group = names.message_box["customer_group_id"].as_u64();
    let (Some(group), true) = (group, client.settings.customers) else {
        return Ok(record.clone());
    };
    let (field, wanted) = match (record["customer_id"].as_u64(), address(message)) {
        (Some(id), _) => ("customer_ids", id.to_string()),
        (None, Some(email)) => ("emails", email),
        (None, None) => return Ok(record.clone()),
    };
    let path = format!(
        "/customer_groups/{group}/customers/search?{field}[]={}",
        encode(&wanted)
    );
    let found = cached(client, &path, "GET /customer_groups/{id}/customers/search").await?;
    let found = found.as_array().map(Vec::as_slice).unwrap_or_default();
    // Addresses are compared in part by the vendor: another's may contain this one.
    let fits = |customer: &&Value| field == "customer_ids" || has_email(customer, &wanted);
    let customer = found.iter().find(fits).cloned();
    Ok(customer.unwrap_or_else(|| record.clone()))
}

/// The customer's address: where a sent message went to.
fn address(message: &Value) -> Option<String> {
    let to = message["to"].as_str()?;
    let first = to.split(',').next()?.trim();
    // As `山田 <yamada@example.com>`.
    let bare = first
        .rsplit_once('<')
        .map_or(first, |(_, rest)| rest.trim_end_matches('>'));
    bare.contains('@').then(|| bare.trim().to_lowercase())
}

/// The transcriptions disagree on whether an address stands alone or in a mapping.
fn has_email(customer: &Value, wanted: &str) -> bool {
    let emails = customer["emails"].as_array().map(Vec::as_slice);
    let text = |email: &Value| {
        email["email"]
            .as_str()
            .or(email.as_str())
            .map(str::to_owned)
    };
    let mut emails = emails.unwrap_or_default().iter().filter_map(text);
    emails.any(|email| email.eq_ignore_ascii_case(wanted))
}

fn full_name(user: &Value) -> String {
    let part = |name: &str| user[name].as_str().unwrap_or_default();
    format!("{} {}", part("last_name"), part("first_name"))
        .trim()
        .to_owned()
}

fn ids(list: &Value) -> Vec<&Value> {
    list.as_array().into_iter().flatten().collect()
}

/// One that is in no list keeps its number.
fn named(known: &Value, field: &str, ids: Vec<&Value>) -> Vec<String> {
    let name = |id: &Value| {
        let found = find(known, field, id).and_then(|entry| entry["name"].as_str());
        found.map_or_else(|| id.to_string(), str::to_owned)
    };
    ids.into_iter().map(name).collect()
}

fn find<'a>(known: &'a Value, field: &str, id: &Value) -> Option<&'a Value> {
    known.as_array()?.iter().find(|entry| &entry[field] == id)
}

async fn list(client: &Client<'_>, path: &str, route: &'static str) -> Result<Arc<Value>> {
    if let Some(known) = client
        .memory
        .known(&client.account, path, client.caller.now)
    {
        return Ok(known);
    }
    let mut all = Vec::new();
    for page in 1..=MAX_PAGES {
        let page = format!("{path}?per_page={PER_PAGE}&page={page}");
        let rows: Vec<Value> = client.read(&page, route).await?;
        let last = rows.len() < PER_PAGE;
        all.extend(rows);
        if last {
            break;
        }
    }
    let all = Value::Array(all);
    Ok(client
        .memory
        .keep(&client.account, path, client.caller.now, all))
}

async fn cached(client: &Client<'_>, path: &str, route: &'static str) -> Result<Arc<Value>> {
    if let Some(known) = client
        .memory
        .known(&client.account, path, client.caller.now)
    {
        return Ok(known);
    }
    let found: Value = client.read(path, route).await?;
    Ok(client
        .memory
        .keep(&client.account, path, client.caller.now, found))
}
