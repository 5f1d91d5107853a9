//! What the whole bundle promises, tested from outside: real HTTP, real store, sandbox vendors.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test ends where it fails"
)]

mod crash;
mod credentials;
mod dedup;
mod folder;
mod judges;
mod mapping;
mod outcomes;
mod sync;
mod tidy;
mod two_way;
mod webhooks;
