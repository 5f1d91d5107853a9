//! Credentials in environment variables: `DESKBRIDGE_CREDENTIAL_<NAME>__<FIELD>`.

use std::collections::BTreeMap;

use secrecy::SecretString;

use super::{Documents, SecretFields};

/// What every variable with a credential's field begins with.
pub const CREDENTIAL_PREFIX: &str = "DESKBRIDGE_CREDENTIAL_";

/// Names and fields as variables spell them: upper case, hyphens as underscores.
#[derive(Default)]
pub(super) struct Environment(Documents);

impl Environment {
    pub(super) fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut documents = Documents::new();
        for (variable, value) in variables {
            let rest = variable.strip_prefix(CREDENTIAL_PREFIX);
            // The last one: a name with two hyphens in a row has the separator in it.
            if let Some((name, field)) = rest.and_then(|rest| rest.rsplit_once("__")) {
                let fields = documents.entry(name.to_owned()).or_default();
                fields.insert(field.to_owned(), value.into());
            }
        }
        Self(documents)
    }

    /// Returns the credential with the variables laid over what is stored of it.
    pub(super) fn over(&self, name: &str, stored: Option<SecretFields>) -> Option<SecretFields> {
        let Some(own) = self.0.get(&spelled(name)) else {
            return stored;
        };
        let mut fields = stored.unwrap_or_default();
        let known: BTreeMap<_, _> = fields.keys().map(|f| (spelled(f), f.clone())).collect();
        for (field, value) in own {
            let known = known.get(field).cloned();
            let field = known.unwrap_or_else(|| field.to_ascii_lowercase());
            fields.insert(field, SecretString::clone(value));
        }
        Some(fields)
    }

    /// Returns the variable for a field of the credential, for a person to set.
    pub(super) fn variable(name: &str) -> String {
        format!("{CREDENTIAL_PREFIX}{}__<FIELD>", spelled(name))
    }
}

fn spelled(name: &str) -> String {
    name.to_ascii_uppercase().replace('-', "_")
}
