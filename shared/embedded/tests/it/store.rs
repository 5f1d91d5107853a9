//! The store suite over one SQLite file.

use std::sync::Arc;

use deskbridge_core::ports::Store;
use deskbridge_testkit::conformance::store::StoreHarness;

use crate::bench::Bench;

impl StoreHarness for Bench {
    fn store(&self) -> Arc<dyn Store> {
        self.embedded.store()
    }
}

deskbridge_testkit::store_conformance!(Bench::fresh());
