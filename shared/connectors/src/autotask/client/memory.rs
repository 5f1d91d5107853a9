//! What one process remembers of its accounts: the zone, lists that rarely change, the budget.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use deskbridge_core::Timestamp;
use deskbridge_core::secret::Credential;
use serde_json::Value;

use super::budget::Budget;

/// How many lists and looked-up companies one account may fill; the oldest give way.
const MAX_VALUES: usize = 1_000;

/// One credential at one address. A new version of the credential forgets what the old one knew.
pub(super) struct Account {
    key: (String, String),
    version: String,
}

impl Account {
    pub(super) fn new(credential: &Credential, root: &str) -> Self {
        Self {
            key: (credential.name.clone(), root.to_owned()),
            version: credential.version.clone(),
        }
    }
}

#[derive(Default)]
pub(in crate::autotask) struct Memory(Mutex<BTreeMap<(String, String), Known>>);

#[derive(Default)]
struct Known {
    version: String,
    zone: Option<(Timestamp, Arc<str>)>,
    values: BTreeMap<String, (Timestamp, Arc<Value>)>,
    budget: Option<Budget>,
}

impl Memory {
    pub(super) fn zone(
        &self,
        account: &Account,
        now: Timestamp,
        age: Duration,
    ) -> Option<Arc<str>> {
        self.with(account, |known| {
            let (read_at, zone) = known.zone.as_ref()?;
            (now.since(*read_at) < age).then(|| Arc::clone(zone))
        })
    }

    pub(super) fn keep_zone(&self, account: &Account, now: Timestamp, zone: &Arc<str>) {
        self.with(account, |known| known.zone = Some((now, Arc::clone(zone))));
    }

    /// Returns a value with the time of its reading.
    pub(super) fn value(&self, account: &Account, key: &str) -> Option<(Timestamp, Arc<Value>)> {
        self.with(account, |known| known.values.get(key).cloned())
    }

    pub(super) fn keep_value(&self, account: &Account, key: &str, now: Timestamp, value: Value) {
        self.with(account, |known| {
            if known.values.len() >= MAX_VALUES && !known.values.contains_key(key) {
                let oldest = known.values.iter().min_by_key(|(_, (read_at, _))| *read_at);
                let oldest = oldest.map(|(key, _)| key.clone());
                known.values.remove(&oldest.unwrap_or_default());
            }
            known.values.insert(key.to_owned(), (now, Arc::new(value)));
        });
    }

    pub(super) fn budget(&self, account: &Account) -> Option<Budget> {
        self.with(account, |known| known.budget)
    }

    /// Counts one call of our own.
    pub(super) fn count_call(&self, account: &Account) {
        self.with(account, |known| {
            known.budget.as_mut().map(Budget::count).unwrap_or_default();
        });
    }

    pub(super) fn keep_budget(&self, account: &Account, budget: Budget) {
        self.with(account, |known| known.budget = Some(budget));
    }

    fn with<T>(&self, account: &Account, work: impl FnOnce(&mut Known) -> T) -> T {
        // What a panicking holder left behind is at worst a list that is read again.
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = accounts.entry(account.key.clone()).or_default();
        if known.version != account.version {
            *known = Known {
                version: account.version.clone(),
                ..Known::default()
            };
        }
        work(known)
    }
}
