//! Autotask PSA over its public REST API 1.0: tickets, their notes, and their completion.

mod actions;
mod client;
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

pub(crate) const NAME: &str = "autotask";
const TICKET: &str = "ticket";
/// Begins the key that every ticket made here bears, and the last line of every note.
const MARK_PREFIX: &str = "deskbridge-";

/// Remembers zones, lists of ids and the tenant's own count of requests while the process lives;
/// losing them costs a few reads.
#[derive(Default)]
pub struct Autotask {
    memory: Memory,
}

#[async_trait]
impl Connector for Autotask {
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
                "is missing: name a credential with the fields user_name, secret and integration_code",
            ));
        }
        problems
    }

    /// Autotask works on three calls at a time for each tracking identifier and endpoint, and frees
    /// a place only after its answer.
    fn parallel(&self) -> Option<u32> {
        Some(2)
    }

    async fn prepare(&self, call: &Call<'_>) -> Result<Prepared> {
        let settings = Settings::read(call.connection)?;
        actions::prepare(&self.job(call, &settings)).await
    }

    async fn send(&self, call: &Call<'_>, prepared: Prepared) -> Result<Answer> {
        let settings = Settings::read(call.connection)?;
        actions::send(&self.job(call, &settings), prepared)
            .await
            .map(Answer::Done)
    }

    async fn look_up(&self, call: &Call<'_>, _handle: Option<&str>) -> Result<Found> {
        let settings = Settings::read(call.connection)?;
        actions::look_up(&self.job(call, &settings)).await
    }

    /// Remembers nothing: what is known of the tenant must not stand in for asking.
    async fn try_connection(&self, trial: &Trial<'_>) -> Result<Option<Tried>> {
        let settings = Settings::read(trial.connection)?;
        let memory = Memory::default();
        let client = Client::new(&memory, trial.into(), &settings);
        trial::try_connection(&client).await.map(Some)
    }
}

impl Autotask {
    fn job<'a>(&'a self, call: &'a Call<'a>, settings: &'a Settings) -> Job<'a> {
        let client = Client::new(&self.memory, call.into(), settings);
        Job { client, call }
    }
}

fn ticket(id: i64) -> EntityRef {
    EntityRef::new(NAME, TICKET, id.to_string())
}

#[cfg(test)]
mod tests;
