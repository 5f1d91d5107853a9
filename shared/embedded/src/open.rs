//! Opens a data directory and hands out what lives in it.

use std::path::Path;
use std::sync::Arc;

use deskbridge_core::Result;
use deskbridge_core::ports::Clock;

use crate::database::{Database, Written};
use crate::home::Home;
use crate::queue::{EmbeddedQueue, Name};
use crate::store::EmbeddedStore;

/// An open data directory. It stays locked until this and all that came from it is dropped.
pub struct Embedded {
    database: Arc<Database>,
    store: Arc<EmbeddedStore>,
    inbound: Arc<EmbeddedQueue>,
    outbound: Arc<EmbeddedQueue>,
}

impl Embedded {
    /// Opens `dir`, which is made if it is not there. Fails if another process has it open, or if
    /// a newer version of Deskbridge wrote to it.
    pub fn open(dir: &Path, clock: Arc<dyn Clock>) -> Result<Self> {
        let database = Arc::new(Database::open(Home::claim(dir)?, clock.now())?);
        let queue = |name| {
            let (database, clock) = (Arc::clone(&database), Arc::clone(&clock));
            Arc::new(EmbeddedQueue::new(database, clock, name))
        };
        Ok(Self {
            store: Arc::new(EmbeddedStore::new(Arc::clone(&database))),
            inbound: queue(Name::Inbound),
            outbound: queue(Name::Outbound),
            database,
        })
    }

    pub fn store(&self) -> Arc<EmbeddedStore> {
        Arc::clone(&self.store)
    }

    /// Webhooks between `receive` and `evaluate`.
    pub fn inbound(&self) -> Arc<EmbeddedQueue> {
        Arc::clone(&self.inbound)
    }

    /// Actions between `evaluate` and `dispatch`.
    pub fn outbound(&self) -> Arc<EmbeddedQueue> {
        Arc::clone(&self.outbound)
    }

    /// How much has been written since the start.
    pub fn written(&self) -> Written {
        self.database.written()
    }
}
