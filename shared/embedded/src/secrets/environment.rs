//! Credentials in environment variables: `DESKBRIDGE_CREDENTIAL_<NAME>__<FIELD>`.

use std::collections::BTreeMap;

use secrecy::SecretString;

use super::{Documents, Fields, SecretFields};

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

    /// Returns the names of the fields that the variables set.
    pub(super) fn fields(&self, name: &str) -> Vec<String> {
        let own = self.0.get(&spelled(name)).into_iter().flatten();
        own.map(|(field, _)| field.to_ascii_lowercase()).collect()
    }

    /// Returns one of the fields that a variable sets, and that variable.
    pub(super) fn sets(&self, name: &str, fields: &Fields) -> Option<(String, String)> {
        let own = self.0.get(&spelled(name))?;
        let field = fields
            .keys()
            .find(|field| own.contains_key(&spelled(field)))?;
        let variable = format!("{CREDENTIAL_PREFIX}{}__{}", spelled(name), spelled(field));
        Some((field.clone(), variable))
    }

    /// Returns the credentials that only variables set, as names are written mostly.
    pub(super) fn names_beside(&self, known: &[String]) -> Vec<String> {
        let known: Vec<_> = known.iter().map(|name| spelled(name)).collect();
        let own = self.0.keys().filter(|name| !known.contains(name));
        own.map(|name| name.to_ascii_lowercase().replace('_', "-"))
            .collect()
    }

    /// Returns the variable for a field of the credential, for a person to set.
    pub(super) fn variable(name: &str) -> String {
        format!("{CREDENTIAL_PREFIX}{}__<FIELD>", spelled(name))
    }
}

fn spelled(name: &str) -> String {
    name.to_ascii_uppercase().replace('-', "_")
}
