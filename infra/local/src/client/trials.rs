//! `try` and `credential try`: each vendor is asked whether it would let us in.

use deskbridge_core::{Error, ErrorKind, Result};
use serde_json::{Value, json};

use super::integrations::{NameArgs, path_of};
use super::{Connection, Remote, list, text};
use crate::term;

/// Tries every connection of an integration; `false` if one failed.
pub async fn integration(args: NameArgs) -> Result<bool> {
    let path = format!("{}/try", path_of(&args.name));
    one(&args.connection, &path).await
}

/// An integration, and the address of its webhook.
#[derive(clap::Args)]
pub struct SubscribeArgs {
    name: String,
    /// As the vendor will call it: `https://…/webhooks/zoho-desk/KEY`.
    address: String,
    #[command(flatten)]
    connection: Connection,
}

/// Has the vendor send its webhooks to the address.
pub async fn subscribe(args: SubscribeArgs) -> Result<()> {
    let path = format!("{}/subscribe", path_of(&args.name));
    let body = json!({"address": args.address});
    let done = args.connection.remote()?.post(&path, Some(&body)).await?;
    args.connection
        .print(&done, |done| term::line(text(done, "says")));
    Ok(())
}

pub(super) async fn one(connection: &Connection, path: &str) -> Result<bool> {
    let tried = connection.remote()?.post(path, None).await?;
    connection.print(&tried, |tried| {
        show(tried);
        if list(tried, "trials").is_empty() {
            term::line("It calls nobody: there is nothing to try.");
        }
    });
    Ok(failed(&tried).next().is_none())
}

/// Tries a document before it is applied. What could not be tried is no reason to refuse it.
pub(super) async fn document(remote: &Remote, document: &Value) -> Result<Value> {
    let path = format!("{}/try", path_of(text(document, "name")));
    let body = json!({"document": document});
    match remote.post(&path, Some(&body)).await {
        Ok(tried) => Ok(tried),
        // The document itself is at fault: to apply it says the same, with all of its mistakes.
        Err(error) if error.kind() == ErrorKind::Misconfigured => Ok(Value::Null),
        Err(error) => Err(error),
    }
}

/// The refusal of a document whose connections do not all work.
pub(super) fn refusal(tried: &Value) -> Option<Error> {
    let first = failed(tried).next()?;
    let (connection, says) = (text(first, "connection"), text(first, "says"));
    let why = format!("{connection}: {says} (nothing was applied)");
    Some(Error::new(ErrorKind::Misconfigured, why))
}

/// A line for each connection that was asked, with what is at the other side below it.
pub(super) fn show(tried: &Value) {
    for trial in list(tried, "trials") {
        let (connection, says) = (text(trial, "connection"), text(trial, "says"));
        match text(trial, "result") {
            "works" => term::line(format!("  {connection}  {}  {says}", term::good("works"))),
            "failed" => term::line(format!("  {connection}  {}  {says}", term::bad("failed"))),
            _ => continue,
        }
        let facts = list(trial, "facts");
        let width = facts.iter().map(|fact| text(fact, "name").chars().count());
        let width = width.max().unwrap_or(0);
        for fact in facts {
            let (name, value) = (text(fact, "name"), text(fact, "value"));
            term::line(term::faint(&format!("    {name:<width$}  {value}")));
        }
    }
}

fn failed(tried: &Value) -> impl Iterator<Item = &Value> {
    let trials = list(tried, "trials").iter();
    trials.filter(|trial| text(trial, "result") == "failed")
}
