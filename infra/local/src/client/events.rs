//! `events`: what happened.

use clap::Args;
use deskbridge_core::Result;
use serde_json::{Value, json};

use super::remote::{Remote, encoded};
use super::{Connection, list, shown, table, text, time, word};
use crate::term;

/// Outcomes of events, and states of actions, that a person should know of.
const WENT_WRONG: [&str; 4] = ["failed", "parked", "dead", "rejected"];
/// How many pages are looked through at once.
const MAX_PAGES: usize = 50;

#[derive(Args)]
#[command(after_help = "\
Examples:
  deskbridge events                                  the newest ones
  deskbridge events --ticket 4711                    what happened to a ticket
  deskbridge events --failed --integration visits    what went wrong, and why: `replay` tries it again
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
    /// Only those of which something failed, was refused or given up, or waits for a person.
    #[arg(long, conflicts_with = "id")]
    failed: bool,
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
    let page = match args.failed {
        true => failed(&remote, &args).await?,
        false => page(&remote, &args, args.before.as_deref()).await?,
    };
    args.connection.print(&page, show_page);
    Ok(())
}

async fn page(remote: &Remote, args: &EventsArgs, before: Option<&str>) -> Result<Value> {
    let mut path = format!("events?limit={}", args.limit);
    let filters = [
        ("integration", args.integration.as_deref()),
        ("subject", args.ticket.as_deref()),
        ("before", before),
    ];
    for (name, value) in filters {
        if let Some(value) = value {
            path += &format!("&{name}={}", encoded(value));
        }
    }
    remote.get(&path).await
}

/// Looks through the pages until there are enough, or for a while: what failed is rare.
async fn failed(remote: &Remote, args: &EventsArgs) -> Result<Value> {
    let (mut found, mut next) = (Vec::new(), args.before.clone());
    for _ in 0..MAX_PAGES {
        let page = page(remote, args, next.as_deref()).await?;
        let events = list(&page, "events").iter();
        let wrong = events.filter(|event| WENT_WRONG.contains(&text(event, "outcome")));
        found.extend(wrong.cloned());
        next = page.get("next").and_then(Value::as_str).map(str::to_owned);
        if next.is_none() || found.len() >= args.limit as usize {
            break;
        }
    }
    Ok(json!({ "events": found, "next": next }))
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

/// Why nothing followed, or what followed; of what went wrong, the vendor's words.
fn said(event: &Value) -> String {
    let why = because(event);
    if !why.is_empty() {
        return why;
    }
    let actions = list(event, "actions").iter();
    let actions = actions.map(|action| {
        let (connector, operation) = (text(action, "connector"), text(action, "operation"));
        match WENT_WRONG.contains(&text(action, "state")) {
            true => format!("{connector}.{operation}: {}", text(action, "detail")),
            false => format!("{connector}.{operation}"),
        }
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
        let when = match (text(action, "state"), text(action, "not_before")) {
            ("queued" | "scheduled", at) if !at.is_empty() => format!("for {at}"),
            _ => String::new(),
        };
        term::line(format!(
            "  {connector}.{operation}  {state}  {when}{detail}"
        ));
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
