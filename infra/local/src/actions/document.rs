//! The file of an integration, changed as a whole: drafts that come in, and drafts that are published.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use deskbridge_core::Result;
use deskbridge_core::integration::{IntegrationSpec, Problem};
use deskbridge_data_actions::{compile, publish as published};

use super::{Bench, Place, read, remote, wrong};
use serde_json::Value;

use crate::term;

#[derive(Args)]
#[command(after_help = "\
Examples:
  deskbridge action publish help-desk find-user
  deskbridge action publish help-desk find-user --config integrations")]
pub struct PublishArgs {
    pub integration: String,
    /// Name of the draft.
    pub action: String,
    /// With --config: write the file even if that loses its comments.
    #[arg(long, requires = "config")]
    pub drop_comments: bool,
    #[command(flatten)]
    pub place: Place,
}

/// Moves a draft to where flows call it; `false` if it does not hold.
pub(super) async fn publish(args: &PublishArgs) -> Result<bool> {
    let version = match &args.place.config {
        None => number(remote::publish(args).await?.get("published_version")),
        Some(folder) => {
            let document = Document::open(folder, &args.integration).await?;
            let spec = match published(&document.spec, &args.action) {
                Ok(spec) => spec,
                Err(problems) => return Ok(told(&problems)),
            };
            document.write(&spec, args.drop_comments)?;
            version(&spec, &args.action)
        }
    };
    let (name, version) = (&args.action, version.unwrap_or_default());
    term::line(format!(
        "published {}/{name} (version {version})",
        args.integration
    ));
    Ok(true)
}

fn number(value: Option<&Value>) -> Option<u64> {
    value.and_then(Value::as_u64)
}

fn version(spec: &IntegrationSpec, action: &str) -> Option<u64> {
    let integration = compile(spec).ok()?;
    let (_, action) = integration.action(action)?;
    Some(action.published_version())
}

pub(super) fn told(problems: &[Problem]) -> bool {
    for problem in problems {
        term::error(problem);
    }
    problems.is_empty()
}

/// An integration as its file has it.
pub(super) struct Document {
    pub(super) spec: IntegrationSpec,
    file: PathBuf,
}

impl Document {
    pub(super) async fn open(folder: &Path, name: &str) -> Result<Self> {
        let bench = Bench::open(folder, false).await?;
        let stored = bench.bundle.store.integration(name).await?;
        let found = stored.and_then(|stored| Some((stored.file?, stored.spec)));
        let Some((file, spec)) = found else {
            let why = format!("{} holds no integration {name}", folder.display());
            return Err(wrong(why));
        };
        Ok(Self {
            spec,
            file: folder.join(file),
        })
    }

    /// Writes the file as a whole, or leaves it as it was. Comments have no place in a document.
    pub(super) fn write(&self, spec: &IntegrationSpec, drop_comments: bool) -> Result<()> {
        let before = read(&self.file)?;
        let comments = before
            .lines()
            .any(|line| line.trim_start().starts_with('#'));
        if comments && !drop_comments {
            let why = format!(
                "{} has comments, which would be lost: change it by hand, or say --drop-comments",
                self.file.display()
            );
            return Err(wrong(why));
        }
        let text = serde_saphyr::to_string(spec).map_err(|error| wrong(error.to_string()))?;
        let written = replace(&self.file, &text);
        written.map_err(|error| wrong(format!("{}: {error}", self.file.display())))
    }
}

fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    let permissions = std::fs::metadata(path)?.permissions();
    file.as_file().set_permissions(permissions)?;
    file.persist(path)?;
    Ok(())
}
