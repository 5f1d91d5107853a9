//! The request a connector wants sent and the answer it gets, without any client behind them.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use serde::de::DeserializeOwned;

use crate::{Error, ErrorKind, Result};

/// How long a vendor may take for one whole call.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(20);
/// What is read of a vendor's answer, decompressed; the rest is cut off.
pub const MAX_RESPONSE_BYTES: usize = 1024 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

/// One request to a vendor. Its `Debug` shows neither headers, nor query, nor body.
#[derive(Clone)]
pub struct HttpRequest {
    pub method: Method,
    pub url: String,
    pub headers: Vec<(&'static str, String)>,
    /// Headers whose names an owner chose, as a data action's definition does.
    pub own_headers: Vec<(String, String)>,
    pub body: Option<Vec<u8>>,
    pub timeout: Duration,
    /// What is shown to a server that asks for a certificate.
    pub identity: Option<Arc<ClientIdentity>>,
    /// The route for logs and errors, as `POST /v2/alerts`; never an address.
    pub call: &'static str,
}

impl HttpRequest {
    pub fn new(method: Method, url: impl Into<String>, call: &'static str) -> Self {
        Self {
            method,
            url: url.into(),
            headers: vec![("accept", "application/json".into())],
            own_headers: Vec::new(),
            body: None,
            timeout: DEFAULT_TIMEOUT,
            identity: None,
            call,
        }
    }

    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub fn json(mut self, body: &serde_json::Value) -> Self {
        self.headers
            .push(("content-type", "application/json".into()));
        self.body = Some(body.to_string().into_bytes());
        self
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("call", &self.call)
            .finish_non_exhaustive()
    }
}

/// A client's certificate and its key, for TLS on both sides.
pub struct ClientIdentity {
    /// The certificate and what it was signed with, as PEM, the client's own first.
    pub certificate: String,
    /// PEM, of any form.
    pub key: SecretString,
    /// The server's own authorities, as PEM; without them it must be one that the public trusts.
    pub roots: Option<String>,
}

impl fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientIdentity").finish_non_exhaustive()
    }
}

/// A vendor's answer. Header names are lower case.
#[derive(Clone, Debug)]
pub struct HttpResponse {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl HttpResponse {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name)?;
        Some(&found.1)
    }

    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Reads the body as JSON. A success that cannot be read is an unknown outcome, not a failure.
    pub fn json<T: DeserializeOwned>(&self, call: &'static str) -> Result<T> {
        // serde's own message is left out, for it quotes the body.
        serde_json::from_slice(&self.body).map_err(|_| {
            Error::new(
                ErrorKind::Malformed,
                "the vendor's answer is not the JSON it documents",
            )
            .with_call(call)
            .with_status(self.status)
        })
    }
}
