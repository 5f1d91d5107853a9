//! Tries a token: whether it sees the message box, and may read its tickets.

use deskbridge_core::connector::Tried;
use deskbridge_core::{Error, ErrorKind, Result};
use serde_json::{Value, json};

use super::client::Client;

const BOXES: &str = "GET /message_boxes";
const SEARCH: &str = "POST /{box}/tickets/search";

pub(super) async fn try_connection(client: &Client<'_>) -> Result<Tried> {
    let boxes: Vec<Value> = client
        .read("/message_boxes", BOXES)
        .await
        .map_err(|error| whose(error, client))?;
    let number = client.settings.message_box;
    let is_ours = |row: &&Value| row["message_box_id"].as_u64() == Some(number);
    let name = boxes.iter().find(is_ours).map(name).ok_or_else(|| {
        let there: Vec<_> = boxes.iter().map(shown).collect();
        let there = there.join(", ");
        let why = format!(
            "settings.relation.message_box: the API token sees no message box {number}; it sees: {there}"
        );
        Error::new(ErrorKind::Misconfigured, why)
    })?;
    let path = format!("/{number}/tickets/search");
    let one = json!({ "per_page": 1, "page": 1 });
    client.search::<Vec<Value>>(&path, SEARCH, &one).await?;
    let mut tried = Tried::new(format!("message box {name} ({number})"));
    tried
        .facts
        .push(("message_box".to_owned(), name.to_owned()));
    if let Some(left) = client.calls_left() {
        let left = format!("{left}, shared by all who use the token");
        tried
            .facts
            .push(("calls_left_this_minute".to_owned(), left));
    }
    Ok(tried)
}

/// An account that is not there answers as if the list were not.
fn whose(error: Error, client: &Client<'_>) -> Error {
    if error.kind() != ErrorKind::NotFound {
        return error;
    }
    let tenant = client.settings.tenant();
    let why = format!(
        "settings.relation.subdomain: there is no account of Re:lation at {tenant}; it is the first part \
         of your address, as example in https://example.relationapp.jp"
    );
    Error::new(ErrorKind::Misconfigured, why).with_call(BOXES)
}

fn name(row: &Value) -> &str {
    row["name"].as_str().unwrap_or_default()
}

fn shown(row: &Value) -> String {
    format!("{} ({})", name(row), row["message_box_id"])
}
