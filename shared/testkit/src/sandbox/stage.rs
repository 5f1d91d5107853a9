//! What every sandbox has around its vendor: the script, the request log and the outbox.

use jiff::Timestamp;

use super::http::Request;
use super::journal::Journal;
use super::now;
use super::outbox::Outbox;
use super::script::{Fault, Script};

/// One request that reached a sandbox.
#[derive(Clone, Debug)]
pub struct LoggedRequest {
    pub at: Timestamp,
    pub method: String,
    /// Path and query as sent, still percent-encoded.
    pub path: String,
    pub body: String,
    /// `None` if no answer was given, or not yet.
    pub status: Option<u16>,
    /// The fault that the script applied.
    pub fault: Option<Fault>,
}

#[derive(Debug)]
pub(super) struct Stage {
    pub(super) script: Script,
    pub(super) requests: Journal<LoggedRequest>,
    pub(super) outbox: Outbox,
}

impl Stage {
    pub(super) fn new(outbox: Outbox) -> Self {
        Self {
            script: Script::new(),
            requests: Journal::new(),
            outbox,
        }
    }

    /// Writes the request down and picks the fault that meets it.
    pub(super) fn admit(&self, request: &Request) -> (usize, Option<Fault>) {
        let method = request.method.as_str();
        let fault = self.script.take(method, &request.path, &request.raw_query);
        let number = self.requests.push(LoggedRequest {
            at: now(),
            method: method.to_owned(),
            path: request.path_and_query(),
            body: String::from_utf8_lossy(&request.body).into_owned(),
            status: None,
            fault: fault.clone(),
        });
        (number, fault)
    }
}
