//! Credentials from one YAML file, from the environment, and from memory.

mod edit;
mod environment;
mod file;
mod vault;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use deskbridge_core::dedup::digest;
use deskbridge_core::ports::{Clock, Secrets};
use deskbridge_core::secret::Credential;
use deskbridge_core::{Error, ErrorKind, Result};
use secrecy::{ExposeSecret, SecretString};

use environment::Environment;
use file::CredentialFile;

pub use environment::CREDENTIAL_PREFIX;

/// A credential's fields as they are handed in.
pub type Fields = BTreeMap<String, String>;
type SecretFields = BTreeMap<String, SecretString>;
type Documents = BTreeMap<String, SecretFields>;

/// Digits of the digest that make a version: enough to tell two contents apart.
const VERSION_DIGITS: usize = 12;

/// The local secret store. What `set` wrote comes first, then the environment field by field, then
/// the file.
pub struct EmbeddedSecrets {
    file: Option<Mutex<CredentialFile>>,
    environment: Environment,
    memory: Mutex<Documents>,
}

impl EmbeddedSecrets {
    /// Reads `path` (`name: {field: value}`), which others may not be able to read, and of
    /// `variables` those that start with [`CREDENTIAL_PREFIX`]. The file need not exist yet; a
    /// changed one is read again within a second.
    pub fn open(
        path: Option<PathBuf>,
        variables: impl IntoIterator<Item = (String, String)>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let file = path.map(|path| CredentialFile::open(path, clock).map(Mutex::new));
        Ok(Self {
            file: file.transpose()?,
            environment: Environment::new(variables),
            memory: Mutex::default(),
        })
    }

    /// Credentials that live in memory only.
    pub fn from_map(credentials: impl IntoIterator<Item = (String, Fields)>) -> Self {
        let secrets = Self {
            file: None,
            environment: Environment::default(),
            memory: Mutex::default(),
        };
        for (name, fields) in credentials {
            secrets.set(name, fields);
        }
        secrets
    }

    /// Replaces the whole credential, for as long as this process lives.
    pub fn set(&self, name: impl Into<String>, fields: Fields) {
        lock(&self.memory).insert(name.into(), hide(fields));
    }

    fn fields(&self, name: &str) -> Option<SecretFields> {
        if let Some(fields) = lock(&self.memory).get(name) {
            return Some(fields.clone());
        }
        let stored = self.file.as_ref().and_then(|file| lock(file).fields(name));
        self.environment.over(name, stored)
    }

    fn missing(&self, name: &str) -> Error {
        let variable = Environment::variable(name);
        let place = match &self.file {
            Some(file) => format!(
                "add it to {}, or set {variable}",
                lock(file).path().display()
            ),
            None => format!("set {variable}"),
        };
        Error::new(
            ErrorKind::Misconfigured,
            format!("there is no credential {name}: {place}"),
        )
    }
}

#[async_trait]
impl Secrets for EmbeddedSecrets {
    async fn credential(&self, name: &str) -> Result<Credential> {
        let fields = self.fields(name).ok_or_else(|| self.missing(name))?;
        let version = version(name, &fields);
        let fields = fields.iter();
        let fields = fields.map(|(field, value)| (field.clone(), value.expose_secret().to_owned()));
        Ok(Credential::new(name, version, fields))
    }

    async fn reread(&self, name: &str, _seen: &str) -> Result<Credential> {
        if let Some(file) = &self.file {
            lock(file).check();
        }
        self.credential(name).await
    }
}

impl fmt::Debug for EmbeddedSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.as_ref();
        f.debug_struct("EmbeddedSecrets")
            .field("file", &file.map(|file| lock(file).path().to_owned()))
            .finish_non_exhaustive()
    }
}

/// The same content has the same version, also after a restart: a pause must outlive that.
fn version(name: &str, fields: &SecretFields) -> String {
    let fields = fields.iter();
    let parts = fields.flat_map(|(field, value)| [field.as_str(), value.expose_secret()]);
    let parts: Vec<_> = ["credential", name].into_iter().chain(parts).collect();
    digest(&parts).chars().take(VERSION_DIGITS).collect()
}

fn hide(fields: Fields) -> SecretFields {
    let fields = fields.into_iter();
    fields.map(|(field, value)| (field, value.into())).collect()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
