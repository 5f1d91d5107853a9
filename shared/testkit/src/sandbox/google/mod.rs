//! A small Google: the token endpoint for service accounts, the directory's users, and a function that
//! only callers with an identity token may call.
//!
//! Where the vendor's pages are silent, this sandbox chooses: an assertion's `iat` may be five minutes
//! off, and the function answers with text that holds JSON.
//!
//! ---
//! Vendor: <https://developers.google.com/identity/protocols/oauth2/service-account>

mod api;
mod options;

pub use options::Options;

use std::io;
use std::sync::{Arc, Mutex};

use super::outbox::Outbox;
use super::server::Server;
use super::stage::Stage;
use super::{LoggedRequest, Script, lock};

/// A running Google; clones are handles to the same one, and the last one stops it.
#[derive(Clone, Debug)]
pub struct Google {
    cloud: Arc<Cloud>,
    server: Arc<Server>,
}

#[derive(Debug)]
struct Cloud {
    options: Options,
    grants: Mutex<Vec<Grant>>,
    stage: Arc<Stage>,
}

/// A token that was given out.
#[derive(Clone, Debug)]
struct Grant {
    token: String,
    scopes: Vec<String>,
    user: Option<String>,
    /// Of an identity token.
    audience: Option<String>,
}

impl Google {
    pub async fn start(options: Options) -> io::Result<Self> {
        let listen = options.listen;
        let (outbox, courier) = Outbox::start();
        let stage = Arc::new(Stage::new(outbox));
        let cloud = Arc::new(Cloud {
            options,
            grants: Mutex::default(),
            stage: Arc::clone(&stage),
        });
        let vendor: Arc<dyn super::http::Vendor> = Arc::<Cloud>::clone(&cloud);
        let server = Server::start(listen, stage, vendor).await?;
        Ok(Self {
            cloud,
            server: Arc::new(server.adopt(courier)),
        })
    }

    /// The base URL, without a closing slash. Tokens are fetched at `/token`.
    pub fn url(&self) -> String {
        self.server.url()
    }

    pub fn script(&self) -> &Script {
        &self.cloud.stage.script
    }

    /// How many tokens were given out.
    pub fn logins(&self) -> usize {
        lock(&self.cloud.grants).len()
    }

    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.cloud.stage.requests.all()
    }
}
