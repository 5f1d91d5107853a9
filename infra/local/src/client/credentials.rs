//! `credential set`, `list`, `try` and `remove`. A value goes in and never comes out: over the API, or
//! into the file of a folder where no Deskbridge runs yet.

use std::io::{IsTerminal as _, Read as _, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand};
use deskbridge_clock::SystemClock;
use deskbridge_core::ports::Vault as _;
use deskbridge_core::{Error, ErrorKind, Result};
use deskbridge_embedded::{EmbeddedSecrets, Fields};
use serde_json::{Value, json};

use super::remote::encoded;
use super::{Connection, list, shown, table, text, time, trials};
use crate::folder::CREDENTIALS_FILE;
use crate::{settings, term};

#[derive(Subcommand)]
pub enum CredentialCommand {
    /// Sets a credential from `field: value` lines on standard input.
    #[command(after_help = "\
Examples:
  deskbridge credential set opsgenie-support < opsgenie.yaml
  pass show opsgenie | deskbridge credential set opsgenie-support
  deskbridge credential set opsgenie-support --config integrations < opsgenie.yaml

A field `expires_at: 2027-01-31` has its end announced in time.")]
    Set(SetArgs),
    /// Lists the credentials with the names of their fields, who uses them, and how they stand.
    List(ListArgs),
    /// Asks each vendor whether it takes the credential.
    Try(NameArgs),
    /// Removes a credential that nobody uses.
    Remove(RemoveArgs),
}

#[derive(Args)]
pub struct SetArgs {
    /// Name of the credential.
    name: String,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
pub struct ListArgs {
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
pub struct NameArgs {
    /// Name of the credential.
    name: String,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Args)]
pub struct RemoveArgs {
    /// Name of the credential.
    name: String,
    /// Also while integrations use it.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
struct Place {
    /// Write into this folder's credentials.yaml, without a running Deskbridge.
    #[arg(long, value_name = "FOLDER")]
    config: Option<PathBuf>,
    #[command(flatten)]
    connection: Connection,
}

/// Carries out a command; `false` if a vendor refused the credential.
pub async fn credential(command: CredentialCommand) -> Result<bool> {
    match command {
        CredentialCommand::Set(args) => set(args).await,
        CredentialCommand::List(args) => list_all(args).await,
        CredentialCommand::Remove(args) => remove(args).await,
        CredentialCommand::Try(args) => {
            let path = format!("{}/try", path_of(&args.name));
            return trials::one(&args.connection, &path).await;
        }
    }
    .map(|()| true)
}

async fn set(args: SetArgs) -> Result<()> {
    let fields = given()?;
    let names: Vec<_> = fields.keys().cloned().collect();
    if let Some(local) = args.place.folder()? {
        local.put(&args.name, fields).await?;
        term::line(format!("{} has {}", args.name, names.join(", ")));
        return Ok(());
    }
    let body = json!({ "fields": fields });
    let remote = args.place.connection.remote()?;
    let set = remote.put(&path_of(&args.name), &body, None).await?;
    args.place.connection.print(&set, |set| {
        term::line(format!("{} has {}", args.name, names.join(", ")));
        let users = users(set);
        if !users.is_empty() {
            let try_it = format!("deskbridge credential try {}", args.name);
            term::line(format!("Used by {users}: {try_it}"));
        }
    });
    Ok(())
}

async fn list_all(args: ListArgs) -> Result<()> {
    let none = "No credentials: deskbridge credential set NAME sets one.";
    if let Some(local) = args.place.folder()? {
        let held = local.held().await?.into_iter();
        let rows = held.map(|one| [one.name, one.fields.unwrap_or_default().join(", ")]);
        table::print(["NAME", "FIELDS"], rows.collect(), none);
        return Ok(());
    }
    let all = args.place.connection.remote()?.get("credentials").await?;
    args.place.connection.print(&all, |all| {
        let rows = list(all, "credentials").iter().map(|one| {
            let fields: Vec<_> = list(one, "fields").iter().map(shown).collect();
            [
                text(one, "name").to_owned(),
                fields.join(", "),
                state(one),
                users(one),
                time(one, "changed_at"),
                time(one, "expires_at"),
            ]
        });
        let heading = ["NAME", "FIELDS", "STATE", "USED BY", "CHANGED", "EXPIRES"];
        table::print(heading, rows.collect(), none);
    });
    Ok(())
}

async fn remove(args: RemoveArgs) -> Result<()> {
    match args.place.folder()? {
        Some(local) => local.remove(&args.name).await?,
        None => {
            let force = if args.force { "?force=true" } else { "" };
            let path = format!("{}{force}", path_of(&args.name));
            args.place.connection.remote()?.delete(&path).await?;
        }
    }
    term::line(format!("{} is gone", args.name));
    Ok(())
}

fn users(credential: &Value) -> String {
    let users: Vec<_> = list(credential, "used_by").iter().map(shown).collect();
    users.join(", ")
}

fn state(credential: &Value) -> String {
    if credential.get("held") != Some(&Value::Bool(true)) {
        return "missing".to_owned();
    }
    if let Some(pause) = credential.get("paused").filter(|pause| pause.is_object()) {
        return format!("paused: {}", text(pause, "why"));
    }
    match time(credential, "rests_until") {
        until if until.is_empty() => "free".to_owned(),
        until => format!("rests until {until}"),
    }
}

impl Place {
    /// The secrets of the folder, if one was named.
    fn folder(&self) -> Result<Option<EmbeddedSecrets>> {
        let Some(folder) = &self.config else {
            return Ok(None);
        };
        let file = Some(folder.join(CREDENTIALS_FILE));
        EmbeddedSecrets::open(file, settings::credentials(), Arc::new(SystemClock)).map(Some)
    }
}

/// Never from the command line: other processes can read that.
fn given() -> Result<Fields> {
    if std::io::stdin().is_terminal() {
        let hint = "Write `field: value` lines, then Ctrl-D:\n";
        std::io::stderr()
            .write_all(hint.as_bytes())
            .unwrap_or_default();
    }
    let mut text = String::new();
    let read = std::io::stdin().read_to_string(&mut text);
    read.map_err(|_| misconfigured("standard input is no text"))?;
    let fields: Option<Fields> = serde_saphyr::from_str(&text).ok();
    let fields = fields.filter(|fields| !fields.is_empty());
    fields.ok_or_else(|| misconfigured("give `field: value` lines on standard input"))
}

fn path_of(name: &str) -> String {
    format!("credentials/{}", encoded(name))
}

fn misconfigured(why: &str) -> Error {
    Error::new(ErrorKind::Misconfigured, why)
}
