//! The data directory: made for its owner's eyes only, and held by one process at a time.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use deskbridge_core::{Error, ErrorKind, Result};

const DATABASE: &str = "deskbridge.db";
const LOCK: &str = "deskbridge.lock";

/// A directory that this process holds; the lock ends with the value, or with the process.
pub(crate) struct Home {
    database: PathBuf,
    _lock: File,
}

impl Home {
    pub(crate) fn claim(dir: &Path) -> Result<Self> {
        make_dir(dir).map_err(|error| unusable(dir, &error))?;
        let lock = lock(dir)?;
        let database = dir.join(DATABASE);
        // SQLite gives its side files the mode of the file itself.
        private_file(&database).map_err(|error| unusable(&database, &error))?;
        Ok(Self {
            database,
            _lock: lock,
        })
    }

    pub(crate) fn database(&self) -> &Path {
        &self.database
    }
}

/// A directory that was there before keeps its mode: it may be shared on purpose, and the files
/// in it are closed to others anyway.
fn make_dir(dir: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(file)
}

fn lock(dir: &Path) -> Result<File> {
    let mut file = private_file(&dir.join(LOCK)).map_err(|error| unusable(dir, &error))?;
    match file.try_lock() {
        Ok(()) => {
            // The number only helps the person who reads the refusal: the lock does not need it.
            let wrote = file.set_len(0).and_then(|()| {
                let pid = std::process::id();
                writeln!(file, "{pid}")
            });
            wrote.map_err(|error| unusable(dir, &error))?;
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => Err(in_use(dir, &mut file)),
        Err(TryLockError::Error(error)) => Err(unusable(dir, &error)),
    }
}

fn in_use(dir: &Path, lock: &mut File) -> Error {
    let mut holder = String::new();
    let holder = match lock.read_to_string(&mut holder) {
        Ok(_) if !holder.trim().is_empty() => format!("process {}", holder.trim()),
        _ => "another process".to_owned(),
    };
    let dir = dir.display();
    Error::new(
        ErrorKind::Misconfigured,
        format!("{holder} is using {dir}: stop it first, or give this one a directory of its own"),
    )
}

fn unusable(path: &Path, error: &io::Error) -> Error {
    let path = path.display();
    Error::new(
        ErrorKind::Misconfigured,
        format!("{path} cannot be used: {error}"),
    )
}
