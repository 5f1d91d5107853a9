//! Keeps the keys that vendors publish, so that a webhook rarely waits for a second vendor call.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::Refusal;
use crate::connector::{Connection, PublishedKeys, SignedRequest};
use crate::ports::VendorHttp;
use crate::{Error, ErrorKind, Result, Timestamp};

/// How long the keys are read at most: the shortest patience of a vendor for our answer is 3 s.
const READ_TIMEOUT: Duration = Duration::from_millis(1500);
const FRESH: Duration = Duration::from_secs(3600);
/// While they cannot be read, older ones do.
const USABLE: Duration = Duration::from_secs(86_400);
/// How soon they are read again for a key that they do not have: anybody can name one.
const RARELY: Duration = Duration::from_secs(60);
/// Each integration with an address of its own has one; more are a mistake, and are read again.
const MAX_KEPT: usize = 100;

/// The keys in use, by address. The default reads none, for a build whose vendors publish none.
#[derive(Default)]
pub struct Keyring {
    http: Option<Arc<dyn VendorHttp>>,
    kept: Mutex<BTreeMap<String, Kept>>,
}

#[derive(Clone)]
struct Kept {
    read_at: Timestamp,
    keys: Arc<[u8]>,
}

impl Keyring {
    pub fn new(http: Arc<dyn VendorHttp>) -> Self {
        Self {
            http: Some(http),
            kept: Mutex::default(),
        }
    }

    pub(super) async fn verify(
        &self,
        published: &dyn PublishedKeys,
        signed: &SignedRequest<'_>,
        connection: &Connection,
    ) -> Result<(), Refusal> {
        let now = signed.now;
        let known = self.keys(published, connection, now).await?;
        let verified = published.verify(signed, connection, &known.keys);
        let verified = match verified {
            Err(error) if error.kind() == ErrorKind::NotFound && age(&known, now) >= RARELY => {
                let newer = self.read(published, connection, now).await;
                let newer = newer.map_err(|error| unread(&error))?;
                published.verify(signed, connection, &newer.keys)
            }
            verified => verified,
        };
        verified.map_err(|error| match error.kind() {
            ErrorKind::Malformed => Refusal::new(400, "Unreadable header", error.message()),
            _ => Refusal::new(401, "Not verified", error.message()),
        })
    }

    async fn keys(
        &self,
        published: &dyn PublishedKeys,
        connection: &Connection,
        now: Timestamp,
    ) -> Result<Kept, Refusal> {
        let request = published.request(connection).map_err(|e| unread(&e))?;
        let known = self.known(&request.url);
        if let Some(known) = known.as_ref().filter(|known| age(known, now) < FRESH) {
            return Ok(known.clone());
        }
        match (self.read(published, connection, now).await, known) {
            (Ok(read), _) => Ok(read),
            (Err(_), Some(known)) if age(&known, now) < USABLE => Ok(known),
            (Err(error), _) => Err(unread(&error)),
        }
    }

    async fn read(
        &self,
        published: &dyn PublishedKeys,
        connection: &Connection,
        now: Timestamp,
    ) -> Result<Kept> {
        let Some(http) = &self.http else {
            let why = "this build reads no published keys";
            return Err(Error::new(ErrorKind::Unsupported, why));
        };
        let mut request = published.request(connection)?;
        request.timeout = READ_TIMEOUT;
        let (url, call) = (request.url.clone(), request.call);
        let answer = http.send(request).await?;
        if !answer.is_success() {
            let error = Error::new(ErrorKind::Unavailable, "the keys cannot be read");
            return Err(error.with_call(call).with_status(answer.status));
        }
        let kept = Kept {
            read_at: now,
            keys: answer.body.into(),
        };
        let mut all = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MAX_KEPT {
            all.clear();
        }
        all.insert(url, kept.clone());
        Ok(kept)
    }

    fn known(&self, url: &str) -> Option<Kept> {
        let all = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(url).cloned()
    }
}

/// A clock that was set back makes them old, not new.
fn age(kept: &Kept, now: Timestamp) -> Duration {
    if now < kept.read_at {
        return USABLE;
    }
    now.since(kept.read_at)
}

/// Nothing is known of the webhook yet, so the vendor should send it again.
fn unread(error: &Error) -> Refusal {
    tracing::warn!(%error, "a vendor's keys cannot be read");
    Refusal::unavailable()
}
