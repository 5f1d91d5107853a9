//! A named secret document, and the two places where its fields may be read in the clear.

use std::collections::BTreeMap;
use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::{Error, ErrorKind, Result, Timestamp};

/// Whose fields are the keys that owners chose for webhooks' addresses.
pub const WEBHOOK_KEYS: &str = "webhook-keys";
/// Whose fields are the callers of data actions, each with its token.
pub const DATA_ACTION_TOKENS: &str = "data-action-tokens";
/// Where notices go.
pub const NOTICES: &str = "notices";
/// Credentials that belong to no integration and so to no team.
pub const SHARED: [&str; 3] = [WEBHOOK_KEYS, DATA_ACTION_TOKENS, NOTICES];
/// The field with which an owner says when a credential ends, as `2027-01-31` or RFC 3339.
const EXPIRES_AT: &str = "expires_at";

const MAX_NAME_CHARS: usize = 64;
/// A document's size in bytes, names and values: what the smallest vault takes, with room to write it.
const MAX_DOCUMENT_BYTES: usize = 48 * 1024;

/// The fields of one credential, as its connector names them.
///
/// `version` changes whenever the document does: a paused credential resumes on a new version.
#[derive(Clone)]
pub struct Credential {
    pub name: String,
    pub version: String,
    fields: BTreeMap<String, SecretString>,
}

impl Credential {
    pub fn new(
        name: impl Into<String>,
        version: impl Into<String>,
        fields: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            fields: fields.into_iter().map(|(k, v)| (k, v.into())).collect(),
        }
    }

    /// Returns what the fields are called.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().map(String::as_str)
    }

    /// Returns a field in the clear, for the one request that needs it.
    pub fn field(&self, field: &str) -> Result<&str> {
        self.optional(field).ok_or_else(|| {
            let name = &self.name;
            Error::new(
                ErrorKind::Misconfigured,
                format!("credential {name} has no field {field}: set it again with that field"),
            )
            .with_retry(crate::Retry::WhenCredentialChanges)
        })
    }

    pub fn optional(&self, field: &str) -> Option<&str> {
        self.fields
            .get(field)
            .map(ExposeSecret::expose_secret)
            .filter(|value| !value.is_empty())
    }

    /// Returns when it ends, if its owner has said so.
    pub fn expires_at(&self) -> Option<Timestamp> {
        let text = self.optional(EXPIRES_AT)?;
        Timestamp::parse(text).or_else(|| Timestamp::parse(&format!("{text}T00:00:00Z")))
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Checks a document before any vault writes it: names that fit a file, a variable and a path, at least
/// one field, and a size that each vault takes.
///
/// # Errors
/// `Misconfigured`, naming what is wrong and never a value.
pub fn check_document(name: &str, fields: &BTreeMap<String, String>) -> Result<()> {
    let plain = |text: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        !text.is_empty() && text.len() <= MAX_NAME_CHARS && text.chars().all(fits)
    };
    let bytes: usize = fields.iter().map(|(k, v)| k.len() + v.len()).sum();
    let why = if !plain(name) || !fields.keys().all(|field| plain(field)) {
        format!(
            "a credential and its fields have names of 1 to {MAX_NAME_CHARS} letters, digits, \
             hyphens and underscores"
        )
    } else if fields.is_empty() {
        format!("credential {name} has no field: give at least one")
    } else if bytes > MAX_DOCUMENT_BYTES {
        format!("credential {name} is larger than {MAX_DOCUMENT_BYTES} bytes")
    } else {
        return Ok(());
    };
    Err(Error::new(ErrorKind::Misconfigured, why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_a_day_or_a_moment() {
        let ends = |text: &str| {
            let fields = [(EXPIRES_AT.to_owned(), text.to_owned())];
            let credential = Credential::new("main", "1", fields);
            credential.expires_at().map(|at| at.to_string())
        };
        let day = "2027-01-31T00:00:00.000Z".to_owned();
        assert_eq!(ends("2027-01-31"), Some(day.clone()));
        assert_eq!(ends("2027-01-31T01:00:00+01:00"), Some(day));
        assert_eq!(ends("next year"), None);
    }
}
