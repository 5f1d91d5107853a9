//! How a person finds out, before the first event does, whether a credential works.

use super::Connection;
use crate::Timestamp;
use crate::ports::VendorHttp;
use crate::secret::Credential;

/// Everything a connector needs to try a credential.
pub struct Trial<'a> {
    pub http: &'a dyn VendorHttp,
    pub now: Timestamp,
    pub connection: &'a Connection,
    pub credential: &'a Credential,
}

/// What the vendor said of a credential that works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// In one line: `zone webservices5.autotask.net, 41 companies`.
    pub says: String,
    /// What the owner may want to see of the other side, by name: the app's name, its fields.
    pub facts: Vec<(String, String)>,
}

impl Tried {
    pub fn new(says: impl Into<String>) -> Self {
        Self {
            says: says.into(),
            facts: Vec::new(),
        }
    }
}
