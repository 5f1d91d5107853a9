//! Tries a key: lists one alert. <https://docs.opsgenie.com/docs/alert-api#list-alerts>

use deskbridge_core::Result;
use deskbridge_core::connector::Tried;
use serde_json::Value;

use super::client::{Client, Dialect};

/// A key of few rights is known all the same: it is turned away with 403, not with 401.
pub(super) async fn try_connection(client: &Client<'_>) -> Result<Tried> {
    let (path, route) = match client.dialect {
        Dialect::V2 | Dialect::Events => ("?limit=1", "GET /v2/alerts"),
        Dialect::Account => ("?size=1", "GET /v1/alerts"),
    };
    match client.read::<Vec<Value>>(path.to_owned(), route).await {
        Ok(_) => Ok(Tried::new("the key is accepted and may read alerts")),
        Err(error) if error.http_status() == Some(403) => Ok(Tried::new(
            "the key is accepted; it may not read alerts, so nobody can look where an answer was lost",
        )),
        Err(error) => Err(error),
    }
}
