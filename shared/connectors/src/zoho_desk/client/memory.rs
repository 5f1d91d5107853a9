//! What one process remembers of its sign-ins: access tokens, and lists that rarely change.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use deskbridge_core::Timestamp;
use deskbridge_core::secret::Credential;
use serde_json::Value;

use crate::zoho_desk::settings::Settings;

/// How long a list is taken as it was read.
const LIST_AGE: Duration = Duration::from_secs(600);
const MAX_LISTS: usize = 50;
/// Each agent who gives commands has a sign-in of their own.
const MAX_ACCOUNTS: usize = 1_000;

/// One credential at one portal. A new version of the credential forgets what the old one knew.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Account {
    credential: String,
    version: String,
    portal: (String, String),
}

impl Account {
    pub(super) fn new(credential: &Credential, settings: &Settings) -> Self {
        Self {
            credential: credential.name.clone(),
            version: credential.version.clone(),
            portal: (settings.desk_url.clone(), settings.org_id.clone()),
        }
    }
}

#[derive(Default)]
pub(in crate::zoho_desk) struct Memory(Mutex<BTreeMap<Account, Arc<Known>>>);

/// What is known of one account. The token's lock is held while one is fetched, so that many who want
/// one at the same time make one request.
#[derive(Default)]
pub(super) struct Known {
    pub(super) token: tokio::sync::Mutex<Tokens>,
    lists: Mutex<BTreeMap<String, (Timestamp, Arc<Value>)>>,
}

#[derive(Default)]
pub(super) struct Tokens {
    pub(super) current: Option<Token>,
    /// When the last ones were asked for.
    pub(super) asked_at: VecDeque<Timestamp>,
}

#[derive(Clone)]
pub(super) struct Token {
    pub(super) text: Arc<str>,
    pub(super) since: Timestamp,
    pub(super) until: Timestamp,
}

impl Memory {
    pub(super) fn of(&self, account: &Account) -> Arc<Known> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MAX_ACCOUNTS && !all.contains_key(account) {
            all.clear();
        }
        Arc::clone(all.entry(account.clone()).or_default())
    }
}

impl Known {
    pub(super) fn list(&self, key: &str, now: Timestamp) -> Option<Arc<Value>> {
        let lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        let (read_at, value) = lists.get(key)?;
        let fresh = *read_at <= now && now.since(*read_at) < LIST_AGE;
        fresh.then(|| Arc::clone(value))
    }

    pub(super) fn keep_list(&self, key: &str, now: Timestamp, value: Value) -> Arc<Value> {
        let value = Arc::new(value);
        let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        if lists.len() >= MAX_LISTS {
            lists.clear();
        }
        lists.insert(key.to_owned(), (now, Arc::clone(&value)));
        value
    }
}
