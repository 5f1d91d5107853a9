//! Slack: slash commands, buttons, forms and events in; messages, forms and answers out.

pub mod oauth;

mod actions;
mod blocks;
mod client;
mod mrkdwn;
mod settings;
mod types;
mod webhook;

use async_trait::async_trait;
use deskbridge_core::Result;
use deskbridge_core::connector::{
    Answer, Call, Connection, Connector, Found, Operation, Prepared, Trial, Tried, Webhook,
};
use deskbridge_core::integration::Problem;
use deskbridge_core::link::EntityRef;

use client::{Client, Memory};
use settings::Settings;

pub(crate) const NAME: &str = "slack";
/// The kinds of entity here.
const USER: &str = "user";
const TEAM: &str = "team";
const MESSAGE: &str = "message";

/// One app in any number of workspaces, each with a credential of its own; remembers how fast it may
/// post, and which channel leads to whom, while the process lives.
#[derive(Default)]
pub struct Slack {
    memory: Memory,
}

#[async_trait]
impl Connector for Slack {
    fn name(&self) -> &'static str {
        NAME
    }

    fn webhook(&self) -> Option<&dyn Webhook> {
        Some(self)
    }

    fn operations(&self) -> &'static [Operation] {
        actions::OPERATIONS
    }

    /// The credential may be missing: an integration for many workspaces names one in each rule.
    fn check(&self, connection: &Connection) -> Vec<Problem> {
        Settings::read(connection).err().unwrap_or_default()
    }

    async fn prepare(&self, call: &Call<'_>) -> Result<Prepared> {
        actions::prepare(&self.open(call)?).await
    }

    async fn send(&self, call: &Call<'_>, prepared: Prepared) -> Result<Answer> {
        let client = self.open(call)?;
        actions::send(&client, prepared).await.map(Answer::Done)
    }

    async fn look_up(&self, call: &Call<'_>, _handle: Option<&str>) -> Result<Found> {
        actions::look_up(&self.open(call)?).await
    }

    async fn try_connection(&self, trial: &Trial<'_>) -> Result<Option<Tried>> {
        actions::try_connection(trial).await.map(Some)
    }
}

impl Slack {
    fn open<'a>(&'a self, call: &'a Call<'a>) -> Result<Client<'a>> {
        let settings = Settings::read(call.connection)?;
        Ok(Client::new(&self.memory, call, settings))
    }
}

/// People are known by their workspace too: ids are unique in one alone.
fn user(team: &str, id: &str) -> EntityRef {
    EntityRef::new(NAME, USER, format!("{team}/{id}"))
}

fn message(channel: &str, ts: &str) -> EntityRef {
    EntityRef::new(NAME, MESSAGE, format!("{channel}/{ts}"))
}

#[cfg(test)]
mod tests;
