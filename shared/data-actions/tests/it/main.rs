//! What a caller of data actions can rely on.

#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

mod aws;
mod builtin;
mod certificates;
mod definitions;
mod drafts;
mod dynamics;
mod features;
mod google;
mod guard;
mod once;
mod run;
mod salesforce;
mod sandboxes;
mod settings;
mod sign_on;
mod support;
mod time;
mod trace;
