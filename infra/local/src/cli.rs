//! The command line: what it takes, and which module does it.

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};
use clap_complete::Shell;
use deskbridge_core::{Error, ErrorKind, Result};
use tracing_subscriber::EnvFilter;

use crate::client::{
    actions, credentials, events, explain, force, integrations, tokens, trials, watches,
};
use crate::{actions as data_actions, demo, serve, settings, term};

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
  deskbridge serve --config integrations    your own integrations, one file each
  deskbridge events --ticket 4711           what happened to a ticket
  deskbridge explain evt_0a1b…              and why

Exit codes: 0 done, 1 refused or not found, 2 wrong usage, 3 no Deskbridge answers.";

#[derive(Subcommand)]
enum Command {
    /// Plays sample events through every integration, with sandbox vendors, and shows what arrived.
    Demo,
    /// Runs the whole bundle as one process until it is told to stop.
    Serve(serve::ServeArgs),
    /// Creates or changes integrations from files.
    Apply(integrations::ApplyArgs),
    /// Shows what `apply` would change.
    Diff(integrations::FileArgs),
    /// Lists the integrations.
    List(integrations::ListArgs),
    /// Shows an integration, or the rules that it compiles to.
    Show(integrations::ShowArgs),
    /// Switches an integration on.
    Enable(integrations::NameArgs),
    /// Switches an integration off: what comes in is recorded, and nothing sent.
    Disable(integrations::NameArgs),
    /// Asks the vendors of an integration whether they let us in; changes nothing there.
    Try(integrations::NameArgs),
    /// Has a vendor send its webhooks here, where it can be told so by its API: Zoho Desk.
    Subscribe(trials::SubscribeArgs),
    /// Deletes an integration; its history stays.
    Delete(integrations::DeleteArgs),
    /// Gives an integration a new key; the one before stays valid until the next time.
    RotateKey(integrations::NameArgs),
    /// Shows what a webhook would do: which rules match, and what they would send.
    Test(explain::TestArgs),
    /// Shows why a stored event did what it did.
    Explain(explain::ExplainArgs),
    /// Shows what happened.
    Events(events::EventsArgs),
    /// Decides an event again by today's configuration, and sends what is not done yet.
    Replay(force::ReplayArgs),
    /// Lists the actions whose outcome a person must settle.
    Parked(actions::ParkedArgs),
    /// Settles a parked action, or sends again one that was refused.
    Resolve(actions::ResolveArgs),
    /// Lists what vendors that cannot push are asked for, and how that goes.
    Watches(watches::WatchesArgs),
    /// Makes, lists and ends tokens for the management API.
    #[command(subcommand)]
    Token(tokens::TokenCommand),
    /// Sets, lists, tries and removes secrets; none is ever shown.
    #[command(subcommand)]
    Credential(credentials::CredentialCommand),
    /// Prints the JSON Schema of a kind's document, for editors.
    Schema {
        /// As kayako-opsgenie.
        #[arg(value_parser = clap::builder::PossibleValuesParser::new(deskbridge_kinds::schema_kinds()))]
        kind: String,
    },
    /// Prints the completions for a shell.
    Completions { shell: Shell },
    /// Data actions: imports, lists, runs and tests them.
    #[command(subcommand)]
    Action(data_actions::ActionCommand),
}

/// Runs a command and returns 0; 1 if it was refused, 3 if no Deskbridge answers, with the reason on
/// standard error.
pub fn run(cli: Cli) -> ExitCode {
    start_log(matches!(cli.command, Command::Serve(_)));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(command(cli.command)),
        Err(error) => {
            let why = format!("cannot start: {error}");
            Err(Error::new(ErrorKind::Unavailable, why))
        }
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            term::error(&error);
            exit_code(&error)
        }
    }
}

/// Returns whether all went well.
async fn command(command: Command) -> Result<bool> {
    let done = match command {
        Command::Demo => return demo::demo().await,
        Command::Delete(args) => return integrations::delete(args).await,
        Command::Credential(command) => return credentials::credential(command).await,
        Command::Try(args) => return trials::integration(args).await,
        Command::Action(command) => return data_actions::action(command).await,
        Command::Serve(args) => serve::serve(args).await,
        Command::Subscribe(args) => trials::subscribe(args).await,
        Command::Apply(args) => integrations::apply(args).await,
        Command::Diff(args) => integrations::diff(args).await,
        Command::List(args) => integrations::list_all(args).await,
        Command::Show(args) => integrations::show(args).await,
        Command::Enable(args) => integrations::switch(args, true).await,
        Command::Disable(args) => integrations::switch(args, false).await,
        Command::RotateKey(args) => integrations::rotate_key(args).await,
        Command::Test(args) => explain::test(args).await,
        Command::Explain(args) => explain::explain(args).await,
        Command::Events(args) => events::events(args).await,
        Command::Replay(args) => force::replay(args).await,
        Command::Parked(args) => actions::parked(args).await,
        Command::Resolve(args) => actions::resolve(args).await,
        Command::Watches(args) => watches::watches(args).await,
        Command::Token(command) => tokens::token(command).await,
        Command::Schema { kind } => {
            let schema = deskbridge_kinds::schema(&kind);
            // A value can always be written as JSON.
            term::line(serde_json::to_string_pretty(&schema).unwrap_or_default());
            Ok(())
        }
        Command::Completions { shell } => {
            let mut out = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "deskbridge", &mut out);
            term::line(String::from_utf8_lossy(&out).trim_end());
            Ok(())
        }
    };
    done.map(|()| true)
}

/// 2 is clap's, for a command line that does not fit.
fn exit_code(error: &Error) -> ExitCode {
    match error.kind() {
        ErrorKind::NotSent => ExitCode::from(3),
        _ => ExitCode::FAILURE,
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
