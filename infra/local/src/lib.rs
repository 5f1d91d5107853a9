//! Deskbridge on one machine: the flows over the embedded store, behind one HTTP server.
//!
//! The other skin of the same flows is the bundle of functions; nothing here knows of it.

pub mod actions;
pub mod bundle;
pub mod cli;
pub mod client;
pub mod demo;
pub mod folder;
pub mod keys;
pub mod serve;
pub mod settings;
pub mod term;
pub mod web;
pub mod workers;
