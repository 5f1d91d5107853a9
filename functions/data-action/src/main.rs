//! Runs a data action and answers its caller, who waits.

use std::sync::Arc;

use deskbridge_aws::{lambda, settings};
use deskbridge_connectors::http::{Client, Targets};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    let targets = match settings::is_emulated() {
        true => Targets::Any,
        false => Targets::PublicOnly,
    };
    let http = Arc::new(Client::new(targets)?);
    lambda::serve_data_action(http).await
}
