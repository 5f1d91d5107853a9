//! Who asks a vendor something, whatever for: an action is carried out, a credential is tried, a watch
//! goes on.

use deskbridge_core::Timestamp;
use deskbridge_core::connector::{Ask, Call, Connection, Trial};
use deskbridge_core::ports::VendorHttp;
use deskbridge_core::secret::Credential;

#[derive(Clone, Copy)]
pub(crate) struct Caller<'a> {
    pub(crate) http: &'a dyn VendorHttp,
    pub(crate) now: Timestamp,
    pub(crate) connection: &'a Connection,
    pub(crate) credential: &'a Credential,
}

impl<'a> From<&'a Call<'_>> for Caller<'a> {
    fn from(call: &'a Call<'_>) -> Self {
        Self {
            http: call.http,
            now: call.now,
            connection: call.connection,
            credential: call.credential,
        }
    }
}

impl<'a> From<&'a Ask<'_>> for Caller<'a> {
    fn from(ask: &'a Ask<'_>) -> Self {
        Self {
            http: ask.http,
            now: ask.now,
            connection: ask.connection,
            credential: ask.credential,
        }
    }
}

impl<'a> From<&'a Trial<'_>> for Caller<'a> {
    fn from(trial: &'a Trial<'_>) -> Self {
        Self {
            http: trial.http,
            now: trial.now,
            connection: trial.connection,
            credential: trial.credential,
        }
    }
}

/// One action, and the vendor's client that carries it out.
pub(crate) struct Job<'a, C> {
    pub(crate) client: C,
    pub(crate) call: &'a Call<'a>,
}

#[cfg(test)]
mod tests;
