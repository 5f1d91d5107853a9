//! The command line: what it takes, and which module does it.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use deskbridge_core::Result;
use tracing_subscriber::EnvFilter;

use crate::{actions, demo, keys, serve, settings, term};

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
    Serve(serve::ServeArgs),
    /// Gives an integration a new key; the one before stays valid until the next time.
    RotateKey(keys::RotateArgs),
    /// Data actions: imports, lists, runs and tests them.
    #[command(subcommand)]
    Action(actions::ActionCommand),
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
        (Ok(runtime), Command::Action(command)) => runtime.block_on(actions::action(command)),
        (Ok(runtime), Command::RotateKey(args)) => {
            runtime.block_on(keys::rotate(args)).map(|()| true)
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
