//! What one process remembers of its accounts: names that rarely change, and customers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use deskbridge_core::Timestamp;
use deskbridge_core::secret::Credential;
use serde_json::Value;

/// How long an answer is taken as it was read.
const AGE: Duration = Duration::from_secs(900);
const MAX_ANSWERS: usize = 2_000;

/// One credential at one address. A new version of the credential forgets what the old one knew.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::relation) struct Account {
    credential: String,
    version: String,
    host: String,
}

impl Account {
    pub(super) fn new(credential: &Credential, host: &str) -> Self {
        Self {
            credential: credential.name.clone(),
            version: credential.version.clone(),
            host: host.to_owned(),
        }
    }
}

/// Answers by account and path.
#[derive(Default)]
pub(in crate::relation) struct Memory(Mutex<BTreeMap<(Account, String), Read>>);

/// When it was read, and what.
type Read = (Timestamp, Arc<Value>);

impl Memory {
    pub(in crate::relation) fn known(
        &self,
        account: &Account,
        path: &str,
        now: Timestamp,
    ) -> Option<Arc<Value>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (read_at, value) = known.get(&(account.clone(), path.to_owned()))?;
        let fresh = *read_at <= now && now.since(*read_at) < AGE;
        fresh.then(|| Arc::clone(value))
    }

    pub(in crate::relation) fn keep(
        &self,
        account: &Account,
        path: &str,
        now: Timestamp,
        value: Value,
    ) -> Arc<Value> {
        let value = Arc::new(value);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_ANSWERS {
            known.clear();
        }
        known.insert(
            (account.clone(), path.to_owned()),
            (now, Arc::clone(&value)),
        );
        value
    }
}
