//! `events`: what happened.

use clap::Args;
use deskbridge_core::Result;
use serde_json::Value;

use super::remote::encoded;
use super::{Connection, list, shown, table, text, time, word};
use crate::term;

#[derive(Args)]
#[command(after_help = "\
Examples:
  deskbridge events                                  the newest ones
  deskbridge events --ticket 4711                    what happened to a ticket
  deskbridge events evt_0a1b…                        one event's whole story
  deskbridge events --json | jq '.events[].outcome'  for scripts")]
pub struct EventsArgs {
    /// Id of one event, to see its whole story.
    id: Option<String>,
    /// Only this integration's.
    #[arg(long, conflicts_with = "id")]
    integration: Option<String>,
    /// Only those about the ticket, alert or conversation with this id at its vendor.
    #[arg(long, conflicts_with = "id")]
    ticket: Option<String>,
    /// How many.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: u32,
    /// Where the page before ended.
    #[arg(long, conflicts_with = "id")]
    before: Option<String>,
    #[command(flatten)]
    connection: Connection,
}

pub async fn events(args: EventsArgs) -> Result<()> {
    let remote = args.connection.remote()?;
    if let Some(id) = &args.id {
        let event = remote.get(&format!("events/{}", encoded(id))).await?;
        args.connection.print(&event, show_one);
        return Ok(());
    }
    let mut path = format!("events?limit={}", args.limit);
    let filters = [
        ("integration", &args.integration),
        ("subject", &args.ticket),
        ("before", &args.before),
    ];
    for (name, value) in filters {
        if let Some(value) = value {
            path += &format!("&{name}={}", encoded(value));
        }
    }
    let page = remote.get(&path).await?;
    args.connection.print(&page, show_page);
    Ok(())
}

fn show_page(page: &Value) {
    let rows = list(page, "events").iter().map(|event| {
        [
            time(event, "received_at"),
            text(event, "id").to_owned(),
            text(event, "integration").to_owned(),
            text(event, "event_type").to_owned(),
            subject(event),
            text(event, "outcome").to_owned(),
            said(event),
        ]
    });
    let heading = [
        "RECEIVED",
        "EVENT",
        "INTEGRATION",
        "TYPE",
        "ABOUT",
        "OUTCOME",
        "WHY",
    ];
    table::print(heading, rows.collect(), "No events.");
    if let Some(next) = page.get("next").and_then(Value::as_str) {
        term::line(term::faint(&format!("more: --before {next}")));
    }
}

/// Why nothing followed, or what followed.
fn said(event: &Value) -> String {
    let why = because(event);
    if !why.is_empty() {
        return why;
    }
    let actions = list(event, "actions").iter();
    let actions = actions.map(|action| {
        let (connector, operation) = (text(action, "connector"), text(action, "operation"));
        format!("{connector}.{operation}")
    });
    actions.collect::<Vec<_>>().join(", ")
}

/// Why nothing followed, with the field at fault.
pub(super) fn because(decided: &Value) -> String {
    match (text(decided, "field"), text(decided, "why")) {
        ("", why) => why.to_owned(),
        (field, why) => format!("{field}: {why}"),
    }
}

pub(super) fn subject(event: &Value) -> String {
    let Some(subject) = event.get("subject").filter(|subject| subject.is_object()) else {
        return String::new();
    };
    format!("{} {}", text(subject, "kind"), text(subject, "id"))
}

fn show_one(event: &Value) {
    term::line(term::bold(text(event, "id")));
    let version = event.get("config_version").map(shown).unwrap_or_default();
    let lines = [
        ("received", time(event, "received_at")),
        (
            "integration",
            format!("{} (version {version})", text(event, "integration")),
        ),
        ("type", text(event, "event_type").to_owned()),
        ("about", subject(event)),
        ("outcome", word(text(event, "outcome"))),
        ("why", because(event)),
    ];
    for (name, value) in lines {
        if !value.is_empty() {
            term::line(format!("  {name:<12} {value}"));
        }
    }
    term::line("");
    for line in list(event, "timeline") {
        term::line(format!("  {}  {}", time(line, "at"), text(line, "what")));
    }
    let actions = list(event, "actions");
    if actions.is_empty() {
        return;
    }
    term::line("");
    for action in actions {
        let (connector, operation) = (text(action, "connector"), text(action, "operation"));
        let (id, state) = (text(action, "id"), word(text(action, "state")));
        let (rule, detail) = (text(action, "rule"), text(action, "detail"));
        term::line(format!("  {connector}.{operation}  {state}  {detail}"));
        term::line(term::faint(&format!("    {id}  by {rule}")));
    }
}

pub(super) fn show_replayed(replayed: &Value) {
    let version = replayed.get("config_version").map(shown);
    let version = version.unwrap_or_default();
    let actions = list(replayed, "actions");
    if actions.is_empty() {
        let decision = word(text(replayed, "decision"));
        let why = because(replayed);
        term::line(format!("{decision} by version {version}: {why}"));
    }
    for action in actions {
        let (connector, operation) = (text(action, "connector"), text(action, "operation"));
        let result = word(text(action, "result"));
        let rule = text(action, "rule");
        term::line(format!(
            "{connector}.{operation}  {result}  by {rule}, version {version}"
        ));
    }
}
