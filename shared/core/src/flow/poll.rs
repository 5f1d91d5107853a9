//! Asks vendors that cannot push, and stores what they say as `receive` stores what is posted.
//!
//! The cursor moves once all of it is durable. Whatever ends this process before that, the next one
//! asks with the same cursor, gets the same again, and the ledger knows the ids.

mod watch;

use std::sync::Arc;
use std::time::Duration;

use super::directory::Directory;
use super::notify::note;
use super::receive::event_key;
use crate::connector::{Ask, Connectors, Page};
use crate::cursor::Cursor;
use crate::event::{ENVELOPE_VERSION, Envelope};
use crate::notice::Kind;
use crate::ports::{Clock, CredentialState, Message, Queue, Secrets, Store, VendorHttp};
use crate::{Error, ErrorKind, Result, Retry, Timestamp};
use watch::Watch;

/// How long one who asks has for a page; longer than a page takes.
pub const LEASE: Duration = Duration::from_secs(90);
/// No vendor is asked less often: a time that lies farther ahead was written by a clock that has been
/// set back since.
pub const LONGEST_WAIT: Duration = Duration::from_secs(3600);
/// Between two tries after a failure: doubled each time, up to this.
const LONGEST_BACK_OFF: Duration = Duration::from_secs(900);
const FIRST_BACK_OFF: Duration = Duration::from_secs(30);
/// When a credential that waits for a person is tried again of its own accord.
const PAUSED_CHECK: Duration = Duration::from_secs(3600);

pub struct Poll {
    pub directory: Arc<Directory>,
    pub connectors: Connectors,
    pub store: Arc<dyn Store>,
    pub inbound: Arc<dyn Queue>,
    pub secrets: Arc<dyn Secrets>,
    pub clock: Arc<dyn Clock>,
    pub http: Arc<dyn VendorHttp>,
}

/// What one round brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Polled {
    /// How many pages were fetched, and how many events they held.
    pub pages: usize,
    pub events: usize,
    /// Whether a vendor has more to tell at once.
    pub more: bool,
}

impl Poll {
    /// Asks once for every watch that is due. A failure of one is logged and hinders no other; an error
    /// means that the integrations could not be listed.
    pub async fn poll(&self) -> Result<Polled> {
        let mut polled = Polled::default();
        for integration in self.store.integrations().await? {
            if integration.off().is_some() {
                continue;
            }
            for watch in self.watches(integration.name()).await? {
                match self.ask(&watch).await {
                    Ok(None) => {}
                    Ok(Some((events, more))) => {
                        polled.pages += 1;
                        polled.events += events;
                        polled.more |= more;
                    }
                    Err(error) => {
                        tracing::error!(integration = %integration.name(), %error, "poll failed");
                    }
                }
            }
        }
        Ok(polled)
    }

    async fn watches(&self, name: &str) -> Result<Vec<Watch>> {
        let Some(configured) = self.directory.named(name).await? else {
            return Ok(Vec::new());
        };
        if configured.integration.off().is_some() {
            return Ok(Vec::new());
        }
        let Ok(plan) = configured.plan() else {
            return Ok(Vec::new());
        };
        let watches = plan.connections.keys().filter_map(|connector| {
            let configured = Arc::clone(&configured);
            Watch::new(configured, connector.clone(), &self.connectors)
        });
        Ok(watches.collect())
    }

    /// Asks for one page if it is time; returns how many events it held, and whether there is more.
    async fn ask(&self, watch: &Watch) -> Result<Option<(usize, bool)>> {
        let now = self.clock.now();
        let stored = self
            .store
            .cursor(watch.integration(), &watch.connector)
            .await?;
        let Some(mut cursor) = watch.due(stored, now) else {
            return Ok(None);
        };
        let credential = match self.secrets.credential(watch.credential()).await {
            Err(error) if error.kind() != ErrorKind::Unavailable => {
                cursor.version += 1;
                return self.failed(watch, cursor, &error, now).await;
            }
            credential => credential?,
        };
        let state = self.store.credential_state(&credential.name).await?;
        if held(&state, &credential.version, now) {
            return Ok(None);
        }
        cursor.version += 1;
        cursor.due_at = now + LEASE;
        match self
            .store
            .put_cursor(watch.integration(), &watch.connector, cursor.clone())
            .await
        {
            // Somebody else asks already.
            Err(error) if error.kind() == ErrorKind::Conflict => return Ok(None),
            taken => taken?,
        }
        let ask = Ask {
            http: self.http.as_ref(),
            now,
            connection: watch.connection()?,
            credential: &credential,
            since: cursor.since,
            cursor: cursor.value.as_ref(),
        };
        let fetched = watch.poll(&self.connectors)?.fetch(&ask).await;
        // The vendor took its time.
        let now = self.clock.now();
        cursor.version += 1;
        match fetched {
            Ok(page) => {
                self.spare(&credential.name, state, page.rest, now).await?;
                self.keep(watch, cursor, page, now).await.map(Some)
            }
            Err(error) => {
                let state = self.store.credential_state(&credential.name).await?;
                if state.paused.is_none() {
                    self.note_pause(&credential.name, &error, now).await;
                }
                if let Some(state) = state.after(&error, &credential.version, now) {
                    self.store
                        .put_credential_state(&credential.name, state)
                        .await?;
                }
                self.failed(watch, cursor, &error, now).await
            }
        }
    }

    /// A person hears of a credential that is paused from now on.
    async fn note_pause(&self, credential: &str, error: &Error, now: Timestamp) {
        if error.retry() == Retry::WhenCredentialChanges {
            let (store, kind) = (&*self.store, Kind::CredentialPaused);
            note(store, now, kind, credential, error.message()).await;
        }
    }

    /// Stores the page's events, and then the cursor.
    async fn keep(
        &self,
        watch: &Watch,
        mut cursor: Cursor,
        page: Page,
        now: Timestamp,
    ) -> Result<(usize, bool)> {
        let bodies = page.bodies.into_iter().enumerate();
        let envelopes = bodies.map(|(index, body)| {
            let delivery_id = format!("poll-{}-{index}", cursor.version);
            let read = watch.read(&body, &self.connectors);
            let body = body.to_string();
            let key = event_key(read, &body);
            Envelope {
                version: ENVELOPE_VERSION,
                event_id: key.event_id(watch.integration(), now, &delivery_id),
                delivery_id,
                integration: watch.integration().to_owned(),
                connector: watch.connector.clone(),
                received_at: now,
                suppressed: false,
                body,
            }
        });
        let messages: Result<Vec<Message>> = envelopes.map(|envelope| message(&envelope)).collect();
        let messages = messages?;
        let events = messages.len();
        for sent in self.inbound.send_all(messages).await {
            sent?;
        }
        cursor.value = Some(page.cursor);
        cursor.answered_at = Some(now);
        cursor.failures = 0;
        if let Some(trouble) = &page.trouble {
            tracing::warn!(integration = %watch.integration(), trouble, "watched in part");
        }
        cursor.trouble = page.trouble;
        cursor.due_at = now + page.again_after.min(LONGEST_WAIT);
        let put = self
            .store
            .put_cursor(watch.integration(), &watch.connector, cursor);
        match put.await {
            // Whoever took over fetches the same, and the ledger knows it.
            Err(error) if error.kind() == ErrorKind::Conflict => Ok((events, false)),
            written => written.map(|()| (events, page.again_after.is_zero())),
        }
    }

    /// The vendor answered: a pause is over, unless it asks for a rest.
    async fn spare(
        &self,
        name: &str,
        state: CredentialState,
        rest: Option<Duration>,
        now: Timestamp,
    ) -> Result<()> {
        let paused = state.paused.is_some();
        if !paused && rest.is_none() {
            return Ok(());
        }
        let state = CredentialState {
            paused: None,
            not_before: rest
                .map(|rest| now + rest.min(LONGEST_WAIT))
                .or(state.not_before),
        };
        self.store.put_credential_state(name, state).await?;
        if paused {
            self.store.wake_credential(name, now).await?;
        }
        Ok(())
    }

    /// Leaves the watch where it was, to be tried again later.
    async fn failed(
        &self,
        watch: &Watch,
        mut cursor: Cursor,
        error: &Error,
        now: Timestamp,
    ) -> Result<Option<(usize, bool)>> {
        tracing::warn!(
            integration = %watch.integration(), connector.name = %watch.connector, %error,
            "the vendor could not be asked"
        );
        let asked = match error.retry() {
            Retry::Later(asked) => asked.unwrap_or_default(),
            _ => Duration::ZERO,
        };
        let back_off = FIRST_BACK_OFF * 2_u32.saturating_pow(cursor.failures.min(5));
        let wait = match error.kind() {
            // The vendor says when; nothing is wrong.
            ErrorKind::RateLimited if !asked.is_zero() => asked,
            _ => back_off.min(LONGEST_BACK_OFF).max(asked),
        };
        cursor.failures = cursor.failures.saturating_add(1);
        cursor.trouble = Some(error.to_string());
        cursor.due_at = now + wait.min(LONGEST_WAIT);
        let put = self
            .store
            .put_cursor(watch.integration(), &watch.connector, cursor);
        match put.await {
            Err(error) if error.kind() != ErrorKind::Conflict => Err(error),
            _ => Ok(None),
        }
    }
}

/// Whether nobody may use the credential now. One that waits for a person may be tried each hour.
fn held(state: &CredentialState, version: &str, now: Timestamp) -> bool {
    let resting = state
        .not_before
        .is_some_and(|until| until > now && until.since(now) <= LONGEST_WAIT);
    let paused = state
        .paused
        .as_ref()
        .is_some_and(|pause| pause.version == version && now.since(pause.since) < PAUSED_CHECK);
    resting || paused
}

fn message(envelope: &Envelope) -> Result<Message> {
    tracing::info!(
        event.id = %envelope.event_id,
        integration = %envelope.integration,
        connector.name = %envelope.connector,
        "event fetched"
    );
    let body = serde_json::to_string(envelope).map_err(|error| {
        Error::new(
            ErrorKind::Malformed,
            format!("an event cannot be written: {error}"),
        )
    })?;
    Ok(Message {
        body,
        group: None,
        id: Some(envelope.event_id.clone()),
    })
}
