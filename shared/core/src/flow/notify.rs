//! Tells a person what waits for them: at once the first time, then at most every ten minutes.
//!
//! What is to be told waits in a row of its own, which every writer changes over the version it has
//! seen. Telling is never in the way: a notice that cannot be written is logged, and the log has it all.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crate::cursor::Cursor;
use crate::dedup::short_id;
use crate::notice::{Herald, INTERVAL, Kind, Notice, Pending};
use crate::ports::{Clock, Secrets, Store};
use crate::{Error, ErrorKind, Result, Timestamp};

/// No integration can be called so.
const ROW: (&str, &str) = ("#notices", "pending");
const TRIES: usize = 5;
/// How long one who tells has for it.
const LEASE: Duration = Duration::from_secs(60);
const LONGEST_BACK_OFF: Duration = Duration::from_secs(3600);
/// How often it is looked what ends soon.
const BETWEEN_LOOKS: Duration = Duration::from_secs(6 * 3600);
/// A token that is made for less than this is not told of: its owner knows.
const SHORT_LIFE: Duration = Duration::from_secs(28 * 86_400);

pub struct Notify {
    pub store: Arc<dyn Store>,
    pub secrets: Arc<dyn Secrets>,
    pub clock: Arc<dyn Clock>,
    pub herald: Arc<dyn Herald>,
}

/// Has something told at the next time that something is.
pub async fn note(store: &dyn Store, now: Timestamp, kind: Kind, about: &str, text: &str) {
    if let Err(error) = change(store, |pending| pending.add(kind, about, text, now)).await {
        tracing::error!(%error, about, "a notice is lost");
    }
}

impl Notify {
    /// Tells what waits, if it is time; returns how many lines that was.
    pub async fn notify(&self) -> Result<usize> {
        let now = self.clock.now();
        let (mut row, mut pending) = read(&*self.store).await?;
        let early = row.due_at > now && row.due_at.since(now) <= LONGEST_BACK_OFF;
        if early {
            return Ok(0);
        }
        let looks = now.since(pending.looked_at) >= BETWEEN_LOOKS;
        if pending.notices.is_empty() && !looks {
            return Ok(0);
        }
        if looks {
            self.look_for_ends(&mut pending, now).await?;
            pending.looked_at = now;
        }
        row.due_at = now + LEASE;
        match self.put(&mut row, &pending).await {
            // Somebody else is at it, or has just added something: there is a next time.
            Err(error) if error.kind() == ErrorKind::Conflict => return Ok(0),
            written => written?,
        }
        let message = pending.notices;
        if message.is_empty() {
            return Ok(0);
        }
        let told = self.herald.tell(&id(&message), &message, now).await;
        self.finish(&message, &told).await?;
        told.map(|_| message.len())
    }

    /// With nowhere to bring it, what was told to nobody is told to nobody later either.
    async fn finish(&self, message: &[Notice], told: &Result<bool>) -> Result<()> {
        for _ in 0..TRIES {
            let now = self.clock.now();
            let (mut row, mut pending) = read(&*self.store).await?;
            match told {
                Ok(_) => {
                    pending.told(message);
                    (row.failures, row.trouble) = (0, None);
                    row.due_at = now + INTERVAL;
                }
                Err(error) => {
                    let wait = LEASE * 2_u32.saturating_pow(row.failures.min(6));
                    row.failures = row.failures.saturating_add(1);
                    row.trouble = Some(error.to_string());
                    row.due_at = now + wait.min(LONGEST_BACK_OFF);
                }
            }
            match self.put(&mut row, &pending).await {
                Err(error) if error.kind() == ErrorKind::Conflict => {}
                written => return written,
            }
        }
        Err(busy())
    }

    /// A credential that cannot be read is told of by whoever needs it.
    async fn look_for_ends(&self, pending: &mut Pending, now: Timestamp) -> Result<()> {
        let mut names = BTreeSet::new();
        for integration in self.store.integrations().await? {
            if integration.deleted_at.is_none() {
                names.extend(integration.spec.credentials());
            }
        }
        for name in names {
            let credential = self.secrets.credential(&name).await.ok();
            if let Some(end) = credential.and_then(|credential| credential.expires_at()) {
                pending.ends(Kind::CredentialExpires, &name, end, now);
            }
        }
        for token in self.store.tokens().await? {
            let end = token
                .expires_at
                .filter(|end| token.is_live(now) && end.since(token.created_at) >= SHORT_LIFE);
            if let Some(end) = end {
                pending.ends(Kind::TokenExpires, &token.name, end, now);
            }
        }
        Ok(())
    }

    async fn put(&self, row: &mut Cursor, pending: &Pending) -> Result<()> {
        put(&*self.store, row, pending).await
    }
}

async fn change(store: &dyn Store, change: impl Fn(&mut Pending)) -> Result<()> {
    for _ in 0..TRIES {
        let (mut row, mut pending) = read(store).await?;
        change(&mut pending);
        match put(store, &mut row, &pending).await {
            Err(error) if error.kind() == ErrorKind::Conflict => {}
            written => return written,
        }
    }
    Err(busy())
}

async fn read(store: &dyn Store) -> Result<(Cursor, Pending)> {
    let row = store.cursor(ROW.0, ROW.1).await?;
    let row = row.unwrap_or_else(|| Cursor {
        version: 0,
        watched: "notices".to_owned(),
        live_since: Timestamp::default(),
        since: Timestamp::default(),
        value: None,
        due_at: Timestamp::default(),
        answered_at: None,
        failures: 0,
        trouble: None,
    });
    let pending = row.value.clone();
    // One that a newer version wrote is begun anew: the log has what it held.
    let pending = pending.and_then(|value| serde_json::from_value(value).ok());
    Ok((row, pending.unwrap_or_default()))
}

async fn put(store: &dyn Store, row: &mut Cursor, pending: &Pending) -> Result<()> {
    row.version += 1;
    row.value = serde_json::to_value(pending).ok();
    store.put_cursor(ROW.0, ROW.1, row.clone()).await
}

/// The same lines have the same id, so that what is brought twice is known.
fn id(message: &[Notice]) -> String {
    let lines = message.iter().map(|line| {
        let Notice { about, count, .. } = line;
        format!("{}/{about}/{}/{count}", line.kind.says(), line.since)
    });
    let lines: Vec<String> = lines.collect();
    let parts: Vec<&str> = lines.iter().map(String::as_str).collect();
    short_id("ntc", &parts)
}

fn busy() -> Error {
    let why = "others write the same row all the time";
    Error::new(ErrorKind::Conflict, why)
}
