//! What the flows need from the outside: five ports, each with a conformance suite in testkit.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::action::{Action, ActionRecord, Claim};
use crate::cursor::Cursor;
use crate::event::EventRecord;
use crate::grant::Grant;
use crate::http::{HttpRequest, HttpResponse};
use crate::integration::Integration;
use crate::link::{Entity, EntityChange, EntityRef};
use crate::operator::{Change, Token};
use crate::secret::Credential;
use crate::{Error, ErrorKind, Result, Retry, Timestamp};

/// The wall clock and the right to wait.
#[async_trait]
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
    async fn sleep(&self, delay: Duration);
}

/// Sends one request to a vendor: no redirects, no retries, no proxy, bounded in time and size.
///
/// An error of kind `NotSent` promises that no byte of the request left; any other error leaves
/// the outcome unknown. Every complete answer is `Ok`, whatever its status.
#[async_trait]
pub trait VendorHttp: Send + Sync {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse>;
}

/// Reads credentials. Nothing reads them for a person.
#[async_trait]
pub trait Secrets: Send + Sync {
    /// Returns the current document, or an error of kind `Misconfigured` when there is none.
    async fn credential(&self, name: &str) -> Result<Credential>;
    /// Returns the document that stands now, whatever is kept of it, because the vendor did not
    /// accept the version `seen`.
    async fn reread(&self, name: &str, _seen: &str) -> Result<Credential> {
        self.credential(name).await
    }
}

/// Writes credentials; nobody reads them back through it.
#[async_trait]
pub trait Vault: Send + Sync {
    /// Replaces the whole document and returns its new version.
    async fn put(&self, name: &str, fields: BTreeMap<String, String>) -> Result<String>;
    /// Takes the document away; one that is not there is gone already.
    async fn remove(&self, name: &str) -> Result<()>;
    /// By name.
    async fn held(&self) -> Result<Vec<Held>>;
}

/// What may be said of a credential: never a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub name: String,
    /// The names of its fields, where the vault tells them without reading the values.
    pub fields: Option<Vec<String>>,
    pub changed_at: Option<Timestamp>,
}

/// A message to send.
///
/// `group` keeps order among its members, and within it `id` is remembered for five minutes, in
/// which a second message with the same id is accepted and not delivered. Without a group every
/// message is delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub body: String,
    pub group: Option<String>,
    pub id: Option<String>,
}

/// A message as received. It comes back after the visibility time-out unless it is deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub body: String,
    pub receipt: String,
    /// How often it has been received, this time included.
    pub receives: u32,
}

/// What the queue knows of a message it just took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    New,
    /// A message with this id was taken before, as far as the queue can tell without a further call.
    Known,
}

/// At-least-once delivery; within a group in order, and one at a time.
#[async_trait]
pub trait Queue: Send + Sync {
    /// The longest body that it takes, in bytes.
    fn max_body_bytes(&self) -> usize {
        usize::MAX
    }
    /// Returns once the message is durable.
    async fn send(&self, message: Message) -> Result<Sent>;
    /// Sends the messages in this order, as few calls as the queue allows. The results are in the
    /// same order; one that failed says nothing of the others.
    async fn send_all(&self, messages: Vec<Message>) -> Vec<Result<Sent>> {
        let mut results = Vec::with_capacity(messages.len());
        for message in messages {
            results.push(self.send(message).await);
        }
        results
    }
}

/// The other end of a queue, where nobody takes the messages out for us.
#[async_trait]
pub trait Consume: Queue {
    /// Takes up to `max` messages for `visibility`; a group with one in flight gives no other.
    async fn receive(&self, max: usize, visibility: Duration) -> Result<Vec<Delivery>>;
    async fn delete(&self, receipt: &str) -> Result<()>;
    /// Gives a message back, to be received again after `delay`.
    async fn release(&self, receipt: &str, delay: Duration) -> Result<()>;
}

/// What `record_event` found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    New,
    /// The event was recorded before; this is that record, unchanged.
    Before(Box<EventRecord>),
}

/// Whether a credential may be used, shared by all that use it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialState {
    /// Why a person must look at it; lifted by a new version of the document.
    pub paused: Option<Paused>,
    /// The vendor asked everybody with this credential to wait until then.
    pub not_before: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paused {
    pub why: String,
    pub version: String,
    pub since: Timestamp,
}

impl CredentialState {
    /// Returns what everybody who uses the credential must know after this error of its vendor, if
    /// anything.
    pub fn after(self, error: &Error, version: &str, now: Timestamp) -> Option<Self> {
        match error.retry() {
            Retry::WhenCredentialChanges => Some(Self {
                paused: Some(Paused {
                    why: error.message().to_owned(),
                    version: version.to_owned(),
                    since: now,
                }),
                ..self
            }),
            Retry::Later(Some(wait)) if error.kind() == ErrorKind::RateLimited => Some(Self {
                not_before: self.not_before.max(Some(now + wait)),
                ..self
            }),
            _ => None,
        }
    }
}

/// Which events to list; newest first.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    pub integration: Option<String>,
    /// The vendor's id of the entity: "what happened to ticket 4711?"
    pub subject_id: Option<String>,
    /// Only events received before this one (a page's last), by receipt time and id.
    pub before: Option<(Timestamp, String)>,
    pub limit: usize,
}

/// Counts over the whole ledger, for people and for the check that nothing is lost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub events: u64,
    pub duplicates: u64,
    /// By decision word.
    pub decisions: BTreeMap<String, u64>,
    /// By outcome word, or `open` and `parked`.
    pub actions: BTreeMap<String, u64>,
}

/// Reads the configuration, which is all of the store that taking an event in needs.
#[async_trait]
pub trait Integrations: Send + Sync {
    async fn integration(&self, name: &str) -> Result<Option<Integration>>;
    async fn integration_by_key(&self, key_hash: &str) -> Result<Option<Integration>>;
    async fn integrations(&self) -> Result<Vec<Integration>>;
}

/// Configuration, ledger, links and the dispatch rows. Every read sees every finished write.
#[async_trait]
pub trait Store: Integrations {
    /// Writes the integration if the stored version is `expected` (0: there is none yet); an error
    /// of kind `Conflict` otherwise.
    async fn put_integration(&self, integration: Integration, expected: u64) -> Result<()>;

    /// Writes the event unless its id is there already.
    async fn record_event(&self, event: EventRecord) -> Result<Recorded>;
    /// Writes several, each as `record_event` does. Of two with one id the earlier in the list is
    /// the first.
    async fn record_events(&self, events: Vec<EventRecord>) -> Vec<Result<Recorded>> {
        let mut results = Vec::with_capacity(events.len());
        for event in events {
            results.push(self.record_event(event).await);
        }
        results
    }
    async fn event(&self, id: &str) -> Result<Option<EventRecord>>;
    /// Writes an event that was decided again over the one it was made of: an error of kind
    /// `Conflict` unless the stored row has been replayed exactly once less. Duplicates counted
    /// meanwhile stay counted.
    async fn redecide(&self, event: EventRecord) -> Result<()>;
    async fn count_duplicate(&self, id: &str, at: Timestamp) -> Result<()>;
    async fn events(&self, filter: EventFilter) -> Result<Vec<EventRecord>>;
    async fn tally(&self) -> Result<Tally>;

    /// Returns a row for each entity, in the order asked; an unknown one is an empty row.
    async fn entities(&self, integration: &str, entities: &[EntityRef]) -> Result<Vec<Entity>>;
    /// Returns the row of one entity, as `entities` does.
    async fn entity(&self, integration: &str, entity: &EntityRef) -> Result<Entity> {
        let rows = self
            .entities(integration, std::slice::from_ref(entity))
            .await?;
        let row = rows.into_iter().next();
        Ok(row.unwrap_or_else(|| Entity::unknown(entity.clone())))
    }
    async fn change_entities(&self, integration: &str, changes: Vec<EntityChange>) -> Result<()>;

    /// Makes the row if there is none, and tries to take it, as `ActionRecord::claim` says. Later
    /// claims of the same order key see this row from now on.
    async fn claim(&self, action: &Action, now: Timestamp) -> Result<Claim>;
    /// Claims several, each as `claim` does, in as few requests as the store allows. The results are
    /// in the same order; one that failed says nothing of the others.
    async fn claim_all(&self, actions: &[&Action], now: Timestamp) -> Vec<Result<Claim>> {
        let mut claims = Vec::with_capacity(actions.len());
        for action in actions {
            claims.push(self.claim(action, now).await);
        }
        claims
    }
    /// Writes the record and the entity changes together, if its fence is still the newest; an
    /// error of kind `Conflict` otherwise. The stored fence is one higher: of two that have read the
    /// same row, one settles it. Returns the action that waited behind it, now due, if
    /// this one no longer blocks.
    async fn settle(
        &self,
        record: ActionRecord,
        changes: Vec<EntityChange>,
    ) -> Result<Option<ActionRecord>>;
    async fn action(&self, id: &str) -> Result<Option<ActionRecord>>;
    async fn actions_of(&self, event_id: &str) -> Result<Vec<ActionRecord>>;
    /// Returns up to `limit` unsettled records whose time has come, the longest due first.
    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<ActionRecord>>;
    async fn parked(&self, limit: usize) -> Result<Vec<ActionRecord>>;

    async fn credential_state(&self, name: &str) -> Result<CredentialState>;
    async fn put_credential_state(&self, name: &str, state: CredentialState) -> Result<()>;
    /// Makes the actions due that wait for this credential.
    async fn wake_credential(&self, name: &str, now: Timestamp) -> Result<()>;

    /// Returns where the watch of this integration's connector stands.
    async fn cursor(&self, integration: &str, connector: &str) -> Result<Option<Cursor>>;
    /// Writes the cursor if the stored version is the one before (0: there is none yet); an error of
    /// kind `Conflict` otherwise.
    async fn put_cursor(&self, integration: &str, connector: &str, cursor: Cursor) -> Result<()>;

    /// Keeps a sign-in that has begun; those that were never finished go with time.
    async fn put_grant(&self, grant: Grant) -> Result<()>;
    /// Takes the sign-in away: of many who ask, one gets it. One that has expired is gone.
    async fn take_grant(&self, hash: &str, now: Timestamp) -> Result<Option<Grant>>;

    async fn token(&self, hash: &str) -> Result<Option<Token>>;
    /// By name, those that have expired included.
    async fn tokens(&self) -> Result<Vec<Token>>;
    /// Writes the token, over the one with the same hash if there is one.
    async fn put_token(&self, token: Token) -> Result<()>;
    async fn record_change(&self, change: Change) -> Result<()>;
    /// Returns up to `limit` changes, newest first; only those before this one, by time and id.
    async fn changes(
        &self,
        before: Option<(Timestamp, String)>,
        limit: usize,
    ) -> Result<Vec<Change>>;
}
