//! Webhook entry for alerts of any sender: verify, parse, enqueue.

use deskbridge_aws::lambda::{self, Parts};
use deskbridge_connectors::Alert;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    let parts = Parts {
        connectors: deskbridge_connectors::reader(Alert::default()),
        compile_kind: deskbridge_kinds::rules,
    };
    lambda::serve_webhook("alert", parts).await
}
