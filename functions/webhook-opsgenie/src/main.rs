//! Webhook entry for Opsgenie: verify, parse, enqueue.

use deskbridge_aws::lambda::{self, Parts};
use deskbridge_connectors::Opsgenie;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    let parts = Parts {
        connectors: deskbridge_connectors::reader(Opsgenie),
        compile_kind: deskbridge_kinds::rules,
    };
    lambda::serve_webhook("opsgenie", parts).await
}
