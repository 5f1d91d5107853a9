//! Integrations by name, compiled once for each version and looked at again every 30 s.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use deskbridge_core::Timestamp;
use deskbridge_core::flow::directory::FRESH;
use deskbridge_core::integration::Integration as Stored;
use deskbridge_core::ports::{Clock, Store};

use crate::error::{ActionError, ErrorType, Result};
use crate::integration::{self, Integration, KIND};

const MAX_CACHED: usize = 1_000;

pub(super) struct Directory {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    cached: Mutex<HashMap<String, Cached>>,
}

#[derive(Clone)]
struct Cached {
    stored: Stored,
    compiled: Result<Arc<Integration>>,
    at: Timestamp,
}

impl Directory {
    pub(super) fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            clock,
            cached: Mutex::default(),
        }
    }

    pub(super) fn forget(&self) {
        self.cache().clear();
    }

    /// The integration of that name, if it is there and on.
    pub(super) async fn active(&self, name: &str) -> Result<Arc<Integration>> {
        let found = self.find(name).await?;
        if let Some(why) = found.stored.off() {
            return Err(ActionError::new(ErrorType::Inactive, why));
        }
        found.compiled
    }

    async fn find(&self, name: &str) -> Result<Cached> {
        let now = self.clock.now();
        let cached = self.cache().get(name).cloned();
        if let Some(cached) = cached
            .as_ref()
            .filter(|cached| now.since(cached.at) < FRESH)
        {
            return Ok(cached.clone());
        }
        let stored = self.store.integration(name).await?;
        let Some(stored) = stored.filter(|stored| stored.spec.kind == KIND) else {
            let why = format!("there is no integration of the kind {KIND} with that name");
            return Err(ActionError::new(ErrorType::UnknownIntegration, why));
        };
        let compiled = match cached.filter(|cached| cached.stored == stored) {
            Some(cached) => cached.compiled,
            None => compile(&stored),
        };
        let found = Cached {
            stored,
            compiled,
            at: now,
        };
        let mut cache = self.cache();
        if cache.len() >= MAX_CACHED {
            cache.clear();
        }
        cache.insert(name.to_owned(), found.clone());
        Ok(found)
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, HashMap<String, Cached>> {
        self.cached.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn compile(stored: &Stored) -> Result<Arc<Integration>> {
    integration::compile(&stored.spec)
        .map(Arc::new)
        .map_err(|problems| {
            let first = problems
                .first()
                .map(ToString::to_string)
                .unwrap_or_default();
            ActionError::new(ErrorType::Misconfigured, first)
        })
}
