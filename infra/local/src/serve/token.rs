//! The token that the commands on this machine use: in the data folder, for its owner's eyes only.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use deskbridge_admin::{is_live, issue};
use deskbridge_core::operator::Role;
use deskbridge_core::{Error, ErrorKind, Result};

use crate::bundle::Bundle;
use crate::client::TOKEN_FILE;

/// The name under which the audit log knows the commands of this machine.
const NAME: &str = "local";

/// Leaves a live token in the folder: the one that is there, or a new one in place of those before.
pub async fn provide(bundle: &Bundle, data: &Path) -> Result<()> {
    let path = data.join(TOKEN_FILE);
    let (store, now) = (&*bundle.store, bundle.clock.now());
    if let Ok(token) = std::fs::read_to_string(&path)
        && is_live(store, now, token.trim()).await?
    {
        return Ok(());
    }
    for mut old in store.tokens().await? {
        if old.name == NAME && old.is_live(now) {
            old.expires_at = Some(now);
            store.put_token(old).await?;
        }
    }
    let made = issue(store, now, NAME, Role::Admin, None, None).await?;
    write(&path, &made.token).map_err(|error| {
        let path = path.display();
        let why = format!("{path} cannot be written: {error}");
        Error::new(ErrorKind::Misconfigured, why)
    })
}

/// A file that was there may have been open to others: it makes room for a new one.
fn write(path: &Path, token: &str) -> std::io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    writeln!(options.open(path)?, "{token}")
}
