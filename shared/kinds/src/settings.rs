//! Reads a kind's settings with the place of each mistake, and writes values into expressions.

use std::fmt;

use deskbridge_core::connector::{Connection, split_list};
use deskbridge_core::integration::{IntegrationSpec, Problem};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Reads the settings; a mistake names its field, as `settings.create_conversations[1].on`.
pub(crate) fn read<T: DeserializeOwned>(spec: &IntegrationSpec) -> Result<T, Vec<Problem>> {
    serde_path_to_error::deserialize(&spec.settings).map_err(|error| {
        let path = error.path().to_string();
        let field = if path == "." {
            "settings".to_owned()
        } else {
            format!("settings.{path}")
        };
        vec![Problem::new(field, error.inner().to_string())]
    })
}

/// Splits a connection's settings into its credential's name and the connector's own part.
pub(crate) fn connection(connector: &str, settings: &Value) -> Connection {
    let mut settings = settings.clone();
    let credential = settings
        .as_object_mut()
        .and_then(|own| own.remove("credential"));
    Connection {
        connector: connector.to_owned(),
        credential: credential.and_then(|name| name.as_str().map(str::to_owned)),
        settings,
    }
}

/// A list written as a list or as `a, b`; empty items are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Items(pub(crate) Vec<String>);

impl<'de> Deserialize<'de> for Items {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a list, or text with commas")]
        enum Either {
            Text(String),
            List(Vec<String>),
        }
        Ok(Self(match Either::deserialize(deserializer)? {
            Either::Text(text) => split_list(&text),
            Either::List(items) => items.iter().flat_map(|item| split_list(item)).collect(),
        }))
    }
}

/// Writes a value as a literal of the expression language, which reads JSON as it stands.
pub(crate) struct Literal<'a, T: ?Sized>(pub(crate) &'a T);

impl<T: serde::Serialize + ?Sized> fmt::Display for Literal<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = serde_json::to_string(self.0).map_err(|_| fmt::Error)?;
        f.write_str(&text)
    }
}
