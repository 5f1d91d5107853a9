//! `deskbridge demo`: the whole product on this machine, and an account of what arrived where.

mod account;
pub mod alert_autotask;
pub mod desk_slack;
pub mod help_desk;
pub mod kayako_opsgenie;
pub mod records;
pub mod sandbox;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use deskbridge_connectors::http::Targets;
use deskbridge_core::{Error, ErrorKind, Result};
use deskbridge_embedded::EmbeddedSecrets;
use deskbridge_testkit::sandbox::zendesk::Zendesk;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::bundle::{Bundle, Options};
use crate::{term, web, workers};
use account::Account;
use desk_slack::Chat;
use deskbridge_clock::SystemClock;
use records::Vendors;
use sandbox::{Keys, Sandbox};

/// How long anything may take to arrive before the demo counts it as missing.
pub const PATIENCE: Duration = Duration::from_secs(8);

/// Plays every integration; `false` if anything did not arrive.
pub async fn demo() -> Result<bool> {
    term::line(format!(
        "{}  Nothing leaves this machine: the vendors below are sandboxes in this process.",
        term::bold("Deskbridge demo.")
    ));
    let stage = Stage::set_up().await?;
    let mut account = Account::default();
    kayako_opsgenie::play(&stage, &mut account).await?;
    alert_autotask::play(&stage, &mut account).await?;
    records::play(&stage, &mut account).await?;
    desk_slack::play(&stage, &mut account).await?;
    help_desk::play(&stage, &mut account).await?;
    account.ledger(&*stage.bundle.store).await?;
    stage.tear_down().await;
    Ok(account.conclude())
}

/// The bundle, serving, with sandbox vendors around it.
pub struct Stage {
    pub bundle: Arc<Bundle>,
    pub sandbox: Sandbox,
    pub records: Vendors,
    pub chat: Chat,
    pub zendesk: Zendesk,
    pub address: SocketAddr,
    pub keys: Keys,
    stop: watch::Sender<bool>,
    workers: JoinHandle<()>,
    // Kept to be deleted last.
    _data: tempfile::TempDir,
}

impl Stage {
    pub async fn set_up() -> Result<Self> {
        let cannot = |error: std::io::Error| {
            Error::new(
                ErrorKind::Unavailable,
                format!("cannot set up the demo: {error}"),
            )
        };
        let data = tempfile::tempdir().map_err(cannot)?;
        let secrets = Arc::new(EmbeddedSecrets::from_map([]));
        let bundle = Arc::new(Bundle::open(Options {
            data: data.path().to_path_buf(),
            secrets: Arc::clone(&secrets),
            targets: Targets::Any,
            clock: Arc::new(SystemClock),
        })?);
        let sandbox = Sandbox::start().await?;
        let keys = sandbox.install(&bundle, &secrets).await?;
        let records = Vendors::start().await?;
        records.install(&bundle, &secrets).await?;
        let zendesk = help_desk::start(&bundle, &secrets).await?;
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(cannot)?;
        let address = listener.local_addr().map_err(cannot)?;
        let chat = Chat::start().await?;
        let (stop, stopped) = watch::channel(false);
        let workers = tokio::spawn(workers::run(Arc::clone(&bundle), stopped));
        let app = web::router(Arc::clone(&bundle));
        tokio::spawn(async move { axum::serve(listener, app).await });
        chat.install(&bundle, &secrets, address).await?;
        chat.sign_in(&bundle, &secrets, deskbridge_testkit::sandbox::slack::ANN)
            .await?;
        Ok(Self {
            bundle,
            sandbox,
            records,
            chat,
            zendesk,
            address,
            keys,
            stop,
            workers,
            _data: data,
        })
    }

    /// Whether nothing is on its way: no webhook of a vendor, no event, no action.
    pub async fn is_quiet(&self) -> bool {
        let soon = Duration::from_millis(50);
        let vendors =
            self.sandbox.kayako.settled(soon).await && self.sandbox.opsgenie.settled(soon).await;
        let answered = self.sandbox.webhooks_answered();
        let tally = self.bundle.store.tally().await.unwrap_or_default();
        let open = tally.actions.get("open").copied().unwrap_or(0);
        vendors && open == 0 && tally.events + tally.duplicates >= answered
    }

    async fn tear_down(self) {
        self.stop.send_replace(true);
        // Whatever is still under way has been accounted for by now.
        tokio::time::timeout(Duration::from_secs(2), self.workers)
            .await
            .ok();
    }
}

/// Asks until `seen` answers, or gives up after `PATIENCE`.
pub async fn eventually<T>(mut seen: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let asked = async {
        loop {
            if let Some(found) = seen().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asked).await.ok()
}
