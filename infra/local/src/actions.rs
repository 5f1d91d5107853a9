//! `deskbridge action`: imports, lists, runs and tests data actions of a folder of integrations.
//!
//! Everything happens in this process, over a store that is gone afterwards, so no `serve` is needed and
//! none is disturbed.

mod import;

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};
use deskbridge_clock::SystemClock;
use deskbridge_connectors::http::Targets;
use deskbridge_core::{Error, ErrorKind, Result};
use deskbridge_data_actions::{DEFAULT_TIMEOUT, Execution, Finished, compile};
use deskbridge_embedded::EmbeddedSecrets;
use serde_json::{Value, json};

use crate::bundle::{Bundle, Options};
use crate::folder::{self, Applied};
use crate::{settings, term};

#[derive(Subcommand)]
pub enum ActionCommand {
    /// Prints an integration with the given exported files as its actions.
    Import(import::ImportArgs),
    /// Shows the actions of every integration.
    List(FolderArgs),
    /// Runs an action now, against its real target.
    Run(RunArgs),
    /// Runs the steps behind the call on a saved answer; calls nobody.
    Test(TestArgs),
}

#[derive(Args)]
pub struct FolderArgs {
    /// Folder of integration files; credentials.yaml in it holds the secrets.
    #[arg(long, default_value = "integrations")]
    pub config: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct RunArgs {
    pub integration: String,
    pub action: String,
    /// File with the input as JSON; - reads standard input.
    #[arg(long)]
    pub input: PathBuf,
    /// Print the ten steps too.
    #[arg(long)]
    pub trace: bool,
    /// Give the output flat names, as a flow sees them.
    #[arg(long)]
    pub flatten: bool,
    /// Allow private and loopback addresses, and plain HTTP.
    #[arg(long)]
    pub allow_private_targets: bool,
    #[command(flatten)]
    pub folder: FolderArgs,
}

#[derive(Args)]
pub struct TestArgs {
    pub integration: String,
    pub action: String,
    /// File with the target's answer, as step 8 of a trace shows it; - reads standard input.
    #[arg(long)]
    pub response: PathBuf,
    /// Give the output flat names, as a flow sees them.
    #[arg(long)]
    pub flatten: bool,
    #[command(flatten)]
    pub folder: FolderArgs,
}

/// Carries out a command; `false` if the action failed.
pub async fn action(command: ActionCommand) -> Result<bool> {
    match command {
        ActionCommand::Import(args) => import::import(&args),
        ActionCommand::List(args) => list(&args).await,
        ActionCommand::Run(args) => {
            let bench = Bench::open(&args.folder, args.allow_private_targets).await?;
            let input = read(&args.input)?;
            let input = deskbridge_core::json::parse(&input)
                .map_err(|error| wrong(format!("the input: {error}")))?;
            let execution = bench.execution(&args.integration, &args.action, input, args.flatten);
            let finished = bench.bundle.data_actions.run(&execution).await;
            Ok(show(finished, args.trace))
        }
        ActionCommand::Test(args) => {
            let bench = Bench::open(&args.folder, false).await?;
            let answer = read(&args.response)?;
            let execution =
                bench.execution(&args.integration, &args.action, Value::Null, args.flatten);
            let finished = bench.bundle.data_actions.replay(&execution, &answer).await;
            Ok(show(finished, true))
        }
    }
}

async fn list(args: &FolderArgs) -> Result<bool> {
    let bench = Bench::open(args, false).await?;
    let mut rows = Vec::new();
    for stored in bench.bundle.store.integrations().await? {
        let Ok(integration) = compile(&stored.spec) else {
            continue;
        };
        for (name, action) in &integration.actions {
            rows.push(json!({
                "integration": integration.name,
                "type": integration.type_name(),
                "enabled": stored.spec.enabled,
                "action": name,
                "definition": action.definition.name,
                "version": action.definition.version(),
                "reads": action.reads(),
                "timeout_seconds": action.timeout().as_secs(),
            }));
        }
    }
    if args.json {
        term::line(Value::from(rows));
        return Ok(true);
    }
    for row in &rows {
        let text = |name: &str| row[name].as_str().unwrap_or_default();
        let off = if row["enabled"] == true {
            ""
        } else {
            "  (off)"
        };
        term::line(format!(
            "{}/{}  {}{off}",
            text("integration"),
            text("action"),
            term::faint(text("type"))
        ));
    }
    if rows.is_empty() {
        term::line(format!(
            "There are no actions in {}.",
            args.config.display()
        ));
    }
    Ok(true)
}

/// The folder's integrations, ready to run.
struct Bench {
    bundle: Bundle,
    _data: tempfile::TempDir,
}

impl Bench {
    async fn open(args: &FolderArgs, private: bool) -> Result<Self> {
        let data =
            tempfile::tempdir().map_err(|error| wrong(format!("cannot make a folder: {error}")))?;
        let file = args.config.join(folder::CREDENTIALS_FILE);
        let secrets =
            EmbeddedSecrets::open(Some(file), settings::credentials(), Arc::new(SystemClock))?;
        let bundle = Bundle::open(Options {
            data: data.path().to_path_buf(),
            secrets: Arc::new(secrets),
            targets: if private {
                Targets::Any
            } else {
                Targets::PublicOnly
            },
            clock: Arc::new(SystemClock),
        })?;
        for applied in folder::apply(&bundle, &args.config).await? {
            if let Applied::Refused { file, problems } = applied {
                for problem in problems {
                    term::error(format!("{file}: {problem}"));
                }
            }
        }
        Ok(Self {
            bundle,
            _data: data,
        })
    }

    fn execution(&self, integration: &str, action: &str, input: Value, flatten: bool) -> Execution {
        let now = self.bundle.clock.now();
        Execution {
            integration: integration.to_owned(),
            action: action.to_owned(),
            input,
            request_key: None,
            deadline: now + DEFAULT_TIMEOUT,
            id: format!("cli-{:x}", now.as_millis()),
            trace: true,
            flatten,
        }
    }
}

fn show(finished: Finished, traced: bool) -> bool {
    if traced {
        let trace = serde_json::to_string_pretty(&finished.trace).unwrap_or_default();
        term::line(trace);
    } else {
        for warning in &finished.trace.warnings {
            term::error(format!("warning: {warning}"));
        }
    }
    match finished.result {
        Ok(result) => {
            if !traced {
                term::line(serde_json::to_string_pretty(&result).unwrap_or_default());
            }
            true
        }
        Err(error) => {
            term::error(error);
            false
        }
    }
}

fn read(path: &Path) -> Result<String> {
    if path == Path::new("-") {
        let mut text = String::new();
        let read = std::io::stdin().read_to_string(&mut text);
        return read
            .map(|_| text)
            .map_err(|error| wrong(format!("standard input: {error}")));
    }
    std::fs::read_to_string(path).map_err(|error| wrong(format!("{}: {error}", path.display())))
}

fn wrong(why: impl Into<String>) -> Error {
    Error::new(ErrorKind::Misconfigured, why)
}
