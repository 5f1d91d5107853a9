//! Reads a kind's settings with the place of each mistake, and writes values into expressions.

use std::fmt;
use std::time::Duration;

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

/// Splits what all connections have from the connector's own settings: `credential`, and
/// `look_up_wait_s`, at most an hour. One that does not hold stays there, for the connector to refuse.
pub(crate) fn connection(connector: &str, settings: &Value) -> Connection {
    let mut settings = settings.clone();
    let mut take = |name: &str, fits: fn(&Value) -> bool| {
        let own = settings.as_object_mut()?;
        own.get(name).is_some_and(fits).then(|| own.remove(name))?
    };
    let credential = take("credential", Value::is_string);
    let wait = take("look_up_wait_s", |value| {
        value.as_u64().is_some_and(|s| s <= 3_600)
    });
    Connection {
        connector: connector.to_owned(),
        credential: credential.and_then(|name| name.as_str().map(str::to_owned)),
        look_up_wait: wait.and_then(|wait| wait.as_u64().map(Duration::from_secs)),
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

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Items {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Items".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A list, or text with commas.",
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]
        })
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
