//! The pages on which a person signs in at a vendor, so that what they ask for is done as them.
//!
//! A page is begun from an event, whose id nobody can guess: it says who asked, and when. What leaves
//! for the vendor is a state that is good once, for ten minutes, and in the browser that began it.

mod page;
mod person;
mod zoho_desk;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use deskbridge_core::flow::directory::Directory;
use deskbridge_core::ports::{Clock, Secrets, Store, Vault, VendorHttp};

/// What the pages work over.
#[derive(Clone)]
pub struct Ports {
    pub directory: Arc<Directory>,
    pub store: Arc<dyn Store>,
    pub secrets: Arc<dyn Secrets>,
    /// Where the sign-ins are kept.
    pub vault: Arc<dyn Vault>,
    pub http: Arc<dyn VendorHttp>,
    pub clock: Arc<dyn Clock>,
}

/// `GET /zoho-desk/oauth/start` and `/zoho-desk/oauth/callback`.
pub fn router(ports: Ports) -> Router {
    Router::new()
        .route("/zoho-desk/oauth/start", get(zoho_desk::start))
        .route("/zoho-desk/oauth/callback", get(zoho_desk::callback))
        .with_state(ports)
}
