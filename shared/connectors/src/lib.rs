//! One folder per vendor: how its webhooks are read, what its API can do, how its answers are meant.
//!
//! A connector knows its vendor and the core; never another connector, a store or a queue. This is
//! the one crate that sends HTTP to vendors.

pub mod http;
pub mod text;

mod alert;
mod fields;
mod form;
mod generic;
mod kayako;
mod opsgenie;
mod signature;

use std::sync::Arc;

use deskbridge_core::connector::{Connector, Connectors};

pub use alert::Alert;
pub use generic::Generic;
pub use kayako::Kayako;
pub use opsgenie::{ALERT_ACTIONS, Opsgenie};

/// Every connector of this build: the one place where a new one is registered.
pub fn all() -> Connectors {
    let all: [Arc<dyn Connector>; 4] = [
        Arc::new(Alert::default()),
        Arc::new(Generic::default()),
        Arc::new(Kayako::default()),
        Arc::new(Opsgenie),
    ];
    Connectors::new(all)
}
