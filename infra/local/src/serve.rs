//! `deskbridge serve`: the bundle as one process, its folder watched, until a signal stops it.

mod announce;
pub mod token;
mod watch;

use std::future::IntoFuture as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use deskbridge_connectors::http::Targets;
use deskbridge_core::{Error, ErrorKind, Result};
use deskbridge_embedded::EmbeddedSecrets;
use tokio::net::TcpListener;

use crate::bundle::{Bundle, Options};
use crate::demo::records::Vendors;
use crate::demo::sandbox::Sandbox;
use crate::{folder, settings, term, web, workers};
use deskbridge_clock::SystemClock;

/// How long calls under way may take to finish once a signal came.
const GRACE: Duration = Duration::from_secs(25);

#[derive(Args)]
pub struct ServeArgs {
    /// Address and port to listen on.
    #[arg(long, default_value = "127.0.0.1:9000")]
    pub listen: SocketAddr,
    /// Folder of the store, made if it is not there. [default: data, or with --sandbox a temporary one]
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// Folder of integration files, watched for changes; credentials.yaml in it holds the secrets.
    #[arg(long)]
    pub config: Option<PathBuf>,
    /// Also run sandbox vendors, with integrations between them.
    #[arg(long)]
    pub sandbox: bool,
    /// Let integrations call private and loopback addresses, and plain HTTP.
    #[arg(long)]
    pub allow_private_targets: bool,
}

pub async fn serve(args: ServeArgs) -> Result<()> {
    let data = DataFolder::choose(&args)?;
    let secrets = open_secrets(args.config.as_deref().unwrap_or(data.path()))?;
    let private = args.allow_private_targets || args.sandbox;
    let bundle = Arc::new(Bundle::open(Options {
        data: data.path().to_path_buf(),
        secrets: Arc::clone(&secrets),
        targets: if private {
            Targets::Any
        } else {
            Targets::PublicOnly
        },
        clock: Arc::new(SystemClock),
    })?);
    token::provide(&bundle, data.path()).await?;
    let listener = listen(args.listen).await?;
    let address = listener.local_addr().unwrap_or(args.listen);
    announce::started(address, &data, private);
    let sandbox = match args.sandbox {
        true => Some(start_sandbox(&bundle, &secrets, address).await?),
        false => None,
    };
    let (stop, stopped) = tokio::sync::watch::channel(false);
    if let Some(config) = args.config.clone() {
        watch::start(Arc::clone(&bundle), config, address, stopped.clone()).await?;
    }
    announce::integrations(&bundle, address).await?;
    let workers = tokio::spawn(workers::run(Arc::clone(&bundle), stopped.clone()));
    let app = web::router(Arc::clone(&bundle));
    let served = axum::serve(listener, app).with_graceful_shutdown(told(stopped));
    let served = tokio::spawn(served.into_future());
    signal().await;
    term::line("Stopping: finishing what is under way …");
    stop.send_replace(true);
    let finished = async { (served.await, workers.await) };
    if tokio::time::timeout(GRACE, finished).await.is_err() {
        term::line("Some calls did not finish in time; they are looked up at the next start.");
    }
    drop(sandbox);
    Ok(())
}

/// Where the store lives. Sandbox vendors forget everything when they stop, so what is linked to
/// them does not belong into a store that stays.
enum DataFolder {
    Kept(PathBuf),
    Temporary(tempfile::TempDir),
}

impl DataFolder {
    fn choose(args: &ServeArgs) -> Result<Self> {
        match (&args.data, args.sandbox) {
            (Some(data), _) => Ok(Self::Kept(data.clone())),
            (None, false) => Ok(Self::Kept("data".into())),
            (None, true) => {
                let folder = tempfile::tempdir();
                let folder = folder.map_err(|error| cannot(&format!("make a folder: {error}")))?;
                Ok(Self::Temporary(folder))
            }
        }
    }

    fn path(&self) -> &Path {
        match self {
            Self::Kept(path) => path,
            Self::Temporary(folder) => folder.path(),
        }
    }
}

/// Beside the integrations; without a folder of those, beside the store.
fn open_secrets(folder: &Path) -> Result<Arc<EmbeddedSecrets>> {
    let file = folder.join(folder::CREDENTIALS_FILE);
    let secrets =
        EmbeddedSecrets::open(Some(file), settings::credentials(), Arc::new(SystemClock))?;
    Ok(Arc::new(secrets))
}

async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        cannot(&format!(
            "listen on {address}: {error}. Choose another with --listen."
        ))
    })
}

async fn start_sandbox(
    bundle: &Bundle,
    secrets: &EmbeddedSecrets,
    address: SocketAddr,
) -> Result<(Sandbox, Vendors)> {
    let sandbox = Sandbox::start_beside(address).await?;
    let records = Vendors::start_beside(address).await?;
    let keys = sandbox.install(bundle, secrets).await?;
    records.install(bundle, secrets).await?;
    sandbox.send_webhooks_to(address, &keys.support);
    announce::sandbox(&sandbox, &records, address, &keys);
    Ok((sandbox, records))
}

fn cannot(what: &str) -> Error {
    Error::new(ErrorKind::Unavailable, format!("cannot {what}"))
}

async fn told(mut stop: tokio::sync::watch::Receiver<bool>) {
    stop.wait_for(|stop| *stop)
        .await
        .map(drop)
        .unwrap_or_default();
}

async fn signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    // Without a handler the process ends the hard way, which the store is made for.
    tokio::signal::ctrl_c().await.unwrap_or_default();
}
