//! The environment variables that the functions read, and the only place that reads them.
//!
//! Each one stands in the README's table; a test compares the two. The credentials are those that
//! Lambda itself sets: see
//! <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>.

use deskbridge_core::secret::Credential;
use deskbridge_core::{Error, ErrorKind, Result};

pub const REGION: &str = "AWS_REGION";
pub const ACCESS_KEY_ID: &str = "AWS_ACCESS_KEY_ID";
pub const SECRET_ACCESS_KEY: &str = "AWS_SECRET_ACCESS_KEY";
pub const SESSION_TOKEN: &str = "AWS_SESSION_TOKEN";
/// Where all services answer instead of AWS, as `http://127.0.0.1:4566`: an emulator.
pub const ENDPOINT_URL: &str = "AWS_ENDPOINT_URL";
/// `system` trusts the roots of the operating system instead of Amazon's alone.
pub const ROOTS: &str = "DESKBRIDGE_AWS_ROOTS";
pub const INTEGRATIONS_TABLE: &str = "DESKBRIDGE_TABLE_INTEGRATIONS";
pub const STATE_TABLE: &str = "DESKBRIDGE_TABLE_STATE";
pub const HISTORY_TABLE: &str = "DESKBRIDGE_TABLE_HISTORY";
pub const INBOUND_QUEUE: &str = "DESKBRIDGE_QUEUE_INBOUND";
pub const OUTBOUND_QUEUE: &str = "DESKBRIDGE_QUEUE_OUTBOUND";
/// What the names of our secrets begin with, as `deskbridge/`.
pub const SECRET_PREFIX: &str = "DESKBRIDGE_SECRET_PREFIX";

/// What is logged, in `tracing` syntax: `info`, `deskbridge_core=debug`.
pub const LOG: &str = "DESKBRIDGE_LOG";

pub const ALL: [&str; 13] = [
    REGION,
    ACCESS_KEY_ID,
    SECRET_ACCESS_KEY,
    SESSION_TOKEN,
    ENDPOINT_URL,
    ROOTS,
    INTEGRATIONS_TABLE,
    STATE_TABLE,
    HISTORY_TABLE,
    INBOUND_QUEUE,
    OUTBOUND_QUEUE,
    SECRET_PREFIX,
    LOG,
];

/// Where AWS is, and who asks.
#[derive(Clone)]
pub struct Account {
    pub region: String,
    pub access_key_id: String,
    pub secret_access_key: String,
    pub session_token: Option<String>,
    pub endpoint_url: Option<String>,
    pub system_roots: bool,
}

/// The names of the three tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableNames {
    pub integrations: String,
    pub state: String,
    pub history: String,
}

impl Account {
    pub fn from_environment() -> Result<Self> {
        Ok(Self {
            region: required(REGION)?,
            access_key_id: required(ACCESS_KEY_ID)?,
            secret_access_key: required(SECRET_ACCESS_KEY)?,
            session_token: read(SESSION_TOKEN),
            endpoint_url: read(ENDPOINT_URL),
            system_roots: read(ROOTS).is_some_and(|value| value == "system"),
        })
    }
}

impl Account {
    /// The keys, as data actions take them.
    pub(crate) fn keys(&self) -> Credential {
        let session = self.session_token.clone().unwrap_or_default();
        let fields = [
            ("accessKeyId", self.access_key_id.clone()),
            ("secretAccessKey", self.secret_access_key.clone()),
            ("sessionToken", session),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value));
        Credential::new("aws", self.access_key_id.clone(), fields)
    }
}

impl TableNames {
    pub fn from_environment() -> Result<Self> {
        Ok(Self {
            integrations: required(INTEGRATIONS_TABLE)?,
            state: required(STATE_TABLE)?,
            history: required(HISTORY_TABLE)?,
        })
    }
}

/// The address of the queue for webhooks.
pub fn inbound_queue() -> Result<String> {
    required(INBOUND_QUEUE)
}

/// The address of the queue for actions.
pub fn outbound_queue() -> Result<String> {
    required(OUTBOUND_QUEUE)
}

pub fn secret_prefix() -> Result<String> {
    required(SECRET_PREFIX)
}

/// Whether an emulator answers in place of AWS: over plain HTTP, which no endpoint of AWS takes from
/// us. Its vendors are sandboxes on this machine.
pub fn is_emulated() -> bool {
    read(ENDPOINT_URL).is_some_and(|url| url.starts_with("http://"))
}

pub fn log_filter() -> Option<String> {
    read(LOG)
}

fn required(name: &str) -> Result<String> {
    read(name).ok_or_else(|| {
        Error::new(
            ErrorKind::Misconfigured,
            format!("the environment variable {name} is not set: deploy the function again"),
        )
    })
}

#[expect(clippy::disallowed_methods, reason = "this is the place")]
fn read(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
