//! Has a vendor send its webhooks here: what is missing at its side is made there, and nothing twice.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use deskbridge_core::connector::{Connection, Trial, Tried};
use deskbridge_core::{Error, ErrorKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Admin;
use crate::access::Writer;
use crate::extract::{Body, Segment};
use crate::problem::{Answer, Problem};

/// Zoho Desk takes no longer ones.
const MAX_ADDRESS_CHARS: usize = 500;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SubscribeBody {
    /// The webhook's address with the integration's key, as the vendor will call it.
    address: String,
}

/// What the vendor says of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Subscribed {
    says: String,
}

/// Has a vendor send its webhooks to this address: the one that the address names.
#[utoipa::path(post, path = "/integrations/{name}/subscribe", tag = "integrations",
    request_body = SubscribeBody,
    params(("name" = String, Path, description = "Name of the integration")),
    responses((status = 200, body = Subscribed)))]
pub(crate) async fn subscribe(
    State(admin): State<Arc<Admin>>,
    Writer(caller): Writer,
    Segment(name): Segment,
    Body(body): Body<SubscribeBody>,
) -> Answer<Json<Subscribed>> {
    let integration = admin.live(&caller, &name).await?;
    let plan = admin.directory.check(&integration.spec);
    let plan = plan.map_err(|problems| Problem::document(&problems))?;
    let connector = connector_in(&body.address);
    let connection = connector.and_then(|connector| plan.connections.get(connector));
    let connection = connection.ok_or_else(|| {
        let detail = "Give the webhook's whole address, as https://…/webhooks/zoho-desk/KEY.";
        Problem::field(422, "Does not fit", "address", detail)
    })?;
    let team = &integration.spec.team;
    let done = admin.record_change(&caller, "subscribe", &name, team, None);
    done.await?;
    match admin.subscribe_at(connection, &body.address).await {
        Ok(Some(tried)) => Ok(Json(Subscribed { says: tried.says })),
        Ok(None) => {
            let connector = &connection.connector;
            let detail = format!("{connector} is told its webhooks' address in its own settings.");
            Err(Problem::new(409, "Not offered", detail))
        }
        Err(error) => Err(Problem::new(409, "Not done", error.to_string())),
    }
}

impl Admin {
    async fn subscribe_at(
        &self,
        connection: &Connection,
        address: &str,
    ) -> deskbridge_core::Result<Option<Tried>> {
        let connector = self.connectors.named(&connection.connector);
        let missing = || Error::new(ErrorKind::Misconfigured, "the connection has no credential");
        let name = connection.credential.as_deref().ok_or_else(missing)?;
        let connector = connector.ok_or_else(missing)?;
        let credential = self.secrets.credential(name).await?;
        let trial = Trial {
            http: &*self.http,
            now: self.clock.now(),
            connection,
            credential: &credential,
        };
        connector.subscribe(&trial, address).await
    }
}

/// Returns the vendor that a webhook's address names.
fn connector_in(address: &str) -> Option<&str> {
    let web = address.starts_with("https://") || address.starts_with("http://");
    let plain = web && address.chars().count() <= MAX_ADDRESS_CHARS;
    let (_, path) = address.split_once("/webhooks/").filter(|_| plain)?;
    let (connector, key) = path.split_once('/')?;
    let usual = !key.is_empty()
        && key
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    usual.then_some(connector)
}
