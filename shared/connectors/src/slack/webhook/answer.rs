//! What Slack shows at once, within its three seconds: no word of ours is in it but these.
//!
//! <https://docs.slack.dev/interactivity/handling-user-interaction/#acknowledgment_response>

use deskbridge_core::connector::Reply;
use serde_json::{Map, Value, json};

const WAIT: &str = "One moment…";
const EMPTY: &str = "Please write something here.";
/// The inputs of our forms that may not be left blank.
const NEEDED: [&str; 2] = ["subject", "text"];

/// Returns the answer to a body that was verified, from the body alone.
pub(super) fn answer(body: &Value) -> Reply {
    match body["type"].as_str() {
        Some("url_verification") => Reply::Only(json!({"challenge": body["challenge"]})),
        Some("view_submission") => match errors(body) {
            errors if errors.is_empty() => Reply::Also(Value::Null),
            errors => Reply::Only(json!({"response_action": "errors", "errors": errors})),
        },
        Some(_) => Reply::Also(Value::Null),
        // Slack tries the certificate of a command's address.
        None if body["ssl_check"] == "1" => Reply::Only(Value::Null),
        None => Reply::Also(json!({"response_type": "ephemeral", "text": WAIT})),
    }
}

/// Slack requires an input, and takes blanks for one.
fn errors(body: &Value) -> Map<String, Value> {
    let values = body["view"]["state"]["values"].as_object();
    let blank = values.into_iter().flatten().filter(|(block, actions)| {
        let typed = actions.as_object().and_then(|all| all.values().next());
        let typed = typed.and_then(|action| action["value"].as_str());
        NEEDED.contains(&block.as_str()) && typed.is_some_and(|text| text.trim().is_empty())
    });
    blank
        .map(|(block, _)| (block.clone(), json!(EMPTY)))
        .collect()
}
