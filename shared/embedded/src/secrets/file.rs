//! The credentials file, read again when it has changed.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use deskbridge_core::ports::Clock;
use deskbridge_core::{Error, ErrorKind, Result, Timestamp};

use super::edit::edited;
use super::{Documents, Fields, SecretFields, hide};

const BETWEEN_CHECKS: Duration = Duration::from_secs(1);

pub(super) struct CredentialFile {
    path: PathBuf,
    clock: Arc<dyn Clock>,
    checked_at: Timestamp,
    stamp: Option<Stamp>,
    documents: Documents,
}

/// What shows that a file is another one than before. The mode, too: a file that was refused for
/// it is read once it is closed to others.
#[derive(PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    bytes: u64,
    mode: u32,
}

impl CredentialFile {
    pub(super) fn open(path: PathBuf, clock: Arc<dyn Clock>) -> Result<Self> {
        let mut file = Self {
            checked_at: clock.now(),
            path,
            clock,
            stamp: None,
            documents: Documents::new(),
        };
        file.refresh()?;
        Ok(file)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Looks at the file at most once a second; both directions, for a clock that was set back.
    pub(super) fn fields(&mut self, name: &str) -> Option<SecretFields> {
        let now = self.clock.now();
        let apart = now.since(self.checked_at).max(self.checked_at.since(now));
        if apart >= BETWEEN_CHECKS {
            self.check();
        }
        self.documents.get(name).cloned()
    }

    pub(super) fn names(&mut self) -> Vec<String> {
        self.check();
        self.documents.keys().cloned().collect()
    }

    /// Writes the credential into the file, or takes it out, in one step; the mode is 0600 from its
    /// first byte on. What others wrote into the file meanwhile stays.
    pub(super) fn put(&mut self, name: &str, fields: Option<&Fields>) -> Result<()> {
        let before = match self.text() {
            Ok(text) => text.ok_or_else(|| self.open_to_others())?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(self.unreadable(&error)),
        };
        let after = edited(&before, name, fields).ok_or_else(|| {
            let path = self.path.display();
            misconfigured(format!(
                "{path} is not written one field a line: change it by hand"
            ))
        })?;
        if after != before {
            self.replace(&after).map_err(|error| {
                let path = self.path.display();
                misconfigured(format!("{path} cannot be written: {error}"))
            })?;
        }
        self.stamp = None;
        self.refresh()
    }

    fn replace(&self, text: &str) -> io::Result<()> {
        let folder = self.path.parent().filter(|path| *path != Path::new(""));
        let folder = folder.unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(&self.path)?;
        File::open(folder)?.sync_all()
    }

    /// Looks at the file now.
    pub(super) fn check(&mut self) {
        self.checked_at = self.clock.now();
        if let Err(error) = self.refresh() {
            // What was read before stays good while somebody is writing.
            tracing::warn!(%error, "credentials not read again");
        }
    }

    /// Reads the file if it is not the one read before. One that cannot be read is not tried again
    /// until it changes, so that it is complained of once.
    fn refresh(&mut self) -> Result<()> {
        let stamp = match fs::metadata(&self.path) {
            Ok(metadata) => Some(Stamp::of(&metadata)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(self.unreadable(&error)),
        };
        if self.stamp == stamp {
            return Ok(());
        }
        self.stamp = stamp;
        self.documents = match &self.stamp {
            Some(_) => self.read()?,
            None => Documents::new(),
        };
        Ok(())
    }

    fn read(&self) -> Result<Documents> {
        let text = self.text().map_err(|error| self.unreadable(&error))?;
        let text = text.ok_or_else(|| self.open_to_others())?;
        let parsed: Option<BTreeMap<String, Fields>> =
            serde_saphyr::from_str(&text).map_err(|error| self.malformed(&error))?;
        let documents = parsed.unwrap_or_default().into_iter();
        Ok(documents
            .map(|(name, fields)| (name, hide(fields)))
            .collect())
    }

    /// Returns nothing if others can read the file: this very file, not what the path led to before.
    fn text(&self) -> io::Result<Option<String>> {
        let mut file = File::open(&self.path)?;
        if Stamp::of(&file.metadata()?).mode & 0o077 != 0 {
            return Ok(None);
        }
        let mut text = String::new();
        file.read_to_string(&mut text).map(|_| Some(text))
    }

    fn open_to_others(&self) -> Error {
        let path = self.path.display();
        misconfigured(format!(
            "{path} can be read by others: run `chmod 600 {path}`"
        ))
    }

    fn unreadable(&self, error: &io::Error) -> Error {
        let path = self.path.display();
        misconfigured(format!("{path} cannot be read: {error}"))
    }

    /// Where, never what: the parser's own message quotes the file.
    fn malformed(&self, error: &serde_saphyr::Error) -> Error {
        let (path, place) = (self.path.display(), error.location());
        let place = place.map(|place| format!(" (line {})", place.line()));
        let place = place.unwrap_or_default();
        misconfigured(format!(
            "{path} must be YAML with `field: value` lines under each credential's name{place}"
        ))
    }
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let mode = std::os::unix::fs::MetadataExt::mode(metadata);
        #[cfg(not(unix))]
        let mode = 0;
        Self {
            modified: metadata.modified().ok(),
            bytes: metadata.len(),
            mode,
        }
    }
}

fn misconfigured(message: String) -> Error {
    Error::new(ErrorKind::Misconfigured, message)
}
