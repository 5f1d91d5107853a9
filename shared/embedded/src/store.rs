//! The store over the database: each call is one piece of work for the writer or a reader.

pub(crate) mod actions;
mod credentials;
mod cursors;
mod entities;
mod events;
mod grants;
mod integrations;
mod lanes;
mod operators;
mod tally;

use async_trait::async_trait;
use deskbridge_core::action::{Action, ActionRecord, Claim};
use deskbridge_core::cursor::Cursor;
use deskbridge_core::event::EventRecord;
use deskbridge_core::grant::Grant;
use deskbridge_core::integration::Integration;
use deskbridge_core::link::{Entity, EntityChange, EntityRef};
use deskbridge_core::operator::{Change, Token};
use deskbridge_core::ports::{CredentialState, EventFilter, Integrations, Recorded, Store, Tally};
use deskbridge_core::{Result, Timestamp};

use rusqlite::Connection;

use crate::database::Shared;
use crate::error::each;

/// Configuration, ledger, links and dispatch rows in the data directory's database.
pub struct EmbeddedStore {
    database: Shared,
}

impl EmbeddedStore {
    pub(crate) fn new(database: Shared) -> Self {
        Self { database }
    }
}

#[async_trait]
impl Integrations for EmbeddedStore {
    async fn integration(&self, name: &str) -> Result<Option<Integration>> {
        let name = name.to_owned();
        self.database
            .read(move |db| integrations::named(db, &name))
            .await
    }

    async fn integration_by_key(&self, key_hash: &str) -> Result<Option<Integration>> {
        let hash = key_hash.to_owned();
        self.database
            .read(move |db| integrations::with_key(db, &hash))
            .await
    }

    /// By name, deleted ones included.
    async fn integrations(&self) -> Result<Vec<Integration>> {
        self.database.read(integrations::all).await
    }
}

#[async_trait]
impl Store for EmbeddedStore {
    async fn put_integration(&self, integration: Integration, expected: u64) -> Result<()> {
        self.database
            .write(move |db| integrations::put(db, &integration, expected))
            .await
    }

    async fn record_event(&self, event: EventRecord) -> Result<Recorded> {
        self.database
            .write(move |db| events::record(db, &event))
            .await
    }

    /// All of them in one piece of work, or none.
    async fn record_events(&self, events: Vec<EventRecord>) -> Vec<Result<Recorded>> {
        let count = events.len();
        let record = move |db: &Connection| -> Result<Vec<Recorded>> {
            events
                .iter()
                .map(|event| events::record(db, event))
                .collect()
        };
        each(self.database.write(record).await, count)
    }

    async fn event(&self, id: &str) -> Result<Option<EventRecord>> {
        let id = id.to_owned();
        self.database.read(move |db| events::with_id(db, &id)).await
    }

    async fn redecide(&self, event: EventRecord) -> Result<()> {
        self.database
            .write(move |db| events::redecide(db, &event))
            .await
    }

    /// An id that is not there is not an error: there is nothing to count it on.
    async fn count_duplicate(&self, id: &str, at: Timestamp) -> Result<()> {
        let id = id.to_owned();
        self.database
            .write(move |db| events::count_duplicate(db, &id, at))
            .await
    }

    async fn events(&self, filter: EventFilter) -> Result<Vec<EventRecord>> {
        self.database
            .read(move |db| events::list(db, &filter))
            .await
    }

    async fn tally(&self) -> Result<Tally> {
        self.database.read(tally::tally).await
    }

    async fn entities(&self, integration: &str, asked: &[EntityRef]) -> Result<Vec<Entity>> {
        let (integration, asked) = (integration.to_owned(), asked.to_vec());
        self.database
            .read(move |db| entities::rows(db, &integration, asked))
            .await
    }

    async fn change_entities(&self, integration: &str, changes: Vec<EntityChange>) -> Result<()> {
        let integration = integration.to_owned();
        self.database
            .write(move |db| entities::change(db, &integration, changes))
            .await
    }

    async fn claim(&self, action: &Action, now: Timestamp) -> Result<Claim> {
        let action = action.clone();
        self.database
            .write(move |db| lanes::claim(db, action, now))
            .await
    }

    async fn settle(
        &self,
        record: ActionRecord,
        changes: Vec<EntityChange>,
    ) -> Result<Option<ActionRecord>> {
        self.database
            .write(move |db| lanes::settle(db, &record, changes))
            .await
    }

    async fn action(&self, id: &str) -> Result<Option<ActionRecord>> {
        let id = id.to_owned();
        self.database
            .read(move |db| actions::with_id(db, &id))
            .await
    }

    async fn actions_of(&self, event_id: &str) -> Result<Vec<ActionRecord>> {
        let event_id = event_id.to_owned();
        self.database
            .read(move |db| actions::of_event(db, &event_id))
            .await
    }

    /// As a net below the wake in `settle`, also returns waiting actions with nothing before them
    /// to wait for. There are none unless something is wrong; asking costs one index look-up each.
    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<ActionRecord>> {
        self.database
            .read(move |db| actions::due(db, now, limit))
            .await
    }

    /// The longest parked first.
    async fn parked(&self, limit: usize) -> Result<Vec<ActionRecord>> {
        self.database
            .read(move |db| actions::parked(db, limit))
            .await
    }

    async fn credential_state(&self, name: &str) -> Result<CredentialState> {
        let name = name.to_owned();
        self.database
            .read(move |db| credentials::state(db, &name))
            .await
    }

    async fn put_credential_state(&self, name: &str, state: CredentialState) -> Result<()> {
        let name = name.to_owned();
        self.database
            .write(move |db| credentials::put_state(db, &name, &state))
            .await
    }

    async fn wake_credential(&self, name: &str, now: Timestamp) -> Result<()> {
        let name = name.to_owned();
        self.database
            .write(move |db| credentials::wake(db, &name, now))
            .await
    }

    async fn cursor(&self, integration: &str, connector: &str) -> Result<Option<Cursor>> {
        let (integration, connector) = (integration.to_owned(), connector.to_owned());
        self.database
            .read(move |db| cursors::of(db, &integration, &connector))
            .await
    }

    async fn put_cursor(&self, integration: &str, connector: &str, cursor: Cursor) -> Result<()> {
        let (integration, connector) = (integration.to_owned(), connector.to_owned());
        self.database
            .write(move |db| cursors::put(db, &integration, &connector, &cursor))
            .await
    }

    async fn put_grant(&self, grant: Grant) -> Result<()> {
        self.database.write(move |db| grants::put(db, &grant)).await
    }

    async fn take_grant(&self, hash: &str, now: Timestamp) -> Result<Option<Grant>> {
        let hash = hash.to_owned();
        self.database
            .write(move |db| grants::take(db, &hash, now))
            .await
    }

    async fn token(&self, hash: &str) -> Result<Option<Token>> {
        let hash = hash.to_owned();
        self.database
            .read(move |db| operators::token(db, &hash))
            .await
    }

    async fn tokens(&self) -> Result<Vec<Token>> {
        self.database.read(operators::tokens).await
    }

    async fn put_token(&self, token: Token) -> Result<()> {
        self.database
            .write(move |db| operators::put_token(db, &token))
            .await
    }

    async fn record_change(&self, change: Change) -> Result<()> {
        self.database
            .write(move |db| operators::record_change(db, &change))
            .await
    }

    async fn changes(
        &self,
        before: Option<(Timestamp, String)>,
        limit: usize,
    ) -> Result<Vec<Change>> {
        self.database
            .read(move |db| operators::changes(db, before, limit))
            .await
    }
}
