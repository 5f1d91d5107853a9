//! The environment variables that this binary reads, and the only place that reads them.
//!
//! Each one stands in the README's table; a test compares the two.

use std::collections::BTreeMap;

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

pub const ALL: [&str; 5] = [LOG, NO_COLOR, CREDENTIAL_PREFIX, URL, TOKEN];

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
