//! The command line: what it takes, and which module does it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use deskbridge_core::Result;
use tracing_subscriber::EnvFilter;

use crate::{demo, serve, settings, term};

/// Connects help desks, alerting tools, chat and contact-centre flows in your own account.
#[derive(Parser)]
#[command(name = "deskbridge", version, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  deskbridge demo                           see it work, with sandbox vendors
  deskbridge serve --sandbox                stay up, with sandbox vendors to play with
  deskbridge serve --config integrations    your own integrations, one file each";

#[derive(Subcommand)]
enum Command {
    /// Plays sample events through every integration, with sandbox vendors, and shows what arrived.
    Demo,
    /// Runs the whole bundle as one process until it is told to stop.
    Serve(ServeArgs),
    /// Gives an integration a new key; the one before stays valid until the next time.
    RotateKey(RotateKeyArgs),
}

#[derive(Args)]
pub struct ServeArgs {
    /// Address and port to listen on.
    #[arg(long, default_value = "127.0.0.1:9000")]
    pub listen: SocketAddr,
    /// Folder of the store, made if it is not there. [default: data, or with --sandbox a temporary one]
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// Folder of integration files, watched for changes; credentials.yaml in it holds the secrets.
    #[arg(long)]
    pub config: Option<PathBuf>,
    /// Also run sandbox vendors, with an integration between them.
    #[arg(long)]
    pub sandbox: bool,
    /// Let integrations call private and loopback addresses, and plain HTTP.
    #[arg(long)]
    pub allow_private_targets: bool,
}

#[derive(Args)]
pub struct RotateKeyArgs {
    /// Name of the integration.
    pub name: String,
    /// Folder of the store; no `serve` may be running on it.
    #[arg(long, default_value = "data")]
    pub data: PathBuf,
}

/// Runs a command and returns 0, or 1 with the reason on standard error.
pub fn run(cli: Cli) -> ExitCode {
    start_log(matches!(cli.command, Command::Serve(_)));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let result: Result<bool> = match (runtime, cli.command) {
        (Err(error), _) => {
            term::error(format!("cannot start: {error}"));
            return ExitCode::FAILURE;
        }
        (Ok(runtime), Command::Demo) => runtime.block_on(demo::demo()),
        (Ok(runtime), Command::Serve(args)) => runtime.block_on(serve::serve(args)).map(|()| true),
        (Ok(runtime), Command::RotateKey(args)) => {
            runtime.block_on(serve::rotate_key(args)).map(|()| true)
        }
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            term::error(error);
            ExitCode::FAILURE
        }
    }
}

/// Logs are JSON lines on standard error; a demo shows none unless asked.
fn start_log(wanted: bool) {
    let default = if wanted { "info" } else { "off" };
    let chosen = settings::log_filter().unwrap_or_else(|| default.to_owned());
    let filter = EnvFilter::try_new(&chosen).unwrap_or_else(|_| EnvFilter::new(default));
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_writer(std::io::stderr)
        .with_env_filter(filter)
        .init();
}
