//! Store, queue and secrets on one machine: one SQLite file, and one file of credentials.
//!
//! Every write is committed and synced before its caller hears of it; concurrent writes share one
//! commit. One process at a time may have the directory open.

mod database;
mod error;
mod home;
mod open;
mod queue;
mod schema;
mod secrets;
mod store;

pub use database::Written;
pub use open::Embedded;
pub use queue::EmbeddedQueue;
pub use secrets::{CREDENTIAL_PREFIX, EmbeddedSecrets, Fields};
pub use store::EmbeddedStore;
