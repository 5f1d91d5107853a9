//! The management API, `/admin/v1`: one router over the ports, for every skin.
//!
//! One file for each resource. A handler reads its input, asks the caller's rights, calls a port or a
//! flow, and shows what came of it; the OpenAPI document is made of the same handlers.

mod access;
mod actions;
mod against;
mod audit;
mod call;
mod credentials;
mod cursor;
mod data_actions;
mod events;
mod explain;
mod extract;
mod health;
mod integrations;
mod openapi;
mod problem;
mod replay;
mod schemas;
mod subscriptions;
mod tokens;
mod trials;
mod views;
mod watches;

use std::sync::Arc;

use axum::Router;
use deskbridge_core::Timestamp;
use deskbridge_core::connector::Connectors;
use deskbridge_core::flow::directory::Directory;
use deskbridge_core::flow::dispatch::{CredentialStates, Dispatch};
use deskbridge_core::flow::evaluate::Evaluate;
use deskbridge_core::flow::resolve::Resolve;
use deskbridge_core::ports::{Clock, Queue, Secrets, Store, Vault, VendorHttp};
use deskbridge_data_actions::Runner;

pub use call::{ApiAnswer, ApiRequest, call};
pub use openapi::{document, router};
pub use tokens::{NewToken, is_live, is_token_name, issue, may_run};

/// What the API works over.
pub struct Ports {
    pub directory: Arc<Directory>,
    pub connectors: Connectors,
    pub store: Arc<dyn Store>,
    /// Where a look-up reports what it found, for rules that asked.
    pub inbound: Arc<dyn Queue>,
    pub outbound: Arc<dyn Queue>,
    pub secrets: Arc<dyn Secrets>,
    /// Where the same credentials are written.
    pub vault: Arc<dyn Vault>,
    /// For trials and look-ups: nothing is written at a vendor through it.
    pub http: Arc<dyn VendorHttp>,
    pub clock: Arc<dyn Clock>,
    pub schema: Schema,
}

/// Returns the JSON Schema of a kind's document; the kinds crate brings it.
pub type Schema = fn(&str) -> Option<serde_json::Value>;

/// The state of the router.
pub struct Admin {
    directory: Arc<Directory>,
    connectors: Connectors,
    store: Arc<dyn Store>,
    secrets: Arc<dyn Secrets>,
    vault: Arc<dyn Vault>,
    http: Arc<dyn VendorHttp>,
    clock: Arc<dyn Clock>,
    evaluate: Evaluate,
    resolve: Resolve,
    /// Looks at vendors; it dispatches nothing.
    dispatch: Dispatch,
    runner: Runner,
    schema: Schema,
    started_at: Timestamp,
}

impl Admin {
    pub fn new(ports: Ports) -> Self {
        Self {
            evaluate: Evaluate {
                directory: Arc::clone(&ports.directory),
                connectors: ports.connectors.clone(),
                store: Arc::clone(&ports.store),
                outbound: Arc::clone(&ports.outbound),
            },
            resolve: Resolve {
                connectors: ports.connectors.clone(),
                store: Arc::clone(&ports.store),
                outbound: Arc::clone(&ports.outbound),
                clock: Arc::clone(&ports.clock),
            },
            dispatch: Dispatch {
                directory: Arc::clone(&ports.directory),
                connectors: ports.connectors.clone(),
                store: Arc::clone(&ports.store),
                inbound: ports.inbound,
                outbound: ports.outbound,
                secrets: Arc::clone(&ports.secrets),
                clock: Arc::clone(&ports.clock),
                http: Arc::clone(&ports.http),
                credentials: CredentialStates::default(),
            },
            runner: Runner::new(
                Arc::clone(&ports.store),
                Arc::clone(&ports.secrets),
                Arc::clone(&ports.http),
                Arc::clone(&ports.clock),
            ),
            schema: ports.schema,
            started_at: ports.clock.now(),
            directory: ports.directory,
            connectors: ports.connectors,
            store: ports.store,
            secrets: ports.secrets,
            vault: ports.vault,
            http: ports.http,
            clock: ports.clock,
        }
    }

    /// Returns the API for this state, with its addresses under `/admin/v1`.
    pub fn into_router(self) -> Router {
        router(Arc::new(self))
    }
}
