//! `credential set` and `credential list`: the file of secrets beside the integrations. A value goes in
//! and never comes out.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Read as _, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use deskbridge_core::{Error, ErrorKind, Result};
use deskbridge_embedded::Fields;

use crate::folder::CREDENTIALS_FILE;
use crate::term;

#[derive(Subcommand)]
pub enum CredentialCommand {
    /// Sets a credential from `field: value` lines on standard input.
    #[command(after_help = "\
Examples:
  deskbridge credential set opsgenie-support < opsgenie.yaml
  pass show opsgenie | deskbridge credential set opsgenie-support")]
    Set(SetArgs),
    /// Lists the credentials with the names of their fields.
    List(FolderArgs),
}

#[derive(Args)]
pub struct SetArgs {
    /// Name of the credential.
    name: String,
    #[command(flatten)]
    folder: FolderArgs,
}

#[derive(Args)]
pub struct FolderArgs {
    /// Folder of the integrations, as `serve` has it.
    #[arg(long, default_value = "integrations")]
    config: PathBuf,
}

type Documents = BTreeMap<String, Fields>;

pub fn credential(command: CredentialCommand) -> Result<()> {
    match command {
        CredentialCommand::Set(args) => {
            let fields = given()?;
            let path = args.folder.config.join(CREDENTIALS_FILE);
            set(&path, &args.name, &fields)?;
            let names: Vec<_> = fields.keys().map(String::as_str).collect();
            term::line(format!("{} has {}", args.name, names.join(", ")));
            Ok(())
        }
        CredentialCommand::List(args) => list(&args.config.join(CREDENTIALS_FILE)),
    }
}

fn list(path: &Path) -> Result<()> {
    let documents = parsed(&text(path)?)?;
    if documents.is_empty() {
        term::line("No credentials: deskbridge credential set NAME sets one.");
    }
    for (name, fields) in documents {
        let fields: Vec<_> = fields.keys().map(String::as_str).collect();
        term::line(format!("{name}  {}", term::faint(&fields.join(", "))));
    }
    Ok(())
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
    read.map_err(|_| misconfigured("standard input is no text".to_owned()))?;
    let fields: Option<Fields> = serde_saphyr::from_str(&text).ok();
    let fields = fields.filter(|fields| !fields.is_empty());
    fields.ok_or_else(|| misconfigured("give `field: value` lines on standard input".to_owned()))
}

/// Puts the credential into the file, in place of the one of that name. The rest of the file stays as
/// its owner wrote it, comments included.
fn set(path: &Path, name: &str, fields: &Fields) -> Result<()> {
    let plain = |text: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        !text.is_empty() && text.chars().all(fits)
    };
    if !plain(name) || !fields.keys().all(|field| plain(field)) {
        let why = "names are of letters, digits, hyphens and underscores";
        return Err(misconfigured(why.to_owned()));
    }
    let before = text(path)?;
    let mut expected = parsed(&before)?;
    expected.insert(name.to_owned(), fields.clone());
    let after = replaced(&before, name, &block(name, fields));
    if parsed(&after).ok() != Some(expected) {
        let path = path.display();
        let why = format!("{path} is not written one field a line: change it by hand");
        return Err(misconfigured(why));
    }
    write(path, &after).map_err(|error| {
        let path = path.display();
        misconfigured(format!("{path} cannot be written: {error}"))
    })
}

/// A JSON string is one of YAML, whatever is in it.
fn block(name: &str, fields: &Fields) -> String {
    let fields = fields.iter().map(|(field, value)| {
        let value = serde_json::Value::from(value.as_str());
        format!("  {field}: {value}\n")
    });
    format!("{name}:\n{}", fields.collect::<String>())
}

fn replaced(text: &str, name: &str, block: &str) -> String {
    let begins = |line: &str| {
        let rest = line.strip_prefix(name);
        rest.is_some_and(|rest| rest.trim_start().starts_with(':'))
    };
    let (mut out, mut inside, mut done) = (String::new(), false, false);
    for line in text.lines() {
        let indented = line.starts_with([' ', '\t']);
        inside = begins(line) || (inside && indented);
        if begins(line) {
            out += block;
            done = true;
        }
        if !inside {
            out += line;
            out.push('\n');
        }
    }
    if !done {
        out += block;
    }
    out
}

fn parsed(text: &str) -> Result<Documents> {
    let options = serde_saphyr::options! { with_snippet: false };
    let parsed: Option<Documents> = serde_saphyr::from_str_with_options(text, options)
        .map_err(|_| misconfigured(format!("{CREDENTIALS_FILE} does not hold: mend it first")))?;
    Ok(parsed.unwrap_or_default())
}

/// A file that is not there yet is an empty one.
fn text(path: &Path) -> Result<String> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => {
            let path = path.display();
            Err(misconfigured(format!("{path} cannot be read: {error}")))
        }
    }
}

/// In one step, and with a mode of 0600 from its first byte on.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

fn misconfigured(why: String) -> Error {
    Error::new(ErrorKind::Misconfigured, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(value: &str) -> Fields {
        Fields::from([("key".to_owned(), value.to_owned())])
    }

    #[test]
    fn the_rest_of_the_file_stays_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(CREDENTIALS_FILE);
        let before = "# ours\none:\n  key: old\n\n# theirs\ntwo: { key: \"b\" }\n";
        std::fs::write(&path, before).unwrap();
        set(&path, "one", &fields("a \"quoted\"\nline: #")).unwrap();
        set(&path, "three", &fields("c")).unwrap();
        let after = std::fs::read_to_string(&path).unwrap();
        assert!(after.contains("# ours\n") && after.contains("# theirs\ntwo: { key: \"b\" }\n"));
        let all = parsed(&after).unwrap();
        assert_eq!(all["one"]["key"], "a \"quoted\"\nline: #");
        assert_eq!(all.len(), 3);
    }

    #[cfg(unix)]
    #[test]
    fn a_new_file_is_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(CREDENTIALS_FILE);
        set(&path, "one", &fields("a")).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_file_that_is_written_otherwise_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(CREDENTIALS_FILE);
        let before = "{one: {key: a}, two: {key: b}}\n";
        std::fs::write(&path, before).unwrap();
        assert!(set(&path, "one", &fields("c")).is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
    }
}
