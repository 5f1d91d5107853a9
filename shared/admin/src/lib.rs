//! The management API, `/admin/v1`: one router over the ports, for every skin.
//!
//! One file for each resource. A handler reads its input, asks the caller's rights, calls a port or a
//! flow, and shows what came of it; the OpenAPI document is made of the same handlers.

mod access;
mod actions;
mod against;
mod audit;
mod cursor;
mod events;
mod explain;
mod extract;
mod health;
mod integrations;
mod openapi;
mod problem;
mod replay;
mod tokens;
mod views;

use std::sync::Arc;

use axum::Router;
use deskbridge_core::Timestamp;
use deskbridge_core::connector::Connectors;
use deskbridge_core::flow::directory::Directory;
use deskbridge_core::flow::evaluate::Evaluate;
use deskbridge_core::flow::resolve::Resolve;
use deskbridge_core::ports::{Clock, Queue, Store};

pub use openapi::{document, router};
pub use tokens::{NewToken, is_live, issue};

/// What the API works over.
pub struct Ports {
    pub directory: Arc<Directory>,
    pub connectors: Connectors,
    pub store: Arc<dyn Store>,
    pub outbound: Arc<dyn Queue>,
    pub clock: Arc<dyn Clock>,
}

/// The state of the router.
pub struct Admin {
    directory: Arc<Directory>,
    connectors: Connectors,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    evaluate: Evaluate,
    resolve: Resolve,
    started_at: Timestamp,
}

impl Admin {
    pub fn new(ports: Ports) -> Self {
        let Ports {
            directory,
            connectors,
            store,
            outbound,
            clock,
        } = ports;
        Self {
            evaluate: Evaluate {
                directory: Arc::clone(&directory),
                connectors: connectors.clone(),
                store: Arc::clone(&store),
                outbound: Arc::clone(&outbound),
            },
            resolve: Resolve {
                connectors: connectors.clone(),
                store: Arc::clone(&store),
                outbound,
                clock: Arc::clone(&clock),
            },
            started_at: clock.now(),
            directory,
            connectors,
            store,
            clock,
        }
    }

    /// Returns the API for this state, with its addresses under `/admin/v1`.
    pub fn into_router(self) -> Router {
        router(Arc::new(self))
    }
}
