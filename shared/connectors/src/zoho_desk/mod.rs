//! Zoho Desk, a help desk: what happens to its tickets, by webhooks or by asking, and what people do
//! with them from elsewhere.

mod actions;
mod client;
mod data_center;
pub mod oauth;
mod poll;
mod settings;
mod subscriptions;
mod trial;
mod types;
mod webhook;

use async_trait::async_trait;
use deskbridge_core::Result;
use deskbridge_core::connector::{
    Answer, Ask, Call, Connection, Connector, Found, Operation, Page, Poll, Prepared, Trial, Tried,
    Watched, Webhook,
};
use deskbridge_core::integration::Problem;

use client::{Client, Memory};
use settings::Settings;

pub(crate) const NAME: &str = "zoho-desk";
/// The one kind of entity here that others are linked to.
const TICKET: &str = "ticket";

/// One portal for each connection, as the person whose credential it is; remembers access tokens and
/// lists of names while the process lives.
#[derive(Default)]
pub struct ZohoDesk {
    memory: Memory,
}

#[async_trait]
impl Connector for ZohoDesk {
    fn name(&self) -> &'static str {
        NAME
    }

    fn webhook(&self) -> Option<&dyn Webhook> {
        Some(self)
    }

    fn poll(&self) -> Option<&dyn Poll> {
        Some(self)
    }

    fn operations(&self) -> &'static [Operation] {
        actions::OPERATIONS
    }

    fn check(&self, connection: &Connection) -> Vec<Problem> {
        let mut problems = Settings::read(connection).err().unwrap_or_default();
        if connection.credential.is_none() {
            problems.push(settings::problem(
                "credential",
                "is missing: name a credential with the fields client_id, client_secret and refresh_token",
            ));
        }
        problems
    }

    /// The smallest editions take five calls at a time, from all who call.
    fn parallel(&self) -> Option<u32> {
        Some(3)
    }

    async fn prepare(&self, call: &Call<'_>) -> Result<Prepared> {
        let settings = Settings::read(call.connection)?;
        let client = Client::for_call(&self.memory, call, &settings);
        actions::prepare(&client, call).await
    }

    async fn send(&self, call: &Call<'_>, prepared: Prepared) -> Result<Answer> {
        let settings = Settings::read(call.connection)?;
        let client = Client::for_call(&self.memory, call, &settings);
        actions::send(&client, call, prepared)
            .await
            .map(Answer::Done)
    }

    async fn look_up(&self, call: &Call<'_>, _handle: Option<&str>) -> Result<Found> {
        let settings = Settings::read(call.connection)?;
        let client = Client::for_call(&self.memory, call, &settings);
        actions::look_up(&client, call).await
    }

    async fn try_connection(&self, trial: &Trial<'_>) -> Result<Option<Tried>> {
        let settings = Settings::read(trial.connection)?;
        let client = Client::for_trial(&self.memory, trial, &settings);
        trial::try_connection(&client).await.map(Some)
    }

    async fn subscribe(&self, trial: &Trial<'_>, url: &str) -> Result<Option<Tried>> {
        let settings = Settings::read(trial.connection)?;
        let client = Client::for_trial(&self.memory, trial, &settings);
        subscriptions::subscribe(&client, url).await.map(Some)
    }
}

#[async_trait]
impl Poll for ZohoDesk {
    fn watched(&self, connection: &Connection) -> Option<Watched> {
        let settings = Settings::read(connection).ok()?;
        settings.polls().then(|| Watched {
            what: format!("{} {}", settings.desk_url, settings.org_id),
            setting: "org_id",
        })
    }

    async fn fetch(&self, ask: &Ask<'_>) -> Result<Page> {
        let settings = Settings::read(ask.connection)?;
        let client = Client::for_ask(&self.memory, ask, &settings);
        poll::fetch(&client, ask).await
    }
}

#[cfg(test)]
mod tests;
