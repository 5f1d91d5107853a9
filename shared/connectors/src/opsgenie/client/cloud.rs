//! The id of a JSM site, asked for once in the life of the process.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use deskbridge_core::http::{HttpRequest, Method};
use deskbridge_core::{Error, ErrorKind, Result};

use super::{Access, Client, READ_TIMEOUT, harmless, malformed, parse};
use crate::opsgenie::settings::is_cloud_id;
use crate::opsgenie::types::TenantInfo;

const ROUTE: &str = "GET /_edge/tenant_info";

/// By the address asked. The same for everybody and for ever, so it is kept beside the connector,
/// not in it.
static KNOWN: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());

/// Returns the id, which is safe in an address.
pub(super) async fn id(client: &Client<'_>) -> Result<String> {
    if let Some(cloud_id) = &client.settings.cloud_id {
        return Ok(cloud_id.clone());
    }
    let url = client.settings.tenant_info().ok_or_else(|| {
        let why =
            "the account API of JSM needs settings.opsgenie.site or settings.opsgenie.cloud_id";
        Error::new(ErrorKind::Misconfigured, why)
    })?;
    if let Some(known) = known().get(&url) {
        return Ok(known.clone());
    }
    let cloud_id = ask(client, &url).await?;
    known().insert(url, cloud_id.clone());
    Ok(cloud_id)
}

/// Without the key: the site tells anybody, and need not be who it says.
async fn ask(client: &Client<'_>, url: &str) -> Result<String> {
    let mut request = HttpRequest::new(Method::Get, url, ROUTE);
    request.timeout = READ_TIMEOUT;
    let answer = client.caller.http.send(request).await.map_err(harmless)?;
    client.accept(&answer, Access::Read, ROUTE)?;
    let info: TenantInfo = parse(&answer, ROUTE).map_err(harmless)?;
    if is_cloud_id(&info.cloud_id) {
        return Ok(info.cloud_id);
    }
    Err(harmless(malformed("has no cloud id", ROUTE)))
}

fn known() -> std::sync::MutexGuard<'static, BTreeMap<String, String>> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}
