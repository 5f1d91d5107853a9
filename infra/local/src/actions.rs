//! `deskbridge action`: imports, lists, publishes, runs and tests data actions, of a running Deskbridge or
//! of a folder of integrations.
//!
//! What is done with a folder happens in this process, over a store that is gone afterwards, so no `serve`
//! is needed and none is disturbed.

mod document;
mod import;
mod list;
mod outcome;
mod remote;

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};
use deskbridge_clock::SystemClock;
use deskbridge_connectors::http::Targets;
use deskbridge_core::{Error, ErrorKind, Result};
use deskbridge_data_actions::{DEFAULT_TIMEOUT, Execution};
use deskbridge_embedded::EmbeddedSecrets;
use serde_json::Value;

use crate::bundle::{Bundle, Options};
use crate::client::Connection;
use crate::folder::{self, Applied};
use crate::{settings, term};
use outcome::Outcome;

#[derive(Subcommand)]
pub enum ActionCommand {
    /// Prints an integration with the given exported files as its actions.
    Import(import::ImportArgs),
    /// Shows the actions of every integration.
    List(list::ListArgs),
    /// Shows one action as Genesys Cloud exports it.
    Show(list::ShowArgs),
    /// Makes a draft what flows call, under its next version.
    Publish(document::PublishArgs),
    /// Runs a published action now, against its real target.
    Run(RunArgs),
    /// Runs a draft now, or the published action where there is none; or its last steps on a saved answer.
    Test(TestArgs),
}

/// Whose actions are meant.
#[derive(Args)]
pub struct Place {
    /// Take this folder's files instead of a running Deskbridge; credentials.yaml in it holds the secrets.
    #[arg(long, value_name = "FOLDER")]
    pub config: Option<PathBuf>,
    #[command(flatten)]
    pub connection: Connection,
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
    /// With --config: allow private and loopback addresses, and plain HTTP.
    #[arg(long, requires = "config")]
    pub allow_private_targets: bool,
    #[command(flatten)]
    pub place: Place,
}

#[derive(Args)]
#[group(id = "given", required = true, multiple = false, args = ["input", "response"])]
pub struct TestArgs {
    pub integration: String,
    pub action: String,
    /// File with the input as JSON, to call the real target; - reads standard input.
    #[arg(long)]
    pub input: Option<PathBuf>,
    /// File with the target's answer, as step 8 of a trace shows it, to call nobody; - reads standard input.
    #[arg(long)]
    pub response: Option<PathBuf>,
    /// Give the output flat names, as a flow sees them.
    #[arg(long)]
    pub flatten: bool,
    /// With --config: allow private and loopback addresses, and plain HTTP.
    #[arg(long, requires = "config")]
    pub allow_private_targets: bool,
    #[command(flatten)]
    pub place: Place,
}

/// Carries out a command; `false` if the action failed.
pub async fn action(command: ActionCommand) -> Result<bool> {
    match command {
        ActionCommand::Import(args) => import::import(&args).await,
        ActionCommand::List(args) => list::list(&args).await,
        ActionCommand::Show(args) => list::show(&args).await,
        ActionCommand::Publish(args) => document::publish(&args).await,
        ActionCommand::Run(args) => run(&args).await,
        ActionCommand::Test(args) => test(&args).await,
    }
}

async fn run(args: &RunArgs) -> Result<bool> {
    let input = input(&args.input)?;
    let outcome = match &args.place.config {
        None => remote::run(args, input).await?,
        Some(folder) => {
            let bench = Bench::open(folder, args.allow_private_targets).await?;
            let execution = bench.execution(&args.integration, &args.action, input, args.flatten);
            bench.bundle.data_actions.run(&execution).await.into()
        }
    };
    Ok(outcome.print(args.trace))
}

async fn test(args: &TestArgs) -> Result<bool> {
    let given = match (&args.response, &args.input) {
        (Some(answer), _) => Given::Answer(read(answer)?),
        (None, Some(file)) => Given::Input(input(file)?),
        (None, None) => return Err(wrong("say --input or --response")),
    };
    let Some(folder) = &args.place.config else {
        return Ok(remote::test(args, given).await?.print(true));
    };
    let bench = Bench::open(folder, args.allow_private_targets).await?;
    let (runner, name) = (&bench.bundle.data_actions, &args.integration);
    let execution = |input| bench.execution(name, &args.action, input, args.flatten);
    let finished = match given {
        Given::Answer(answer) => runner.replay(&execution(Value::Null), &answer).await,
        Given::Input(input) => runner.test(&execution(input)).await,
    };
    Ok(Outcome::from(finished).print(true))
}

/// What a test begins with.
enum Given {
    /// Calls the target.
    Input(Value),
    /// Calls nobody: what the target once answered.
    Answer(String),
}

fn input(file: &Path) -> Result<Value> {
    let text = read(file)?;
    deskbridge_core::json::parse(&text).map_err(|error| wrong(format!("the input: {error}")))
}

/// The folder's integrations, ready to run.
struct Bench {
    bundle: Bundle,
    _data: tempfile::TempDir,
}

impl Bench {
    async fn open(folder: &Path, private: bool) -> Result<Self> {
        let data =
            tempfile::tempdir().map_err(|error| wrong(format!("cannot make a folder: {error}")))?;
        let file = folder.join(folder::CREDENTIALS_FILE);
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
        for applied in folder::apply(&bundle, folder).await? {
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
