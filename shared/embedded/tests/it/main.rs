//! The embedded adapters as their users see them.
#![cfg(test)]

mod bench;
mod commits;
mod home;
mod queue;
#[cfg(unix)]
mod secrets;
mod store;
mod vault;
