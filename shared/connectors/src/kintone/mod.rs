//! kintone, a database of apps: records are added to an app, or one is kept up to date.

mod actions;
mod client;
mod record;
mod settings;
mod trial;
mod types;

use async_trait::async_trait;
use deskbridge_core::Result;
use deskbridge_core::connector::{
    Answer, Call, Connection, Connector, Found, Operation, Prepared, Trial, Tried,
};
use deskbridge_core::integration::Problem;
use deskbridge_core::link::EntityRef;

use client::{Client, Job, Memory};
use settings::Settings;

pub(crate) const NAME: &str = "kintone";
/// The one kind of entity here.
const RECORD: &str = "record";
/// A domain takes 100 requests at a time from everybody, and refuses all of them beyond that:
/// <https://cybozu.dev/ja/kintone/docs/rest-api/overview/kintone-rest-api-overview/>. This share is ours.
const AT_A_TIME: u32 = 20;

/// One app for each connection; remembers forms while the process lives.
#[derive(Default)]
pub struct Kintone {
    memory: Memory,
}

#[async_trait]
impl Connector for Kintone {
    fn name(&self) -> &'static str {
        NAME
    }

    fn operations(&self) -> &'static [Operation] {
        actions::OPERATIONS
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

    fn parallel(&self) -> Option<u32> {
        Some(AT_A_TIME)
    }

    async fn prepare(&self, call: &Call<'_>) -> Result<Prepared> {
        actions::prepare(&self.open(call)?).await
    }

    async fn send(&self, call: &Call<'_>, prepared: Prepared) -> Result<Answer> {
        let job = self.open(call)?;
        actions::send(&job, prepared).await.map(Answer::Done)
    }

    async fn look_up(&self, call: &Call<'_>, _handle: Option<&str>) -> Result<Found> {
        actions::look_up(&self.open(call)?).await
    }

    async fn try_connection(&self, trial: &Trial<'_>) -> Result<Option<Tried>> {
        let settings = Settings::read(trial.connection)?;
        let memory = Memory::default();
        let client = Client::new(&memory, trial.into(), settings);
        trial::try_connection(&client).await.map(Some)
    }
}

impl Kintone {
    fn open<'a>(&'a self, call: &'a Call<'a>) -> Result<Job<'a>> {
        let settings = Settings::read(call.connection)?;
        let client = Client::new(&self.memory, call.into(), settings);
        Ok(Job { client, call })
    }
}

fn record_of(id: &str) -> EntityRef {
    EntityRef::new(NAME, RECORD, id)
}

#[cfg(test)]
mod tests;
