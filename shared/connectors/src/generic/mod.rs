//! Any sender of webhooks, in a body that the owner describes by a field mapping. A source only.

mod settings;
mod types;
mod webhook;

use async_trait::async_trait;
use deskbridge_core::connector::{Connection, Connector, Webhook};
use deskbridge_core::integration::Problem;

use crate::fields::Memory;
use settings::Settings;

pub(crate) const NAME: &str = "generic";
/// What events are about, whatever the sender calls it.
const SUBJECT: &str = "subject";

/// Any sender of webhooks; remembers compiled mappings while the process lives.
#[derive(Default)]
pub struct Generic {
    memory: Memory<Settings>,
}

#[async_trait]
impl Connector for Generic {
    fn name(&self) -> &'static str {
        NAME
    }

    fn webhook(&self) -> Option<&dyn Webhook> {
        Some(self)
    }

    fn check(&self, connection: &Connection) -> Vec<Problem> {
        Settings::read(&connection.settings)
            .err()
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
