//! The commands that talk to a running Deskbridge, here or in an account, through its management API.

pub mod actions;
mod against;
mod ask;
pub mod credentials;
pub mod events;
pub mod explain;
pub mod force;
pub mod integrations;
mod remote;
mod table;
pub mod tokens;
pub mod trials;
pub mod watches;

use std::path::{Path, PathBuf};

use clap::Args;
use deskbridge_core::Result;
use serde_json::Value;

use crate::{settings, term};
pub use remote::Remote;
pub(crate) use remote::encoded;

/// The file in the data folder that `serve` writes the commands' token to.
pub const TOKEN_FILE: &str = "admin-token";

/// Which Deskbridge is meant, and how answers are printed.
#[derive(Args, Clone, Debug)]
pub struct Connection {
    /// Where the management API is.
    #[arg(long, env = settings::URL, default_value = "http://127.0.0.1:9000", help_heading = "Connection")]
    pub url: String,
    /// Folder of the local store, which holds the token, unless the environment does. [default: data]
    #[arg(long, help_heading = "Connection")]
    pub data: Option<PathBuf>,
    /// Print the API's JSON instead of text for people.
    #[arg(long, help_heading = "Connection")]
    pub json: bool,
}

impl Connection {
    pub(crate) fn remote(&self) -> Result<Remote> {
        let data = self.data.as_deref().unwrap_or(Path::new("data"));
        Remote::open(&self.url, data)
    }

    /// Prints the answer as JSON if that was asked for, or as `show` does it.
    fn print(&self, answer: &Value, show: impl FnOnce(&Value)) {
        if self.json {
            // A value that came as JSON can be written as JSON.
            term::line(serde_json::to_string_pretty(answer).unwrap_or_default());
        } else {
            show(answer);
        }
    }
}

/// The text of a field; empty where there is none.
pub(crate) fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// The members of a list; none where there is no list.
pub(crate) fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    let list = value.get(field).and_then(Value::as_array);
    list.map(Vec::as_slice).unwrap_or_default()
}

/// A value on one line: text as it is, anything else as JSON.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    }
}

/// Seconds are enough for people.
fn time(value: &Value, field: &str) -> String {
    let text = text(value, field);
    let seconds = text.split_once('.').map_or(text, |(seconds, _)| seconds);
    seconds.replacen('T', " ", 1)
}

fn word(outcome: &str) -> String {
    match outcome {
        "delivered" | "duplicate" | "sent" | "sent_again" => term::good(outcome),
        "parked" | "dead" | "rejected" | "failed" => term::bad(outcome),
        other => other.to_owned(),
    }
}
