//! What one process remembers of its accounts: sessions, and lists of ids that rarely change.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use deskbridge_core::Timestamp;
use deskbridge_core::secret::Credential;

use crate::kayako::types::Choice;

/// How long a list of ids is taken as it was read.
const LIST_AGE: Duration = Duration::from_secs(600);

/// One credential at one address. A new version of the credential forgets what the old one knew.
pub(super) struct Account {
    key: (String, String),
    version: String,
}

impl Account {
    pub(super) fn new(credential: &Credential, api: &str) -> Self {
        Self {
            key: (credential.name.clone(), api.to_owned()),
            version: credential.version.clone(),
        }
    }
}

/// A logged-in session. It has no `Debug`: its id is as good as the password while it lasts.
pub(super) struct Session {
    pub(super) id: String,
    pub(super) csrf: Option<String>,
    pub(super) user_id: u64,
}

#[derive(Default)]
pub(in crate::kayako) struct Memory(Mutex<BTreeMap<(String, String), Known>>);

#[derive(Default)]
struct Known {
    version: String,
    session: Option<Arc<Session>>,
    lists: BTreeMap<&'static str, (Timestamp, Arc<[Choice]>)>,
}

impl Memory {
    pub(super) fn session(&self, account: &Account) -> Option<Arc<Session>> {
        self.with(account, |known| known.session.as_ref().map(Arc::clone))
    }

    pub(super) fn keep_session(&self, account: &Account, session: &Arc<Session>) {
        self.with(account, |known| known.session = Some(Arc::clone(session)));
    }

    /// Forgets this session, unless somebody else has renewed it already.
    pub(super) fn forget_session(&self, account: &Account, gone: &Session) {
        self.with(account, |known| {
            known.session.take_if(|session| session.id == gone.id);
        });
    }

    pub(super) fn choices(
        &self,
        account: &Account,
        path: &'static str,
        now: Timestamp,
    ) -> Option<Arc<[Choice]>> {
        self.with(account, |known| {
            let (read_at, choices) = known.lists.get(path)?;
            (now.since(*read_at) < LIST_AGE).then(|| Arc::clone(choices))
        })
    }

    pub(super) fn keep_choices(
        &self,
        account: &Account,
        path: &'static str,
        now: Timestamp,
        choices: &Arc<[Choice]>,
    ) {
        self.with(account, |known| {
            known.lists.insert(path, (now, Arc::clone(choices)));
        });
    }

    fn with<T>(&self, account: &Account, work: impl FnOnce(&mut Known) -> T) -> T {
        // What a panicking holder left behind is at worst a session that is renewed.
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
