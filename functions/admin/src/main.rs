//! The management API of a deployment.

use std::sync::Arc;

use deskbridge_aws::lambda::{self, Parts};
use deskbridge_aws::settings;
use deskbridge_connectors::http::{Client, Targets};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    let parts = Parts {
        connectors: deskbridge_connectors::all(),
        compile_kind: deskbridge_kinds::compile,
    };
    let targets = match settings::is_emulated() {
        true => Targets::Any,
        false => Targets::PublicOnly,
    };
    let http = Arc::new(Client::new(targets)?);
    lambda::serve_admin(parts, http, deskbridge_kinds::schema).await
}
