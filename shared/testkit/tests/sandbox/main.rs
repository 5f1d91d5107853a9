//! What the sandbox vendors promise, over real HTTP on loopback.

#![expect(
    clippy::unwrap_used,
    reason = "tests fail by panicking, their helpers included"
)]

mod autotask;
mod faults;
mod jsm;
mod kayako;
mod kayako_triggers;
mod kayako_writes;
mod kintone;
mod opsgenie;
mod opsgenie_webhooks;
mod relation;
mod slack;
mod support;
mod zoho_desk;
