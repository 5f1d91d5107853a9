//! Applies the folder at the start, and again whenever something in it changes.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use deskbridge_core::{Error, ErrorKind, Result};
use notify::{RecursiveMode, Watcher};
use tokio::sync::{mpsc, watch};

use super::announce;
use crate::bundle::Bundle;
use crate::{folder, term};

/// Editors write a file in several steps: what follows within this time belongs together.
/// Also longer than the secrets look away from their file.
const SETTLE: Duration = Duration::from_millis(1_200);

/// Applies the folder once, then goes on in the background. The first time a folder that cannot be
/// read is an error.
pub(super) async fn start(
    bundle: Arc<Bundle>,
    config: PathBuf,
    address: SocketAddr,
    stop: watch::Receiver<bool>,
) -> Result<()> {
    for applied in folder::apply(&bundle, &config).await? {
        announce::applied(&bundle, address, &applied).await;
    }
    let (changed, changes) = mpsc::unbounded_channel();
    let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // That a file was read is no change, or reading it here would go on for ever.
        if event.is_ok_and(|event| !event.kind.is_access()) {
            // Nobody listens any more once the process is stopping.
            changed.send(()).unwrap_or_default();
        }
    });
    let mut watcher = watcher.map_err(|error| cannot_watch(&error))?;
    watcher
        .watch(&config, RecursiveMode::NonRecursive)
        .map_err(|error| cannot_watch(&error))?;
    tokio::spawn(async move {
        run(&bundle, &config, address, changes, stop).await;
        drop(watcher);
    });
    Ok(())
}

async fn run(
    bundle: &Bundle,
    config: &std::path::Path,
    address: SocketAddr,
    mut changes: mpsc::UnboundedReceiver<()>,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        tokio::select! {
            heard = changes.recv() => if heard.is_none() { return },
            _ = stop.changed() => return,
        }
        tokio::time::sleep(SETTLE).await;
        while changes.try_recv().is_ok() {}
        match folder::apply(bundle, config).await {
            Ok(all) => {
                for applied in &all {
                    announce::applied(bundle, address, applied).await;
                }
            }
            Err(error) => term::error(error),
        }
    }
}

fn cannot_watch(error: &notify::Error) -> Error {
    Error::new(
        ErrorKind::Unavailable,
        format!("the folder cannot be watched: {error}"),
    )
}
