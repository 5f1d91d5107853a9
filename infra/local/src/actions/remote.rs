//! The same commands over the management API of a running Deskbridge.

use deskbridge_core::Result;
use serde_json::{Value, json};

use super::document::PublishArgs;
use super::list::ShowArgs;
use super::outcome::Outcome;
use super::{Given, Place, RunArgs, TestArgs};
use crate::client::{encoded, list as members};

/// The rows that `action list` prints.
pub(super) async fn list(place: &Place) -> Result<Vec<Value>> {
    let all = place.connection.remote()?.get("data-actions").await?;
    Ok(members(&all, "actions").to_vec())
}

pub(super) async fn show(args: &ShowArgs) -> Result<Value> {
    let draft = if args.draft { "?draft=true" } else { "" };
    let path = format!("{}{draft}", path_of(&args.integration, &args.action));
    args.place.connection.remote()?.get(&path).await
}

/// Returns the published action.
pub(super) async fn publish(args: &PublishArgs) -> Result<Value> {
    let path = path_of(&args.integration, &args.action);
    let remote = args.place.connection.remote()?;
    remote.post(&format!("{path}/publish"), None).await
}

pub(super) async fn run(args: &RunArgs, input: Value) -> Result<Outcome> {
    let path = path_of(&args.integration, &args.action);
    let body = json!({"input": input, "flatten": args.flatten});
    let remote = args.place.connection.remote()?;
    let answer = remote.post(&format!("{path}/run"), Some(&body)).await?;
    Ok(Outcome::read(&answer))
}

pub(super) async fn test(args: &TestArgs, given: Given) -> Result<Outcome> {
    let path = path_of(&args.integration, &args.action);
    let mut body = match given {
        Given::Input(input) => json!({ "input": input }),
        Given::Answer(answer) => json!({ "response": answer }),
    };
    body["flatten"] = args.flatten.into();
    let remote = args.place.connection.remote()?;
    let answer = remote.post(&format!("{path}/test"), Some(&body)).await?;
    Ok(Outcome::read(&answer))
}

fn path_of(integration: &str, action: &str) -> String {
    format!("data-actions/{}/{}", encoded(integration), encoded(action))
}
