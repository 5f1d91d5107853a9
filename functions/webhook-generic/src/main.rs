//! Webhook entry for any sender, by a field mapping: verify, parse, enqueue.

use deskbridge_aws::lambda::{self, Parts};
use deskbridge_connectors::Generic;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    let parts = Parts {
        connectors: deskbridge_connectors::reader(Generic::default()),
        compile_kind: deskbridge_kinds::rules,
    };
    lambda::serve_webhook("generic", parts).await
}
