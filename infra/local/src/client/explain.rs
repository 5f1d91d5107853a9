//! `explain` and `test`: why, and what if. Nothing is sent, nothing is written.

use std::path::PathBuf;

use clap::Args;
use deskbridge_core::{Error, ErrorKind, Result};
use serde_json::{Value, json};

use super::events::{because, subject};
use super::integrations::{in_file, read_document};
use super::{Connection, against, list, shown, text, word};
use crate::term;

#[derive(Args)]
#[command(after_help = "\
Examples:
  deskbridge explain evt_0a1b…                        by today's configuration
  deskbridge explain evt_0a1b… --against alerts.yaml  as if this file were in force
  deskbridge explain --against alerts.yaml            what would fire, stop or change, of the last 1000")]
pub struct ExplainArgs {
    /// Id of a stored event.
    #[arg(required_unless_present = "against")]
    id: Option<String>,
    /// The integration's file, changed. Without an id: over the last events.
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// How many of the integration's events, the newest first.
    #[arg(long, default_value_t = 1_000, conflicts_with = "id")]
    last: u64,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  deskbridge test support-alerts --from kayako --event opened.json
  deskbridge test support-alerts --from kayako --event - < opened.json
  deskbridge test support-alerts --from kayako --event opened.json --against alerts.yaml")]
pub struct TestArgs {
    /// Name of the integration.
    name: String,
    /// The body of a webhook, as its vendor sends it; `-` reads it from standard input.
    #[arg(long, value_name = "FILE")]
    event: PathBuf,
    /// The connector that the webhook is of; needed if the integration has several.
    #[arg(long, value_name = "CONNECTOR")]
    from: Option<String>,
    /// The integration's file, changed.
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    #[command(flatten)]
    connection: Connection,
}

pub async fn explain(args: ExplainArgs) -> Result<()> {
    match (args.id, args.against) {
        (None, Some(file)) => against::against(&args.connection, &file, args.last).await,
        (id, file) => ask(&args.connection, json!({"event_id": id}), file).await,
    }
}

pub async fn test(args: TestArgs) -> Result<()> {
    let event = match args.event.as_os_str() == "-" {
        true => std::io::read_to_string(std::io::stdin()),
        false => std::fs::read_to_string(&args.event),
    };
    let event = event.map_err(|error| {
        let why = format!("{} cannot be read: {error}", args.event.display());
        Error::new(ErrorKind::Misconfigured, why)
    })?;
    let connector = match args.from {
        Some(connector) => connector,
        None => only_source(&args.connection, &args.name).await?,
    };
    let body = json!({"integration": args.name, "connector": connector, "body": event});
    ask(&args.connection, body, args.against).await
}

async fn ask(connection: &Connection, mut body: Value, against: Option<PathBuf>) -> Result<()> {
    if let Some(file) = &against {
        body["document"] = read_document(file)?;
    }
    let remote = connection.remote()?;
    let explained = remote.post("explain", Some(&body)).await;
    let explained = explained.map_err(|error| match &against {
        Some(file) if error.kind() == ErrorKind::Misconfigured => in_file(file, &error),
        _ => error,
    })?;
    connection.print(&explained, |explained| {
        list(explained, "events").iter().for_each(show);
    });
    Ok(())
}

/// The one connector that the integration's rules are about.
async fn only_source(connection: &Connection, name: &str) -> Result<String> {
    let path = format!("integrations/{}/rules", super::remote::encoded(name));
    let rules = connection.remote()?.get(&path).await?;
    let sources = list(&rules, "rules").iter().map(|rule| {
        let on = text(rule, "on");
        on.split_once('.')
            .map_or(on, |(source, _)| source)
            .to_owned()
    });
    let mut sources: Vec<_> = sources.collect();
    sources.sort_unstable();
    sources.dedup();
    match sources.as_slice() {
        [only] => Ok(only.clone()),
        several => {
            let several = several.join(", ");
            let why = format!("say which webhook it is, with --from: {several}");
            Err(Error::new(ErrorKind::Misconfigured, why))
        }
    }
}

fn show(event: &Value) {
    let about = subject(event);
    let event_type = match text(event, "event_type") {
        "" => "not readable",
        event_type => event_type,
    };
    term::line(format!("{}  {about}", term::bold(event_type)));
    if let Some(recorded) = event.get("recorded").and_then(Value::as_str) {
        term::line(format!("  recorded: {recorded}"));
    }
    for rule in list(event, "rules") {
        show_rule(rule);
    }
    let actions = list(event, "actions");
    if actions.is_empty() {
        let decision = word(text(event, "decision"));
        term::line(format!("  {decision}: {}", because(event)));
    }
    for action in actions {
        let (connector, operation) = (text(action, "connector"), text(action, "operation"));
        term::line(format!(
            "  would send {}",
            term::bold(&format!("{connector}.{operation}"))
        ));
        if let Some(at) = action.get("not_before").and_then(Value::as_str) {
            term::line(format!("    at {at}, unless the same happens again before"));
        }
        let params = action.get("params").and_then(Value::as_object);
        for (name, value) in params.into_iter().flatten() {
            term::line(format!("    {name}: {}", shown(value)));
        }
    }
}

fn show_rule(rule: &Value) {
    let id = text(rule, "rule");
    if rule.get("matched") == Some(&Value::Bool(true)) {
        term::line(format!("  {} {id}", term::good("matched")));
        return;
    }
    term::line(format!(
        "  {} {id}: {}",
        term::faint("passed by"),
        text(rule, "why")
    ));
    let saw = rule.get("saw").and_then(Value::as_object);
    for (name, value) in saw.into_iter().flatten() {
        let line = format!("    {name} is {}", shown(value));
        term::line(term::faint(&line));
    }
}
