//! Picks up what is due, once a minute.

use deskbridge_aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve_sweep().await
}
