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
mod reader;
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
use reader::Reader;
pub use relation::{RELATION_ACTIVITIES, Relation};
pub use slack::Slack;
pub use zoho_desk::ZohoDesk;

/// Every connector of this build, as `$shape` makes it: the one place where a new one is registered.
macro_rules! every {
    ($shape:expr) => {{
        let all: [Arc<dyn Connector>; _] = [
            Arc::new($shape(Alert::default())),
            Arc::new($shape(Generic::default())),
            Arc::new($shape(Autotask::default())),
            Arc::new($shape(Kayako::default())),
            Arc::new($shape(Kintone::default())),
            Arc::new($shape(Opsgenie)),
            Arc::new($shape(Relation::default())),
            Arc::new($shape(Slack::default())),
            Arc::new($shape(ZohoDesk::default())),
        ];
        Connectors::new(all)
    }};
}

/// Every connector, for those who call vendors.
pub fn all() -> Connectors {
    every!(std::convert::identity)
}

/// Every connector without its calls, for those who decide.
pub fn readers() -> Connectors {
    every!(Reader)
}

/// One connector without its calls, for those who take its events in.
pub fn reader(connector: impl Connector + 'static) -> Connectors {
    Connectors::new([Arc::new(Reader(connector)) as Arc<dyn Connector>])
}
