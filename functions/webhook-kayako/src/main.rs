//! Webhook entry for Kayako: verify, parse, enqueue.

use deskbridge_aws::lambda::{self, Parts};
use deskbridge_connectors::Kayako;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    let parts = Parts {
        connectors: deskbridge_connectors::reader(Kayako::default()),
        compile_kind: deskbridge_kinds::rules,
    };
    lambda::serve_webhook("kayako", parts).await
}
