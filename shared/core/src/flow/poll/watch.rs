//! One connection that is watched, and whether it is time to ask.

use std::sync::Arc;

use serde_json::Value;

use super::LONGEST_WAIT;
use crate::connector::{Connection, Connectors, Drift, Incoming, Poll};
use crate::cursor::Cursor;
use crate::flow::directory::Configured;
use crate::{Error, ErrorKind, Result, Timestamp};

pub(super) struct Watch {
    configured: Arc<Configured>,
    pub(super) connector: String,
    watched: String,
}

impl Watch {
    /// Returns nothing where there is nothing to watch: the vendor posts by itself, or only receives.
    pub(super) fn new(
        configured: Arc<Configured>,
        connector: String,
        connectors: &Connectors,
    ) -> Option<Self> {
        let poll = connectors.named(&connector)?.poll()?;
        let connection = configured.plan().ok()?.connections.get(&connector)?;
        let watched = poll.watched(connection)?.what;
        Some(Self {
            configured,
            connector,
            watched,
        })
    }

    pub(super) fn integration(&self) -> &str {
        self.configured.integration.name()
    }

    pub(super) fn connection(&self) -> Result<&Connection> {
        let connection = self.configured.plan()?.connections.get(&self.connector);
        connection.ok_or_else(|| self.gone())
    }

    pub(super) fn credential(&self) -> &str {
        let connection = self.connection().ok();
        let name = connection.and_then(|connection| connection.credential.as_deref());
        name.unwrap_or_default()
    }

    pub(super) fn poll<'a>(&self, connectors: &'a Connectors) -> Result<&'a dyn Poll> {
        let connector = connectors.named(&self.connector);
        let poll = connector.and_then(|connector| connector.poll());
        poll.ok_or_else(|| self.gone())
    }

    /// Reads a body as `evaluate` will.
    pub(super) fn read(
        &self,
        body: &Value,
        connectors: &Connectors,
    ) -> Option<Result<Incoming, Drift>> {
        let webhook = connectors.named(&self.connector)?.webhook()?;
        let connection = self.connection().ok()?;
        Some(webhook.read(body, connection, self.integration()))
    }

    /// Returns the cursor to ask with, if it is time. A watch of something else, or of the time before
    /// the integration was off, is over: what happened meanwhile is nobody's.
    pub(super) fn due(&self, stored: Option<Cursor>, now: Timestamp) -> Option<Cursor> {
        let integration = &self.configured.integration;
        let version = stored.as_ref().map_or(0, |cursor| cursor.version);
        let other_thing = stored
            .as_ref()
            .is_some_and(|cursor| cursor.watched != self.watched);
        let same = |cursor: &Cursor| {
            cursor.watched == self.watched && cursor.live_since == integration.live_since
        };
        if let Some(cursor) = stored.filter(same) {
            let later = cursor.due_at > now && cursor.due_at.since(now) <= LONGEST_WAIT;
            return (!later).then_some(cursor);
        }
        let since = match other_thing {
            true => integration.updated_at.max(integration.live_since),
            false => integration.live_since,
        };
        Some(Cursor {
            version,
            watched: self.watched.clone(),
            live_since: integration.live_since,
            since,
            value: None,
            due_at: now,
            answered_at: None,
            failures: 0,
            trouble: None,
        })
    }

    fn gone(&self) -> Error {
        let connector = &self.connector;
        let why = format!("{connector} can no longer be watched");
        Error::new(ErrorKind::Misconfigured, why)
    }
}
