//! What each preset makes of its body, and what happens to bodies that do not fit.

mod properties;
mod settings;
mod webhook;

use deskbridge_core::connector::{Connection, Drift, Incoming, Webhook};
use serde_json::{Value, json};

use super::Alert;

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/src/alert/fixtures/",
            $name,
            ".json"
        ))
    };
}
use fixture;

fn connection(settings: Value) -> Connection {
    Connection {
        connector: "alert".into(),
        credential: None,
        look_up_wait: None,
        settings,
    }
}

fn preset(name: &str) -> Connection {
    connection(json!({ "preset": name }))
}

fn parse(body: &str) -> Value {
    serde_json::from_str(body).unwrap()
}

fn read_with(body: &Value, connection: &Connection) -> Result<Incoming, Drift> {
    Alert::default().read(body, connection, "alerts")
}

fn read(body: &Value) -> Result<Incoming, Drift> {
    read_with(body, &preset("json"))
}

/// Compares with what is kept under `snapshots/`; here, so that all of them lie beside this file.
fn assert_snapshot(name: &str, shown: &Value) {
    insta::assert_json_snapshot!(name, shown);
}
