//! One folder per vendor: how its webhooks are read, what its API can do, how its answers are meant.
//!
//! A connector knows its vendor and the core; never another connector, a store or a queue. This is
//! the one crate that sends HTTP to vendors.

pub mod http;
pub mod notices;
pub mod slack;
pub mod text;

mod alert;
mod autotask;
mod caller;
mod fields;
mod form;
mod generic;
mod kayako;
mod kintone;
mod opsgenie;
mod relation;
mod signature;
pub mod zoho_desk;

use std::sync::Arc;

use deskbridge_core::connector::{Connector, Connectors};

pub use alert::Alert;
pub use autotask::Autotask;
pub use generic::Generic;
pub use kayako::Kayako;
pub use kintone::Kintone;
pub use opsgenie::{ALERT_ACTIONS, Opsgenie};
pub use relation::{RELATION_ACTIVITIES, Relation};
pub use slack::Slack;
pub use zoho_desk::ZohoDesk;

/// Every connector of this build: the one place where a new one is registered.
pub fn all() -> Connectors {
    let all: [Arc<dyn Connector>; 9] = [
        Arc::new(Alert::default()),
        Arc::new(Generic::default()),
        Arc::new(Autotask::default()),
        Arc::new(Kayako::default()),
        Arc::new(Kintone::default()),
        Arc::new(Opsgenie),
        Arc::new(Relation::default()),
        Arc::new(ZohoDesk::default()),
        Arc::new(Slack::default()),
    ];
    Connectors::new(all)
}
