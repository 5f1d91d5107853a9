//! `replay`, and what is sent once more although it is delivered: asked first, and looked for at the
//! vendor.

use clap::Args;
use deskbridge_core::{Error, ErrorKind, Result};
use serde_json::{Value, json};

use super::ask::agreed;
use super::events::show_replayed;
use super::remote::encoded;
use super::{Connection, Remote, list, text, word};
use crate::term;

#[derive(Args)]
#[command(after_help = "\
The event is decided again by today's configuration, under the ids it had: what is delivered stays so.
With --force what is delivered is sent once more, if the vendor certainly has nothing of it.

Examples:
  deskbridge replay evt_0a1b…
  deskbridge replay evt_0a1b… --force          asks before it sends anything twice
  deskbridge replay evt_0a1b… --force --yes    for scripts")]
pub struct ReplayArgs {
    /// Id of the event.
    id: String,
    /// Send delivered actions once more.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    answers: Answers,
    #[command(flatten)]
    connection: Connection,
}

/// Answers given beforehand.
#[derive(Args)]
pub struct Answers {
    /// Do not ask whether a delivered action is to be sent once more.
    #[arg(long, requires = "force")]
    yes: bool,
    /// Send it also where the vendor has it already, or nobody can tell.
    #[arg(long, requires = "force")]
    insist: bool,
}

pub async fn replay(args: ReplayArgs) -> Result<()> {
    let remote = args.connection.remote()?;
    let path = format!("events/{}/replay", encoded(&args.id));
    let replayed = remote.post(&path, None).await?;
    args.connection.print(&replayed, show_replayed);
    if !args.force {
        return Ok(());
    }
    let duplicates = list(&replayed, "actions").iter();
    for action in duplicates.filter(|action| text(action, "result") == "duplicate") {
        let path = format!("actions/{}", encoded(text(action, "id")));
        let action = remote.get(&path).await?;
        once_more(&remote, &action, &args.answers).await?;
    }
    Ok(())
}

/// Sends a delivered action once more, as the person says.
pub(super) async fn once_more(remote: &Remote, action: &Value, answers: &Answers) -> Result<()> {
    let what = format!(
        "{}.{}",
        text(action, "connector"),
        text(action, "operation")
    );
    let (id, detail) = (text(action, "id"), text(action, "detail"));
    let question = format!("{what} is delivered: {detail}. Send it once more?");
    if !answers.yes && !agreed(&question, "--yes")? {
        term::line(format!("{what} stays as it is"));
        return Ok(());
    }
    let path = format!("actions/{}/resolve", encoded(id));
    let send = async |force: &str| {
        let body = json!({"resolution": "send_again", "force": force});
        remote.post(&path, Some(&body)).await
    };
    let sent = match send("if_absent").await {
        Err(error) if error.kind() == ErrorKind::Conflict => {
            let why = error.message().split(" With force").next();
            let why = why.unwrap_or_default();
            if !answers.insist && !insists(why, answers)? {
                return Err(Error::new(ErrorKind::Conflict, why.to_owned()));
            }
            send("always").await?
        }
        sent => sent?,
    };
    let state = word(text(&sent, "state"));
    term::line(format!("{what}  {state}  on its way once more"));
    Ok(())
}

/// A script that said `--yes` said it to the first question only.
fn insists(why: &str, answers: &Answers) -> Result<bool> {
    match answers.yes {
        true => Ok(false),
        false => agreed(&format!("{why} Send it all the same?"), "--insist"),
    }
}
