//! Zoho Desk in Slack: channels and people are told of tickets, and people work on tickets from there.
//!
//! The behaviour is that of Zoho Desk's own Slack extension, as help.zoho.com describes it in Japanese: any
//! number of workspaces, each with one channel for all departments or one for each, a switch for each
//! kind of news, slash commands, and direct messages for those who signed in.

mod answers;
mod commands;
mod notices;
mod workspace;

use deskbridge_core::integration::{History, IntegrationSpec, Problem};
use deskbridge_core::mapping::{Condition, Draft, Places, Rule, Tenant};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

use crate::settings::{Literal, connection, read};
use workspace::Workspace;

pub(crate) const KIND: &str = "zoho-desk-slack";
const DESK: &str = "zoho-desk";
const SLACK: &str = "slack";

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    #[serde(rename = "zoho-desk")]
    desk: Value,
    #[serde(default = "empty")]
    slack: Value,
    /// Under which the world reaches this Deskbridge: people are sent there to sign in.
    public_url: String,
    /// As it was made at Slack.
    #[serde(default = "usual_command")]
    command: String,
    #[serde(default)]
    new_tickets: NewTickets,
    /// By status, what may be done next: no API of Zoho's tells the transitions of a blueprint.
    #[serde(default)]
    transitions: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    workspaces: Vec<Workspace>,
}

/// What tickets that are made in Slack have besides what the form asks for.
#[derive(Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct NewTickets {
    /// Id or name.
    department: Option<String>,
}

fn empty() -> Value {
    json!({})
}

fn usual_command() -> String {
    "/desk".to_owned()
}

pub(crate) fn compile(spec: &IntegrationSpec) -> Result<Draft, Vec<Problem>> {
    let settings: Settings = read(spec)?;
    let mut problems = settings.problems();
    if spec.history == History::Outcomes {
        let message = "must be full: a sign-in is begun from a recorded command";
        problems.push(Problem::new("history", message));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let kind = Kind {
        integration: &spec.name,
        settings: &settings,
    };
    let mut rules = kind.notices();
    rules.extend(kind.commands());
    rules.extend(kind.answers());
    Ok(Draft {
        connections: [(DESK, &settings.desk), (SLACK, &settings.slack)]
            .map(|(name, own)| (name.to_owned(), connection(name, own)))
            .into(),
        guards: notices::other_departments(),
        rules,
        tenants: settings.tenants(),
        places: Places::default(),
    })
}

impl Settings {
    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let url = &self.public_url;
        let web = url.starts_with("https://") || url.starts_with("http://");
        if !web || url.contains(char::is_whitespace) {
            let message =
                "must be the address under which this Deskbridge is reached, as https://…";
            problems.push(Problem::new("settings.public_url", message));
        }
        if !self.command.starts_with('/') || self.command.contains(char::is_whitespace) {
            let message = "must be a slash and a word, as /desk";
            problems.push(Problem::new("settings.command", message));
        }
        for (index, workspace) in self.workspaces.iter().enumerate() {
            let place = format!("settings.workspaces[{index}]");
            let before = self.workspaces.iter().take(index);
            if before.into_iter().any(|other| other.team == workspace.team) {
                let message = format!("{} is there already", workspace.team);
                problems.push(Problem::new(format!("{place}.team"), message));
            }
            problems.extend(workspace.problems(&place));
        }
        problems
    }

    /// Those that are off too: who asks there is told so.
    fn tenants(&self) -> Vec<Tenant> {
        let workspaces = self.workspaces.iter().enumerate();
        let tenants = workspaces.map(|(index, workspace)| Tenant {
            connector: SLACK.to_owned(),
            id: workspace.team.clone(),
            field: format!("settings.workspaces[{index}].team"),
        });
        tenants.collect()
    }
}

/// What all rules are made from.
struct Kind<'a> {
    integration: &'a str,
    settings: &'a Settings,
}

impl Kind<'_> {
    /// The name of a workspace's credential; `team` may be a template.
    fn bot(&self, team: &str) -> String {
        format!("slack-{}-{team}", self.integration)
    }

    /// The name of a person's own credential at Zoho Desk; both may be templates.
    fn person(&self, team: &str, user: &str) -> String {
        format!("zoho-desk-{}-{team}-{user}", self.integration)
    }

    /// The button behind which a person signs in to Zoho Desk: the page reads who asked from the event.
    fn sign_in(&self) -> Value {
        let url = self.settings.public_url.trim_end_matches('/');
        json!({
            "text": "Sign in to Zoho Desk",
            "url": format!("{url}/zoho-desk/oauth/start?ask={{{{ event.id }}}}"),
        })
    }

    fn teams(&self, wanted: impl Fn(&Workspace) -> bool) -> Vec<&str> {
        let workspaces = self.settings.workspaces.iter();
        let wanted = workspaces.filter(|workspace| wanted(workspace));
        wanted.map(|workspace| workspace.team.as_str()).collect()
    }
}

fn when(expression: impl Into<String>, says: &str) -> Condition {
    Condition::new(expression, says)
}

fn rule(id: impl Into<String>, on: &str, operation: &str, with: Value) -> Rule {
    Rule {
        id: id.into(),
        on: on.to_owned(),
        operation: operation.to_owned(),
        with: match with {
            Value::Object(with) => with,
            _ => Map::new(),
        },
        ..Rule::default()
    }
}

#[cfg(test)]
mod tests;
