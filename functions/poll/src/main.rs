//! Asks vendors that cannot push what happened, once a minute.

use std::sync::Arc;

use deskbridge_aws::lambda::{self, Parts};
use deskbridge_aws::settings;
use deskbridge_connectors::http::{Client, Targets};
use deskbridge_connectors::notices;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    let parts = Parts {
        connectors: deskbridge_connectors::all(),
        compile_kind: deskbridge_kinds::rules,
    };
    let targets = match settings::is_emulated() {
        true => Targets::Any,
        false => Targets::PublicOnly,
    };
    let http = Arc::new(Client::new(targets)?);
    lambda::serve_poll(parts, http, notices::channels).await
}
