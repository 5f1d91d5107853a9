//! Whether credentials may be used, kept for seconds so that an action costs no look-up.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::Dispatch;
use crate::mapping::Compiled;
use crate::ports::CredentialState;
use crate::{Result, Timestamp};

/// How long a credential that could be used is taken to be so still: a pause that another process
/// writes is seen that much later.
const FRESH: Duration = Duration::from_secs(5);

/// The credentials that were free to be used when they were last looked at.
///
/// Only those: an action that was woken because its credential is free again must not find an
/// old pause here.
#[derive(Default)]
pub struct CredentialStates(Mutex<HashMap<String, Timestamp>>);

impl CredentialStates {
    fn is_free(&self, name: &str, now: Timestamp) -> bool {
        let seen = self.seen().get(name).copied();
        seen.is_some_and(|at| now.since(at) < FRESH)
    }

    fn learn(&self, name: &str, state: &CredentialState, now: Timestamp) {
        let mut seen = self.seen();
        if *state == CredentialState::default() {
            seen.insert(name.to_owned(), now);
        } else {
            seen.remove(name);
        }
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, HashMap<String, Timestamp>> {
        // A panic while the map is held leaves a map that is still whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<P: Compiled> Dispatch<P> {
    pub(super) async fn credential_state(&self, name: &str) -> Result<CredentialState> {
        let now = self.clock.now();
        if self.credentials.is_free(name, now) {
            return Ok(CredentialState::default());
        }
        let state = self.store.credential_state(name).await?;
        self.credentials.learn(name, &state, now);
        Ok(state)
    }

    pub(super) async fn put_credential_state(
        &self,
        name: &str,
        state: CredentialState,
    ) -> Result<()> {
        self.credentials.learn(name, &state, self.clock.now());
        self.store.put_credential_state(name, state).await
    }
}
