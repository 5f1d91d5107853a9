//! Webhook entry for Zoho Desk: verify with the keys it publishes, parse, enqueue.

use std::sync::Arc;

use deskbridge_aws::lambda::{self, Parts};
use deskbridge_aws::settings;
use deskbridge_connectors::ZohoDesk;
use deskbridge_connectors::http::{Client, Targets};
use deskbridge_core::flow::receive::Keyring;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    let parts = Parts {
        connectors: deskbridge_connectors::reader(ZohoDesk::default()),
        compile_kind: deskbridge_kinds::rules,
    };
    let targets = match settings::is_emulated() {
        true => Targets::Any,
        false => Targets::PublicOnly,
    };
    let keys = Keyring::new(Arc::new(Client::new(targets)?));
    lambda::serve_signed_webhook("zoho-desk", parts, keys).await
}
