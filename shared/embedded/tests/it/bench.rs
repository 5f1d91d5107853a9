//! A data directory that is gone after the test.

use std::path::PathBuf;
use std::sync::Arc;

use deskbridge_core::Timestamp;
use deskbridge_core::event::{Decision, EventRecord};
use deskbridge_embedded::Embedded;
use deskbridge_testkit::clock::ManualClock;
use tempfile::TempDir;

pub(crate) struct Bench {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) embedded: Embedded,
    dir: TempDir,
}

impl Bench {
    pub(crate) fn fresh() -> Self {
        Self::over(tempfile::tempdir().unwrap())
    }

    /// Closes the directory and opens it again; nothing may be left that came from it.
    pub(crate) fn reopen(self) -> Self {
        let Self { embedded, dir, .. } = self;
        drop(embedded);
        Self::over(dir)
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    fn over(dir: TempDir) -> Self {
        let clock = Arc::new(ManualClock::default());
        let data = dir.path().join("data");
        let embedded = Embedded::open(&data, Arc::clone(&clock) as _).unwrap();
        Self {
            clock,
            embedded,
            dir,
        }
    }
}

pub(crate) fn event(id: &str) -> EventRecord {
    EventRecord {
        id: id.to_owned(),
        delivery_id: id.to_owned(),
        integration: "one".to_owned(),
        connector: "source".to_owned(),
        event_type: String::new(),
        subject: None,
        received_at: Timestamp::from_millis(1),
        config_version: 1,
        decision: Decision::Filtered {
            why: "no rule applies".to_owned(),
        },
        duplicates: 0,
        last_duplicate_at: None,
        replays: 0,
        past: Vec::new(),
        unverified: false,
        body: "{}".to_owned(),
    }
}
