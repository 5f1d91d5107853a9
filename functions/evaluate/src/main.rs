//! Turns received events into decisions, and sends their actions on.

use deskbridge_aws::lambda::{self, Parts};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    let parts = Parts {
        connectors: deskbridge_connectors::readers(),
        compile_kind: deskbridge_kinds::rules,
    };
    lambda::serve_evaluate(parts).await
}
