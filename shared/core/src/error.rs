//! One error type for ports, connectors and flows: what happened, and whether to try again.
//!
//! `ErrorKind` is the condition a person reads; `Retry` is the only thing the flows act on.
//! *When* to try again is the policy in `retry.rs`; nobody else decides either.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The condition that stopped a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// No byte of the request left this machine.
    NotSent,
    /// The vendor says: too many calls.
    RateLimited,
    /// The vendor takes no more calls for now to the one place that this is for, as a channel. Whoever
    /// else uses the credential is not concerned.
    Paced,
    /// The vendor does not accept the credential.
    Unauthorized,
    /// The credential needs a person: a second factor, an expired password.
    NeedsPerson,
    /// The entity the call is about does not exist at the vendor.
    NotFound,
    /// The vendor understood and refused.
    Rejected,
    /// The request left, and whether it took effect cannot be known from here.
    OutcomeUnknown,
    /// Our own store, queue or secrets did not answer, or a read at the vendor failed.
    Unavailable,
    /// A setting or a credential is wrong or missing.
    Misconfigured,
    /// The vendor's answer, or a stored record, is not what its format says.
    Malformed,
    /// The connector or the vendor's product does not offer this.
    Unsupported,
    /// Two writers met; the other one won.
    Conflict,
    /// A sender's clock is too far from ours for its signature to count.
    ClockSkew,
}

/// Whether the same call may be made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Never: the answer would be the same.
    Never,
    /// Later, and no sooner than the vendor asked for, where it did.
    Later(Option<Duration>),
    /// Only after looking whether the first call took effect.
    LookUp,
    /// Once the credential has changed; no attempt is used up until then.
    WhenCredentialChanges,
}

/// A failure with its kind, its retry rule and a message for the administrator.
///
/// The message never holds a secret, a whole address or a vendor's body beyond its own words.
#[derive(Clone, Debug)]
pub struct Error {
    kind: ErrorKind,
    retry: Retry,
    message: String,
    http_status: Option<u16>,
    call: Option<&'static str>,
}

impl Error {
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            retry: default_retry(kind),
            message: message.into(),
            http_status: None,
            call: None,
        }
    }

    pub fn with_retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    pub fn with_status(mut self, status: u16) -> Self {
        self.http_status = Some(status);
        self
    }

    /// Names the vendor call, as `POST /v2/alerts/{id}/close`: the route, never the address.
    pub fn with_call(mut self, call: &'static str) -> Self {
        self.call = Some(call);
        self
    }

    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    pub fn retry(&self) -> Retry {
        self.retry
    }

    pub fn message(&self) -> &str {
        &self.message
    }

    pub fn http_status(&self) -> Option<u16> {
        self.http_status
    }

    pub fn call(&self) -> Option<&'static str> {
        self.call
    }
}

fn default_retry(kind: ErrorKind) -> Retry {
    match kind {
        ErrorKind::NotSent | ErrorKind::RateLimited | ErrorKind::Paced | ErrorKind::Unavailable => {
            Retry::Later(None)
        }
        ErrorKind::OutcomeUnknown | ErrorKind::Malformed => Retry::LookUp,
        ErrorKind::Unauthorized | ErrorKind::NeedsPerson => Retry::WhenCredentialChanges,
        ErrorKind::NotFound
        | ErrorKind::Rejected
        | ErrorKind::Misconfigured
        | ErrorKind::Unsupported
        | ErrorKind::Conflict
        | ErrorKind::ClockSkew => Retry::Never,
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match (self.call, self.http_status) {
            (Some(call), Some(status)) => write!(f, " ({call} answered {status})"),
            (Some(call), None) => write!(f, " ({call})"),
            (None, Some(status)) => write!(f, " (answered {status})"),
            (None, None) => Ok(()),
        }
    }
}

impl std::error::Error for Error {}
