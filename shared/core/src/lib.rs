//! What Deskbridge means by events, rules, actions and outcomes, and the steps between them.
//!
//! This crate does no input or output, reads no clock, and knows no vendor and no cloud; its
//! manifest keeps it so. The skins (one process on one machine, functions in a cloud account)
//! bring the ports, the connectors bring the vendors.

pub mod action;
pub mod connector;
pub mod cursor;
pub mod dedup;
pub mod error;
pub mod event;
pub mod flow;
pub mod grant;
pub mod http;
pub mod integration;
pub mod json;
pub mod link;
pub mod mapping;
pub mod notice;
pub mod operator;
pub mod outcome;
pub mod ports;
pub mod report;
pub mod retry;
pub mod secret;
pub mod time;

pub use error::{Error, ErrorKind, Result, Retry};
pub use time::Timestamp;
