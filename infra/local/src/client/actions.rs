//! `parked` and `resolve`: what the machine must not guess.

use clap::Args;
use deskbridge_core::Result;
use serde_json::{Value, json};

use super::force::{Answers, once_more};
use super::remote::encoded;
use super::{Connection, events, list, table, text, time, word};
use crate::term;

#[derive(Args)]
pub struct ParkedArgs {
    #[command(flatten)]
    connection: Connection,
}

#[derive(Args)]
#[command(after_help = "\
Look at the vendor first. Then:
  deskbridge resolve act_0a1b… --exists 4711    it is there, and has this id
  deskbridge resolve act_0a1b… --exists         it took effect; nothing was made that has an id
  deskbridge resolve act_0a1b… --send-again     it is not there: send it
  deskbridge resolve act_0a1b… --drop           it is not wanted any more
  deskbridge resolve act_0a1b… --send-again --force    it is delivered, and wanted once more")]
pub struct ResolveArgs {
    /// Id of the action.
    id: String,
    #[command(flatten)]
    word: ResolutionArgs,
    /// With --send-again: also if it is delivered. Asks first, and looks at the vendor.
    #[arg(long, requires = "send_again")]
    force: bool,
    #[command(flatten)]
    answers: Answers,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct ResolutionArgs {
    /// It took effect; the vendor's id of what it made.
    #[arg(long, value_name = "VENDOR_ID", num_args = 0..=1, default_missing_value = "")]
    exists: Option<String>,
    /// It took no effect: send it.
    #[arg(long)]
    send_again: bool,
    /// It shall not be sent.
    #[arg(long)]
    drop: bool,
}

pub async fn parked(args: ParkedArgs) -> Result<()> {
    let parked = args.connection.remote()?.get("parked").await?;
    args.connection.print(&parked, show_parked);
    Ok(())
}

pub async fn resolve(args: ResolveArgs) -> Result<()> {
    let remote = args.connection.remote()?;
    if args.force {
        let action = remote
            .get(&format!("actions/{}", encoded(&args.id)))
            .await?;
        return once_more(&remote, &action, &args.answers).await;
    }
    let body = match args.word {
        ResolutionArgs {
            exists: Some(id), ..
        } if id.is_empty() => json!({"resolution": "exists"}),
        ResolutionArgs {
            exists: Some(id), ..
        } => json!({"resolution": "exists", "id": id}),
        ResolutionArgs { drop: true, .. } => json!({"resolution": "drop"}),
        ResolutionArgs { .. } => json!({"resolution": "send_again"}),
    };
    let path = format!("actions/{}/resolve", encoded(&args.id));
    let action = remote.post(&path, Some(&body)).await?;
    args.connection.print(&action, |action| {
        let (connector, operation) = (text(action, "connector"), text(action, "operation"));
        let (state, detail) = (word(text(action, "state")), text(action, "detail"));
        term::line(format!("{connector}.{operation}  {state}  {detail}"));
    });
    Ok(())
}

fn show_parked(parked: &Value) {
    let rows = list(parked, "actions").iter().map(|action| {
        let last = list(action, "history").last();
        [
            last.map(|line| time(line, "at")).unwrap_or_default(),
            text(action, "id").to_owned(),
            text(action, "integration").to_owned(),
            format!(
                "{}.{}",
                text(action, "connector"),
                text(action, "operation")
            ),
            events::subject(action),
            text(action, "detail").to_owned(),
        ]
    });
    let rows: Vec<_> = rows.collect();
    let any = !rows.is_empty();
    let heading = ["SINCE", "ACTION", "INTEGRATION", "WHAT", "ABOUT", "WHY"];
    table::print(heading, rows, "Nothing is parked.");
    if any {
        let next = "Look at the vendor, then: deskbridge resolve ACTION --exists ID | --send-again | --drop";
        term::line(term::faint(next));
    }
}
