//! Writing credentials: into the file, or into memory where there is none.

use async_trait::async_trait;
use deskbridge_core::ports::{Held, Vault};
use deskbridge_core::secret::check_document;
use deskbridge_core::{Error, ErrorKind, Result};

use super::{CredentialFile, EmbeddedSecrets, Fields, hide, lock, version};

#[async_trait]
impl Vault for EmbeddedSecrets {
    /// Refuses a field that a variable sets, because the variable would win; and a file in which it
    /// cannot tell where the credential ends.
    async fn put(&self, name: &str, fields: Fields) -> Result<String> {
        check_document(name, &fields)?;
        if let Some((field, variable)) = self.environment.sets(name, &fields) {
            let why = format!(
                "field {field} of credential {name} is set by {variable}: change it there, or \
                 take it away from there first"
            );
            return Err(Error::new(ErrorKind::Misconfigured, why));
        }
        match self.file_of(name) {
            Some(file) => lock(file).put(name, Some(&fields))?,
            None => self.set(name, fields.clone()),
        }
        // What the variables add is part of the version too.
        let now = self.fields(name);
        Ok(version(name, &now.unwrap_or_else(|| hide(fields))))
    }

    async fn remove(&self, name: &str) -> Result<()> {
        match self.file_of(name) {
            Some(file) => lock(file).put(name, None)?,
            None => {
                lock(&self.memory).remove(name);
            }
        }
        let kept = self.environment.fields(name);
        let Some(field) = kept.first() else {
            return Ok(());
        };
        let why = format!(
            "field {field} of credential {name} is set in the environment: take the variable away \
             and start again"
        );
        Err(Error::new(ErrorKind::Misconfigured, why))
    }

    async fn held(&self) -> Result<Vec<Held>> {
        let mut names: Vec<String> = lock(&self.memory).keys().cloned().collect();
        if let Some(file) = &self.file {
            names.extend(lock(file).names());
        }
        let only_variables = self.environment.names_beside(&names);
        names.extend(only_variables);
        names.sort();
        names.dedup();
        let held = names.into_iter().map(|name| Held {
            fields: self
                .fields(&name)
                .map(|fields| fields.into_keys().collect()),
            name,
            changed_at: None,
        });
        Ok(held.collect())
    }
}

impl EmbeddedSecrets {
    /// The file, unless `set` has put the credential into memory, which comes first.
    fn file_of(&self, name: &str) -> Option<&std::sync::Mutex<CredentialFile>> {
        let in_memory = lock(&self.memory).contains_key(name);
        self.file.as_ref().filter(|_| !in_memory)
    }
}
