//! `apply`, `diff`, `list`, `show`, `enable`, `disable`, `delete`, `rotate-key`: integrations as code.

use std::path::{Path, PathBuf};

use clap::Args;
use deskbridge_core::integration::IntegrationSpec;
use deskbridge_core::{Error, ErrorKind, Result};
use serde_json::Value;

use super::ask::agreed;
use super::remote::encoded;
use super::{Connection, Remote, list, shown, table, text, time, trials};
use crate::folder::{self, Lines};
use crate::keys::{self, RotateArgs};
use crate::term;

#[derive(Args)]
pub struct ListArgs {
    #[command(flatten)]
    connection: Connection,
}

#[derive(Args)]
pub struct NameArgs {
    /// Name of the integration.
    pub(super) name: String,
    #[command(flatten)]
    pub(super) connection: Connection,
}

#[derive(Args)]
pub struct ShowArgs {
    /// Name of the integration.
    name: String,
    /// Show the rules that its settings compile to: nothing else is evaluated.
    #[arg(long)]
    rules: bool,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Args)]
pub struct DeleteArgs {
    /// Name of the integration.
    name: String,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  deskbridge apply -f integrations/alerts.yaml
  deskbridge apply -f integrations --strict    every file of a folder, if its vendors let us in")]
pub struct ApplyArgs {
    #[command(flatten)]
    files: FileArgs,
    /// Apply nothing whose vendors refuse its credentials.
    #[arg(long)]
    strict: bool,
}

#[derive(Args)]
#[command(after_help = "\
Example:
  deskbridge diff -f integrations/alerts.yaml    what would change")]
pub struct FileArgs {
    /// A file, or a folder of them.
    #[arg(short, long = "file", value_name = "PATH")]
    file: PathBuf,
    #[command(flatten)]
    connection: Connection,
}

pub async fn list_all(args: ListArgs) -> Result<()> {
    let all = args.connection.remote()?.get("integrations").await?;
    args.connection.print(&all, |all| {
        let rows = list(all, "integrations").iter().map(|one| {
            let on = one.get("enabled") == Some(&Value::Bool(true));
            [
                text(one, "name").to_owned(),
                text(one, "kind").to_owned(),
                if on { "on" } else { "off" }.to_owned(),
                text(one, "team").to_owned(),
                one.get("version").map(shown).unwrap_or_default(),
                time(one, "updated_at"),
            ]
        });
        let heading = ["NAME", "KIND", "STATE", "TEAM", "VERSION", "CHANGED"];
        let none = "No integrations: deskbridge apply -f FILE makes one.";
        table::print(heading, rows.collect(), none);
    });
    Ok(())
}

pub async fn show(args: ShowArgs) -> Result<()> {
    let remote = args.connection.remote()?;
    let path = path_of(&args.name);
    if args.rules {
        let rules = remote.get(&format!("{path}/rules")).await?;
        args.connection.print(&rules, show_rules);
        return Ok(());
    }
    let one = remote.get(&path).await?;
    args.connection.print(&one, |one| {
        let document = one.get("document").cloned().unwrap_or_default();
        let version = one.get("version").map(shown).unwrap_or_default();
        term::line(format!(
            "# version {version} of {}",
            time(one, "updated_at")
        ));
        term::line(yaml(&document).trim_end());
    });
    Ok(())
}

pub async fn switch(args: NameArgs, on: bool) -> Result<()> {
    let word = if on { "enable" } else { "disable" };
    let path = format!("{}/{word}", path_of(&args.name));
    let one = args.connection.remote()?.post(&path, None).await?;
    args.connection.print(&one, |one| {
        let state = if on { "on" } else { "off" };
        let version = one.get("version").map(shown).unwrap_or_default();
        term::line(format!("{} is {state} (version {version})", args.name));
    });
    Ok(())
}

pub async fn delete(args: DeleteArgs) -> Result<bool> {
    let remote = args.connection.remote()?;
    let question = format!("Delete {}? Its webhooks will be refused.", args.name);
    if !args.yes && !agreed(&question, "--yes")? {
        term::line("Nothing was deleted.");
        return Ok(false);
    }
    remote.delete(&path_of(&args.name)).await?;
    term::line(format!("{} is deleted; its history stays", args.name));
    Ok(true)
}

/// Over the API where a server answers for this store; on the store itself where none does.
pub async fn rotate_key(args: NameArgs) -> Result<()> {
    let path = format!("{}/rotate-key", path_of(&args.name));
    let answer = match args.connection.remote() {
        Ok(remote) => remote.post(&path, None).await,
        Err(error) => Err(error),
    };
    match (answer, args.connection.data.clone()) {
        (Err(error), Some(data)) if error.kind() == ErrorKind::NotSent => {
            let name = args.name;
            keys::rotate(RotateArgs { name, data }).await
        }
        (Err(error), _) => Err(error),
        (Ok(rotated), _) => {
            args.connection.print(&rotated, |rotated| {
                term::line(format!("{} has a new key", args.name));
                show_addresses(&args.connection.url, rotated);
                term::line("The key before it works until the next rotation.");
            });
            Ok(())
        }
    }
}

pub async fn diff(args: FileArgs) -> Result<()> {
    let remote = args.connection.remote()?;
    for (path, document) in documents(&args.file)? {
        let name = text(&document, "name").to_owned();
        let url = format!("{}/diff", path_of(&name));
        let compared = remote.post(&url, Some(&document)).await;
        let compared = compared.map_err(|error| in_file(&path, &error))?;
        args.connection
            .print(&compared, |compared| show_diff(&name, compared));
    }
    Ok(())
}

/// What is new or changed is tried first: a vendor's refusal is a warning, or with `--strict` the end.
pub async fn apply(args: ApplyArgs) -> Result<()> {
    let ApplyArgs { files, strict } = args;
    let remote = files.connection.remote()?;
    for (path, document) in documents(&files.file)? {
        let applied = apply_one(&remote, &document, strict).await;
        let (before, applied) = applied.map_err(|error| in_file(&path, &error))?;
        files.connection.print(&applied, |applied| {
            let name = text(applied, "name");
            let version = applied.get("version").and_then(Value::as_u64);
            let word = match before {
                None => term::good("created"),
                seen if seen == version => term::faint("unchanged"),
                Some(_) => term::good("changed"),
            };
            let version = version.unwrap_or_default();
            term::line(format!("{word} {name} (version {version})"));
            trials::show(applied);
            show_addresses(&files.connection.url, applied);
        });
    }
    Ok(())
}

/// Returns the version that was there, and what is there now, with what the vendors said.
async fn apply_one(
    remote: &Remote,
    document: &Value,
    strict: bool,
) -> Result<(Option<u64>, Value)> {
    let path = path_of(text(document, "name"));
    let before = match remote.get(&path).await {
        Ok(before) => Some(before),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let version = |one: &Value| one.get("version").and_then(Value::as_u64);
    let seen = before.as_ref().and_then(version);
    let same = before.is_some_and(|before| before.get("document") == Some(document));
    let tried = match same {
        true => Value::Null,
        false => trials::document(remote, document).await?,
    };
    if let Some(refusal) = trials::refusal(&tried).filter(|_| strict) {
        return Err(refusal);
    }
    let mut applied = remote.put(&path, document, seen).await?;
    if let (Some(trials), Some(applied)) = (tried.get("trials"), applied.as_object_mut()) {
        applied.insert("trials".to_owned(), trials.clone());
    }
    Ok((seen, applied))
}

/// Names the file, and the line of each field that the API refused.
pub(super) fn in_file(path: &Path, error: &Error) -> Error {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let lines = Lines::of(&text);
    let placed = error.message().lines().map(|said| {
        let field = said.trim().split_once(": ").map(|(field, _)| field);
        let line = field.and_then(|field| lines.as_ref()?.line(field));
        line.map_or(said.to_owned(), |line| format!("{said} (line {line})"))
    });
    let placed: Vec<_> = placed.collect();
    let path = path.display();
    Error::new(error.kind(), format!("{path}: {}", placed.join("\n")))
}

/// Reads one file as the API takes it; a mistake names its line.
pub(super) fn read_document(path: &Path) -> Result<Value> {
    let spec: IntegrationSpec = folder::read_file(path).map_err(|problem| {
        let why = problem.message;
        in_file(path, &Error::new(ErrorKind::Misconfigured, why))
    })?;
    Ok(serde_json::to_value(spec).unwrap_or_default())
}

fn documents(path: &Path) -> Result<Vec<(PathBuf, Value)>> {
    let paths = match path.is_dir() {
        true => folder::files(path)?,
        false => vec![path.to_path_buf()],
    };
    let documents = paths.into_iter().map(|path| {
        let document = read_document(&path)?;
        Ok((path, document))
    });
    documents.collect()
}

pub(super) fn path_of(name: &str) -> String {
    format!("integrations/{}", encoded(name))
}

fn show_addresses(url: &str, applied: &Value) {
    let addresses = list(applied, "addresses");
    for address in addresses {
        let path = address.as_str().unwrap_or_default();
        term::line(format!("  {}{path}", url.trim_end_matches('/')));
    }
    if !addresses.is_empty() {
        term::line("  Keep these addresses: the key in them is not shown again.");
    }
}

fn show_diff(name: &str, compared: &Value) {
    let changes = list(compared, "changes");
    let version = compared.get("version").and_then(Value::as_u64);
    match (version, changes) {
        (None, _) => term::line(format!("{name} would be created")),
        (Some(version), []) => term::line(format!("{name} is as in force (version {version})")),
        (Some(version), _) => term::line(format!("{name}, in force in version {version}:")),
    }
    for change in changes {
        let field = text(change, "field");
        if let Some(before) = change.get("before") {
            term::line(format!("{} {field}: {}", term::bad("-"), shown(before)));
        }
        if let Some(after) = change.get("after") {
            term::line(format!("{} {field}: {}", term::good("+"), shown(after)));
        }
    }
}

fn show_rules(rules: &Value) {
    for guard in list(rules, "guards") {
        let says = guard.get("if").map(|condition| text(condition, "says"));
        let says = says.unwrap_or_default();
        term::line(format!("on {}: hold back, {says}", text(guard, "on")));
    }
    for rule in list(rules, "rules") {
        term::line(term::bold(text(rule, "id")));
        term::line(format!("  on {}", text(rule, "on")));
        for condition in list(rule, "if") {
            term::line(format!("  if {}", text(condition, "says")));
        }
        term::line(format!("  do {}", text(rule, "do")));
        let with = rule.get("with").and_then(Value::as_object);
        for (name, value) in with.into_iter().flatten() {
            term::line(format!("    {name}: {}", shown(value)));
        }
    }
}

fn yaml(document: &Value) -> String {
    serde_saphyr::to_string(document).unwrap_or_default()
}
