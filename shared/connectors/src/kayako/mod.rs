//! Kayako, the current product with API version 1 (not Kayako Classic): conversations both ways.

mod actions;
mod client;
mod settings;
mod trial;
mod types;
mod webhook;

use async_trait::async_trait;
use deskbridge_core::Result;
use deskbridge_core::connector::{
    Answer, Call, Connection, Connector, Found, Operation, Prepared, Trial, Tried, Webhook,
};
use deskbridge_core::integration::Problem;
use deskbridge_core::link::EntityRef;

use client::{Client, Job, Memory};
use settings::Settings;

pub(crate) const NAME: &str = "kayako";
/// The one kind of entity here; Kayako's API calls it a case.
const CONVERSATION: &str = "conversation";
/// Begins the tag that every conversation made here bears.
const MARK_PREFIX: &str = "deskbridge-";

/// Remembers sessions and lists of ids while the process lives; losing them costs a few reads.
#[derive(Default)]
pub struct Kayako {
    memory: Memory,
}

#[async_trait]
impl Connector for Kayako {
    fn name(&self) -> &'static str {
        NAME
    }

    fn webhook(&self) -> Option<&dyn Webhook> {
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
                "is missing: name a credential with the fields email and password",
            ));
        }
        problems
    }

    async fn prepare(&self, call: &Call<'_>) -> Result<Prepared> {
        let (job, settings) = self.open(call)?;
        actions::prepare(&job, &settings).await
    }

    async fn send(&self, call: &Call<'_>, prepared: Prepared) -> Result<Answer> {
        let (job, _) = self.open(call)?;
        actions::send(&job, prepared).await.map(Answer::Done)
    }

    async fn look_up(&self, call: &Call<'_>, _handle: Option<&str>) -> Result<Found> {
        let (job, _) = self.open(call)?;
        actions::look_up(&job).await
    }

    /// Remembers nothing: a session of a credential that is tried is for this once.
    async fn try_connection(&self, trial: &Trial<'_>) -> Result<Option<Tried>> {
        let settings = Settings::read(trial.connection)?;
        let memory = Memory::default();
        let client = Client::new(&memory, trial.into(), &settings);
        trial::try_connection(&client).await.map(Some)
    }
}

impl Kayako {
    fn open<'a>(&'a self, call: &'a Call<'a>) -> Result<(Job<'a>, Settings)> {
        let settings = Settings::read(call.connection)?;
        let client = Client::new(&self.memory, call.into(), &settings);
        Ok((Job { client, call }, settings))
    }
}

fn conversation(id: impl Into<String>) -> EntityRef {
    EntityRef::new(NAME, CONVERSATION, id)
}

#[cfg(test)]
mod tests;
