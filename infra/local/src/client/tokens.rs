//! `token create`, `token list`, `token delete`: who may use the management API.

use clap::{Args, Subcommand, ValueEnum};
use deskbridge_core::Result;
use serde_json::json;

use super::remote::encoded;
use super::{Connection, list, shown, table, text, time};
use crate::term;

#[derive(Subcommand)]
pub enum TokenCommand {
    /// Makes a token and shows it this once.
    Create(CreateArgs),
    /// Lists the live tokens.
    List(TokenListArgs),
    /// Ends a token at once.
    Delete(TokenNameArgs),
}

#[derive(Args)]
#[command(after_help = "\
Example:
  deskbridge token create --role viewer --team support --name mon --expires-in-days 90")]
pub struct CreateArgs {
    /// Stands in the audit log.
    #[arg(long)]
    name: String,
    #[arg(long)]
    role: Role,
    /// Only this team's integrations.
    #[arg(long)]
    team: Option<String>,
    /// Of a flow's: only this integration's data actions.
    #[arg(long)]
    integration: Option<String>,
    #[arg(long, value_name = "DAYS")]
    expires_in_days: Option<u32>,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Clone, Copy, ValueEnum)]
enum Role {
    /// Sees everything and changes nothing.
    Viewer,
    Admin,
    /// Runs data actions, and sees and changes nothing.
    Flow,
}

#[derive(Args)]
pub struct TokenListArgs {
    #[command(flatten)]
    connection: Connection,
}

#[derive(Args)]
pub struct TokenNameArgs {
    /// Name of the token.
    name: String,
    #[command(flatten)]
    connection: Connection,
}

pub async fn token(command: TokenCommand) -> Result<()> {
    match command {
        TokenCommand::Create(args) => create(args).await,
        TokenCommand::List(args) => list_all(args).await,
        TokenCommand::Delete(args) => {
            let path = format!("tokens/{}", encoded(&args.name));
            args.connection.remote()?.delete(&path).await?;
            term::line(format!("{} opens nothing any more", args.name));
            Ok(())
        }
    }
}

async fn create(args: CreateArgs) -> Result<()> {
    let role = match args.role {
        Role::Viewer => "viewer",
        Role::Admin => "admin",
        Role::Flow => "flow",
    };
    let mut body = json!({"name": args.name, "role": role});
    if let Some(team) = args.team {
        body["team"] = team.into();
    }
    if let Some(integration) = args.integration {
        body["integration"] = integration.into();
    }
    if let Some(days) = args.expires_in_days {
        body["expires_in_days"] = days.into();
    }
    let made = args
        .connection
        .remote()?
        .post("tokens", Some(&body))
        .await?;
    args.connection.print(&made, |made| {
        term::line(term::bold(text(made, "token")));
        term::line("Keep it: it is not shown again. Commands read it from DESKBRIDGE_TOKEN.");
    });
    Ok(())
}

async fn list_all(args: TokenListArgs) -> Result<()> {
    let all = args.connection.remote()?.get("tokens").await?;
    args.connection.print(&all, |all| {
        let rows = list(all, "tokens").iter().map(|one| {
            [
                text(one, "name").to_owned(),
                text(one, "role").to_owned(),
                one.get("team").map(shown).unwrap_or_default(),
                time(one, "created_at"),
                time(one, "expires_at"),
            ]
        });
        let heading = ["NAME", "ROLE", "TEAM", "CREATED", "EXPIRES"];
        table::print(heading, rows.collect(), "No tokens.");
    });
    Ok(())
}
