//! The connectors of a build.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Connector, Operation};

/// The connectors of this build, by name.
#[derive(Clone)]
pub struct Connectors(Arc<BTreeMap<&'static str, Arc<dyn Connector>>>);

impl Connectors {
    pub fn new(all: impl IntoIterator<Item = Arc<dyn Connector>>) -> Self {
        Self(Arc::new(all.into_iter().map(|c| (c.name(), c)).collect()))
    }

    pub fn named(&self, name: &str) -> Option<&dyn Connector> {
        self.0.get(name).map(AsRef::as_ref)
    }

    pub fn operation(&self, connector: &str, operation: &str) -> Option<&'static Operation> {
        let connector = self.named(connector)?;
        connector
            .operations()
            .iter()
            .find(|op| op.name == operation)
    }
}
