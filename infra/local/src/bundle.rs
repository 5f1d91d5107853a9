//! The flows, wired to the embedded adapters.

use std::path::PathBuf;
use std::sync::Arc;

use deskbridge_admin::{Admin, Ports};
use deskbridge_connectors::http::{Client, Targets};
use deskbridge_connectors::notices;
use deskbridge_core::connector::Connectors;
use deskbridge_core::flow::directory::Directory;
use deskbridge_core::flow::dispatch::{CredentialStates, Dispatch};
use deskbridge_core::flow::evaluate::Evaluate;
use deskbridge_core::flow::notify::Notify;
use deskbridge_core::flow::poll::Poll;
use deskbridge_core::flow::receive::{Keyring, Receive};
use deskbridge_core::flow::resolve::Resolve;
use deskbridge_core::flow::sweep::Sweep;
use deskbridge_core::ports::{Clock, Queue, Secrets, Store, Vault, VendorHttp};
use deskbridge_core::{Result, Timestamp};
use deskbridge_data_actions::Runner;
use deskbridge_embedded::{Embedded, EmbeddedQueue, EmbeddedSecrets};

use crate::settings;

pub struct Options {
    /// Where the store lives; made if it is not there.
    pub data: PathBuf,
    /// Credentials, read and written.
    pub secrets: Arc<EmbeddedSecrets>,
    pub targets: Targets,
    pub clock: Arc<dyn Clock>,
}

/// Everything that one process runs.
pub struct Bundle {
    pub receive: Receive,
    pub evaluate: Evaluate,
    pub dispatch: Dispatch,
    pub sweep: Sweep,
    pub poll: Poll,
    pub resolve: Resolve,
    pub notify: Notify,
    pub data_actions: Runner,
    pub directory: Arc<Directory>,
    pub store: Arc<dyn Store>,
    pub secrets: Arc<dyn Secrets>,
    pub vault: Arc<dyn Vault>,
    pub http: Arc<dyn VendorHttp>,
    pub clock: Arc<dyn Clock>,
    pub inbound: Arc<EmbeddedQueue>,
    pub outbound: Arc<EmbeddedQueue>,
    pub started_at: Timestamp,
}

impl Bundle {
    /// The management API over the same ports.
    pub fn admin(&self) -> Admin {
        Admin::new(Ports {
            directory: Arc::clone(&self.directory),
            connectors: self.receive.connectors.clone(),
            store: Arc::clone(&self.store),
            inbound: Arc::clone(&self.inbound) as _,
            outbound: Arc::clone(&self.outbound) as _,
            secrets: Arc::clone(&self.secrets),
            vault: Arc::clone(&self.vault),
            http: Arc::clone(&self.http),
            clock: Arc::clone(&self.clock),
            schema: deskbridge_kinds::schema,
        })
    }

    /// The pages on which people sign in at vendors.
    pub fn sign_in(&self) -> deskbridge_signin::Ports {
        deskbridge_signin::Ports {
            directory: Arc::clone(&self.directory),
            store: Arc::clone(&self.store),
            secrets: Arc::clone(&self.secrets),
            vault: Arc::clone(&self.vault),
            http: Arc::clone(&self.http),
            clock: Arc::clone(&self.clock),
        }
    }

    /// Opens the store; an error if another process has it open.
    pub fn open(options: Options) -> Result<Self> {
        let clock = options.clock;
        let vault: Arc<dyn Vault> = Arc::clone(&options.secrets) as _;
        let secrets: Arc<dyn Secrets> = options.secrets;
        let embedded = Embedded::open(&options.data, Arc::clone(&clock))?;
        let store: Arc<dyn Store> = embedded.store();
        let (inbound, outbound) = (embedded.inbound(), embedded.outbound());
        let connectors = deskbridge_connectors::all();
        let http: Arc<dyn VendorHttp> = Arc::new(Client::new(options.targets)?);
        let directory = directory(&store, &clock, connectors.clone());
        let to_dispatch: Arc<dyn Queue> = Arc::clone(&outbound) as _;
        let dispatch = Dispatch {
            credentials: CredentialStates::default(),
            directory: Arc::clone(&directory),
            connectors: connectors.clone(),
            store: Arc::clone(&store),
            outbound: Arc::clone(&to_dispatch),
            inbound: Arc::clone(&inbound) as _,
            secrets: Arc::clone(&secrets),
            clock: Arc::clone(&clock),
            http: Arc::clone(&http),
        };
        Ok(Self {
            receive: Receive {
                directory: Arc::clone(&directory),
                connectors: connectors.clone(),
                inbound: Arc::clone(&inbound) as _,
                secrets: Arc::clone(&secrets),
                clock: Arc::clone(&clock),
                keys: Keyring::new(Arc::clone(&http)),
            },
            evaluate: Evaluate {
                directory: Arc::clone(&directory),
                connectors: connectors.clone(),
                store: Arc::clone(&store),
                outbound: Arc::clone(&to_dispatch),
            },
            poll: poll(&dispatch, Arc::clone(&inbound) as _),
            dispatch,
            sweep: Sweep {
                store: Arc::clone(&store),
                outbound: Arc::clone(&to_dispatch),
                clock: Arc::clone(&clock),
            },
            resolve: resolve(&store, &clock, connectors, to_dispatch),
            notify: notify(&store, &secrets, &http, &clock),
            data_actions: data_actions(&store, &secrets, Arc::clone(&http), &clock),
            directory,
            started_at: clock.now(),
            store,
            secrets,
            vault,
            http,
            clock,
            inbound,
            outbound,
        })
    }
}

/// Both call vendors, with the same things.
fn poll(dispatch: &Dispatch, inbound: Arc<dyn Queue>) -> Poll {
    Poll {
        directory: Arc::clone(&dispatch.directory),
        connectors: dispatch.connectors.clone(),
        store: Arc::clone(&dispatch.store),
        inbound,
        secrets: Arc::clone(&dispatch.secrets),
        clock: Arc::clone(&dispatch.clock),
        http: Arc::clone(&dispatch.http),
    }
}

fn directory(
    store: &Arc<dyn Store>,
    clock: &Arc<dyn Clock>,
    connectors: Connectors,
) -> Arc<Directory> {
    let (store, clock) = (Arc::clone(store), Arc::clone(clock));
    let compile = deskbridge_kinds::compile;
    Arc::new(Directory::new(store, clock, connectors, compile))
}

fn resolve(
    store: &Arc<dyn Store>,
    clock: &Arc<dyn Clock>,
    connectors: Connectors,
    outbound: Arc<dyn Queue>,
) -> Resolve {
    Resolve {
        connectors,
        store: Arc::clone(store),
        outbound,
        clock: Arc::clone(clock),
    }
}

fn notify(
    store: &Arc<dyn Store>,
    secrets: &Arc<dyn Secrets>,
    http: &Arc<dyn VendorHttp>,
    clock: &Arc<dyn Clock>,
) -> Notify {
    Notify {
        store: Arc::clone(store),
        secrets: Arc::clone(secrets),
        clock: Arc::clone(clock),
        herald: notices::channels(Arc::clone(secrets), Arc::clone(http)),
    }
}

fn data_actions(
    store: &Arc<dyn Store>,
    secrets: &Arc<dyn Secrets>,
    http: Arc<dyn VendorHttp>,
    clock: &Arc<dyn Clock>,
) -> Runner {
    let runner = Runner::new(
        Arc::clone(store),
        Arc::clone(secrets),
        http,
        Arc::clone(clock),
    );
    runner.with_aws_keys(settings::aws_keys())
}
