//! Applies the folder at the start, and again whenever something in it changes.

use std::collections::BTreeMap;
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
const SETTLE: Duration = Duration::from_millis(500);

/// Applies the folder once, then goes on in the background. The first time a folder that cannot be
/// read is an error.
pub(super) async fn start(
    bundle: Arc<Bundle>,
    config: PathBuf,
    address: SocketAddr,
    stop: watch::Receiver<bool>,
) -> Result<()> {
    let mut names = BTreeMap::new();
    for applied in folder::apply(&bundle, &config, &mut names).await? {
        announce::applied(&bundle, address, &applied).await;
    }
    let (changed, changes) = mpsc::unbounded_channel();
    let watcher = notify::recommended_watcher(move |_| {
        // Nobody listens any more once the process is stopping.
        changed.send(()).unwrap_or_default();
    });
    let mut watcher = watcher.map_err(|error| cannot_watch(&error))?;
    watcher
        .watch(&config, RecursiveMode::NonRecursive)
        .map_err(|error| cannot_watch(&error))?;
    tokio::spawn(async move {
        run(&bundle, &config, address, names, changes, stop).await;
        drop(watcher);
    });
    Ok(())
}

async fn run(
    bundle: &Bundle,
    config: &std::path::Path,
    address: SocketAddr,
    mut names: BTreeMap<String, PathBuf>,
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
        match folder::apply(bundle, config, &mut names).await {
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
