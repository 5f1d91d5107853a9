//! Re:lation, a shared inbox: what its agents did to tickets. It cannot push, so it is asked.

mod client;
mod poll;
mod settings;
mod trial;
mod types;
mod webhook;

use async_trait::async_trait;
use deskbridge_core::Result;
use deskbridge_core::connector::{
    Ask, Connection, Connector, Page, Poll, Trial, Tried, Watched, Webhook,
};
use deskbridge_core::integration::Problem;

use client::{Client, Memory};
use settings::Settings;

pub(crate) const NAME: &str = "relation";
/// The one kind of entity here.
const TICKET: &str = "ticket";

/// Our name of every activity that is noticed.
pub const RELATION_ACTIVITIES: &[&str] = &[
    "message_sent",
    "record_memo",
    "call_memo",
    "chat_ended",
    "ticket_closed",
];

/// One message box of one account, for each connection; remembers lists of names while the process
/// lives.
#[derive(Default)]
pub struct Relation {
    memory: Memory,
}

#[async_trait]
impl Connector for Relation {
    fn name(&self) -> &'static str {
        NAME
    }

    fn webhook(&self) -> Option<&dyn Webhook> {
        Some(self)
    }

    fn poll(&self) -> Option<&dyn Poll> {
        Some(self)
    }

    fn check(&self, connection: &Connection) -> Vec<Problem> {
        let mut problems = Settings::read(connection).err().unwrap_or_default();
        if connection.credential.is_none() {
            problems.push(settings::problem(
                "credential",
                "is missing: name a credential with the field api_token",
            ));
        }
        problems
    }

    async fn try_connection(&self, trial: &Trial<'_>) -> Result<Option<Tried>> {
        let settings = Settings::read(trial.connection)?;
        let client = Client::new(&self.memory, trial.into(), &settings);
        trial::try_connection(&client).await.map(Some)
    }
}

#[async_trait]
impl Poll for Relation {
    fn watched(&self, connection: &Connection) -> Option<Watched> {
        let settings = Settings::read(connection).ok()?;
        Some(Watched {
            what: format!("{}/{}", settings.tenant(), settings.message_box),
            setting: "message_box",
        })
    }

    async fn fetch(&self, ask: &Ask<'_>) -> Result<Page> {
        let settings = Settings::read(ask.connection)?;
        poll::fetch(&self.memory, ask, &settings).await
    }
}

#[cfg(test)]
mod tests;
