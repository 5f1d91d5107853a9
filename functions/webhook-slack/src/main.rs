//! Webhook entry for Slack: verify, parse, enqueue.

use deskbridge_aws::lambda::{self, Parts};
use deskbridge_connectors::Slack;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    let parts = Parts {
        connectors: deskbridge_connectors::reader(Slack::default()),
        compile_kind: deskbridge_kinds::rules,
    };
    lambda::serve_shared_webhook("slack", parts).await
}
