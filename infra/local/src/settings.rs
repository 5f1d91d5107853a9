//! The environment variables that this binary reads, and the only place that reads them.
//!
//! Each one stands in the README's table; a test compares the two.

use std::collections::BTreeMap;

use deskbridge_core::secret::Credential;

/// What is logged, in `tracing` syntax: `info`, `debug`, `deskbridge_core=debug`.
pub const LOG: &str = "DESKBRIDGE_LOG";
/// Any value switches colours off, <https://no-color.org>.
pub const NO_COLOR: &str = "NO_COLOR";
/// `DESKBRIDGE_CREDENTIAL_<NAME>__<FIELD>` sets one field of one credential.
pub const CREDENTIAL_PREFIX: &str = "DESKBRIDGE_CREDENTIAL_";

/// Where the commands find the management API.
pub const URL: &str = "DESKBRIDGE_URL";
/// The commands' token; without it they read the one that `serve` left in its data folder.
pub const TOKEN: &str = "DESKBRIDGE_TOKEN";

/// Keys that data actions assume roles and call functions with.
pub const ACCESS_KEY_ID: &str = "AWS_ACCESS_KEY_ID";
pub const SECRET_ACCESS_KEY: &str = "AWS_SECRET_ACCESS_KEY";
pub const SESSION_TOKEN: &str = "AWS_SESSION_TOKEN";

pub const ALL: [&str; 8] = [
    LOG,
    NO_COLOR,
    CREDENTIAL_PREFIX,
    URL,
    TOKEN,
    ACCESS_KEY_ID,
    SECRET_ACCESS_KEY,
    SESSION_TOKEN,
];

/// The keys in the environment, if both are there.
pub fn aws_keys() -> Option<Credential> {
    let given = |name: &str| read(name).filter(|value| !value.is_empty());
    let (id, secret) = (given(ACCESS_KEY_ID)?, given(SECRET_ACCESS_KEY)?);
    let session = given(SESSION_TOKEN).unwrap_or_default();
    let fields = [
        ("accessKeyId", id.clone()),
        ("secretAccessKey", secret),
        ("sessionToken", session),
    ];
    let fields = fields.map(|(name, value)| (name.to_owned(), value));
    Some(Credential::new("aws", id, fields))
}

pub fn token() -> Option<String> {
    read(TOKEN).filter(|token| !token.is_empty())
}

pub fn log_filter() -> Option<String> {
    read(LOG)
}

pub fn no_color() -> bool {
    read(NO_COLOR).is_some_and(|value| !value.is_empty())
}

/// Returns the variables that hold credentials.
pub fn credentials() -> BTreeMap<String, String> {
    let all = std::env::vars_os();
    let text =
        all.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    text.filter(|(name, _)| name.starts_with(CREDENTIAL_PREFIX))
        .collect()
}

#[expect(clippy::disallowed_methods, reason = "this is the place")]
fn read(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
