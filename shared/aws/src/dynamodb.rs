//! The store over three DynamoDB tables.
//!
//! An event costs one request, and an action two: its claim and its settle, see `lanes.rs`. Every
//! write that depends on what was read says so in its condition, and a refusal brings what is
//! there, see
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html>.

mod actions;
mod claims;
mod cursors;
mod document;
mod entities;
mod events;
mod grants;
mod integrations;
mod item;
mod lanes;
mod line;
mod operators;
mod read;
mod single;
pub mod tables;
mod tally;
mod write;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use deskbridge_core::action::{Action, ActionRecord, Claim};
use deskbridge_core::cursor::Cursor;
use deskbridge_core::event::EventRecord;
use deskbridge_core::grant::Grant;
use deskbridge_core::integration::Integration;
use deskbridge_core::link::{Entity, EntityChange, EntityRef};
use deskbridge_core::operator::{Change, Token};
use deskbridge_core::ports::{CredentialState, EventFilter, Integrations, Recorded, Store, Tally};
use deskbridge_core::{Result, Timestamp};
use futures::future::join_all;

use crate::settings::TableNames;

/// Configuration, ledger, links and dispatch rows in DynamoDB.
pub struct DynamoStore {
    db: Db,
}

struct Db {
    client: Client,
    tables: TableNames,
}

impl DynamoStore {
    pub fn new(client: Client, tables: TableNames) -> Self {
        Self {
            db: Db { client, tables },
        }
    }
}

#[async_trait]
impl Integrations for DynamoStore {
    async fn integration(&self, name: &str) -> Result<Option<Integration>> {
        integrations::named(&self.db, name).await
    }

    async fn integration_by_key(&self, key_hash: &str) -> Result<Option<Integration>> {
        integrations::with_key(&self.db, key_hash).await
    }

    /// By name, deleted ones included.
    async fn integrations(&self) -> Result<Vec<Integration>> {
        integrations::all(&self.db).await
    }
}

#[async_trait]
impl Store for DynamoStore {
    async fn put_integration(&self, integration: Integration, expected: u64) -> Result<()> {
        integrations::put_over(&self.db, &integration, expected).await
    }

    async fn record_event(&self, event: EventRecord) -> Result<Recorded> {
        events::record(&self.db, &event).await
    }

    /// At the same time, but for those of one id: the earlier in the list is the first.
    async fn record_events(&self, events: Vec<EventRecord>) -> Vec<Result<Recorded>> {
        let repeats = |at: usize| events[..at].iter().any(|event| event.id == events[at].id);
        let (later, first): (Vec<_>, Vec<_>) = (0..events.len()).partition(|at| repeats(*at));
        let recorded = first
            .iter()
            .map(|at| events::record(&self.db, &events[*at]));
        let recorded = join_all(recorded).await;
        let mut results: Vec<_> = first.into_iter().zip(recorded).collect();
        for at in later {
            results.push((at, events::record(&self.db, &events[at]).await));
        }
        results.sort_by_key(|(at, _)| *at);
        results.into_iter().map(|(_, result)| result).collect()
    }

    async fn event(&self, id: &str) -> Result<Option<EventRecord>> {
        events::with_id(&self.db, id).await
    }

    async fn redecide(&self, event: EventRecord) -> Result<()> {
        events::redecide(&self.db, &event).await
    }

    /// An id that is not there is not an error: there is nothing to count it on.
    async fn count_duplicate(&self, id: &str, at: Timestamp) -> Result<()> {
        events::count_duplicate(&self.db, id, at).await
    }

    async fn events(&self, filter: EventFilter) -> Result<Vec<EventRecord>> {
        events::list(&self.db, &filter).await
    }

    async fn tally(&self) -> Result<Tally> {
        tally::tally(&self.db).await
    }

    async fn entities(&self, integration: &str, asked: &[EntityRef]) -> Result<Vec<Entity>> {
        entities::rows(&self.db, integration, asked).await
    }

    async fn change_entities(&self, integration: &str, changes: Vec<EntityChange>) -> Result<()> {
        entities::change(&self.db, integration, changes).await
    }

    async fn claim(&self, action: &Action, now: Timestamp) -> Result<Claim> {
        claims::claim(&self.db, action, now).await
    }

    async fn claim_all(&self, actions: &[&Action], now: Timestamp) -> Vec<Result<Claim>> {
        claims::claim_all(&self.db, actions, now).await
    }

    async fn settle(
        &self,
        record: ActionRecord,
        changes: Vec<EntityChange>,
    ) -> Result<Option<ActionRecord>> {
        lanes::settle(&self.db, &record, changes).await
    }

    async fn action(&self, id: &str) -> Result<Option<ActionRecord>> {
        let row = actions::with_id(&self.db, id).await?;
        Ok(row.map(|row| row.record))
    }

    /// Through an index: an action that was claimed less than a second ago may be missing.
    async fn actions_of(&self, event_id: &str) -> Result<Vec<ActionRecord>> {
        actions::of_event(&self.db, event_id).await
    }

    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<ActionRecord>> {
        actions::due(&self.db, now, limit).await
    }

    /// The longest parked first.
    async fn parked(&self, limit: usize) -> Result<Vec<ActionRecord>> {
        actions::parked(&self.db, limit).await
    }

    async fn credential_state(&self, name: &str) -> Result<CredentialState> {
        integrations::credential_state(&self.db, name).await
    }

    async fn put_credential_state(&self, name: &str, state: CredentialState) -> Result<()> {
        integrations::put_credential_state(&self.db, name, &state).await
    }

    async fn wake_credential(&self, name: &str, now: Timestamp) -> Result<()> {
        actions::wake(&self.db, name, now).await
    }

    async fn cursor(&self, integration: &str, connector: &str) -> Result<Option<Cursor>> {
        cursors::of(&self.db, integration, connector).await
    }

    async fn put_cursor(&self, integration: &str, connector: &str, cursor: Cursor) -> Result<()> {
        cursors::put_next(&self.db, integration, connector, &cursor).await
    }

    async fn put_grant(&self, grant: Grant) -> Result<()> {
        grants::put(&self.db, &grant).await
    }

    async fn take_grant(&self, hash: &str, now: Timestamp) -> Result<Option<Grant>> {
        grants::take(&self.db, hash, now).await
    }

    async fn token(&self, hash: &str) -> Result<Option<Token>> {
        operators::token(&self.db, hash).await
    }

    async fn tokens(&self) -> Result<Vec<Token>> {
        operators::tokens(&self.db).await
    }

    async fn put_token(&self, token: Token) -> Result<()> {
        operators::put_token(&self.db, &token).await
    }

    async fn record_change(&self, change: Change) -> Result<()> {
        operators::record_change(&self.db, &change).await
    }

    async fn changes(
        &self,
        before: Option<(Timestamp, String)>,
        limit: usize,
    ) -> Result<Vec<Change>> {
        operators::changes(&self.db, before, limit).await
    }
}
