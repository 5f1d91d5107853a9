//! Vendors that live in this process: real HTTP on loopback, real state, scripted trouble.
//!
//! They stand for the vendors, so they share no code with the product: what they do follows the
//! vendors' own documents, and where those are silent the module that guesses says so.

pub mod autotask;
pub mod dynamics;
pub mod google;
pub mod kayako;
pub mod kintone;
pub mod opsgenie;
pub mod relation;
pub mod salesforce;
pub mod slack;
pub mod zendesk;
pub mod zoho_desk;

mod client;
mod http;
mod journal;
mod outbox;
mod page;
mod rsa;
mod script;
mod server;
mod stage;
mod wire;

pub use client::plain_client;
pub use outbox::{Delivery, DeliveryOutcome};
pub use rsa::SANDBOX_KEY;
pub use script::{Fault, Script};
pub use stage::LoggedRequest;

use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

/// The vendors' own clock, which no clock of the product may steer.
fn now() -> Timestamp {
    Timestamp::now()
}

/// A random version 4 UUID, in the form the vendors print.
fn uuid() -> String {
    let mut bytes = [0_u8; 16];
    // Without entropy the id only loses its randomness; a sandbox can live with that.
    if getrandom::fill(&mut bytes).is_err() {
        bytes = now().as_nanosecond().to_be_bytes();
    }
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        // Writing to a `String` cannot fail.
        write!(text, "{byte:02x}").ok();
    }
    text
}

/// Locks without passing on a panic of another test's thread.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Asks `done` every few milliseconds until it says yes or the time is up.
async fn wait_until(within: Duration, done: impl Fn() -> bool) -> bool {
    let asked = async {
        while !done() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(within, asked).await.is_ok()
}
