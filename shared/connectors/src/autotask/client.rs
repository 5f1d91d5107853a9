//! Talks to one Autotask tenant: finds its zone, signs every call, and keeps below its hourly limit.
//!
//! Autotask says how at <https://www.autotask.net/help/DeveloperHelp/Content/APIs/REST/General_Topics/REST_Security_Auth.htm>.

mod budget;
mod meaning;
mod memory;

use std::sync::Arc;
use std::time::Duration;

use deskbridge_core::http::{HttpRequest, HttpResponse, Method};
use deskbridge_core::{Error, ErrorKind, Result, Retry};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::settings::Settings;
use super::types::{Created, Item, Items, Zone};
use crate::caller::{self, Caller};
use crate::text::encode;
use meaning::{Access, meaning};
use memory::Account;
pub(super) use memory::Memory;

/// A create may read eight times before it writes; with its write that must fit into the lease.
const READ_TIMEOUT: Duration = Duration::from_secs(4);
/// Zones hardly ever move.
const ZONE_AGE: Duration = Duration::from_secs(24 * 3600);
/// How long a list of ids is taken as it was read.
const LIST_AGE: Duration = Duration::from_secs(3600);
/// A list that was read this short a time ago is not read again for what it does not hold: alerts
/// come in thousands, and each read counts against the tenant's hour.
const FRESH_AGE: Duration = Duration::from_secs(60);
const ZONE: &str = "GET /zoneInformation";
const PUBLIC_HOST: &str = ".autotask.net";

/// A client at work on one action.
pub(super) type Job<'a> = caller::Job<'a, Client<'a>>;

pub(super) struct Client<'a> {
    caller: Caller<'a>,
    pub(super) settings: &'a Settings,
    memory: &'a Memory,
    account: Account,
}

impl<'a> Client<'a> {
    pub(super) fn new(memory: &'a Memory, caller: Caller<'a>, settings: &'a Settings) -> Self {
        Self {
            caller,
            settings,
            memory,
            account: Account::new(caller.credential, &settings.root),
        }
    }

    /// Returns a request to a path below the zone's `V1.0`, not signed yet.
    pub(super) async fn request(
        &self,
        method: Method,
        path: &str,
        route: &'static str,
    ) -> Result<HttpRequest> {
        let zone = self.zone().await?;
        Ok(HttpRequest::new(method, format!("{zone}V1.0{path}"), route))
    }

    /// Sends a request that makes something and returns its id.
    pub(super) async fn create(&self, request: HttpRequest) -> Result<i64> {
        let route = request.call;
        let answer = self.exchange(request, Access::Write).await?;
        Ok(answer.json::<Created>(route)?.item_id)
    }

    /// Sends a request that changes something; its answer says no more than that it was done.
    pub(super) async fn change(&self, request: HttpRequest) -> Result<()> {
        self.exchange(request, Access::Write).await.map(drop)
    }

    /// Sends a request that only looks.
    pub(super) async fn check(&self, request: HttpRequest) -> Result<()> {
        self.read(request).await.map(drop)
    }

    /// Reads one entity; nothing if there is none of that id.
    pub(super) async fn item<T>(&self, path: &str, route: &'static str) -> Result<Option<T>>
    where
        T: DeserializeOwned,
    {
        let request = self.request(Method::Get, path, route).await?;
        match self.read(request).await {
            Ok(answer) => Ok(parse::<Item<T>>(&answer, route)?.item),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads what is not one entity.
    pub(super) async fn get(&self, path: &str, route: &'static str) -> Result<Value> {
        let request = self.request(Method::Get, path, route).await?;
        parse(&self.read(request).await?, route)
    }

    /// Finds entities. A query is a POST, and yet it changes nothing.
    pub(super) async fn query<T>(
        &self,
        path: &str,
        route: &'static str,
        search: &Value,
    ) -> Result<Vec<T>>
    where
        T: DeserializeOwned,
    {
        let request = self.request(Method::Post, path, route).await?;
        let answer = self.read(request.json(search)).await?;
        Ok(parse::<Items<T>>(&answer, route)?.items)
    }

    /// Picks from what is remembered under `key`, or from what `read` reads now. What was read a
    /// moment ago is not read again.
    pub(super) async fn pick<S, T, R>(
        &self,
        key: &str,
        read: impl Future<Output = Result<S>>,
        pick: impl Fn(&T) -> Option<R>,
    ) -> Result<Option<R>>
    where
        S: Serialize,
        T: DeserializeOwned,
    {
        let now = self.caller.now;
        if let Some((read_at, value)) = self.memory.value(&self.account, key) {
            let known = T::deserialize(value.as_ref()).ok();
            let age = now.since(read_at);
            let picked = known.as_ref().and_then(&pick);
            if age < FRESH_AGE || (picked.is_some() && age < LIST_AGE) {
                return Ok(picked);
            }
        }
        let value = serde_json::to_value(read.await?).unwrap_or_default();
        let known = T::deserialize(&value).map_err(|_| {
            let why = "Autotask's answer is not the JSON it documents";
            harmless(Error::new(ErrorKind::Malformed, why))
        })?;
        self.memory.keep_value(&self.account, key, now, value);
        Ok(pick(&known))
    }

    /// The host of the tenant's zone, which is looked up.
    pub(super) async fn zone_host(&self) -> Result<String> {
        let zone = self.zone().await?;
        let url = Url::parse(&zone).ok();
        let host = url.as_ref().and_then(Url::host_str);
        Ok(host.unwrap_or(&zone).to_owned())
    }

    async fn zone(&self) -> Result<Arc<str>> {
        let now = self.caller.now;
        if let Some(zone) = self.memory.zone(&self.account, now, ZONE_AGE) {
            return Ok(zone);
        }
        let user = encode(self.caller.credential.field("user_name")?);
        let root = &self.settings.root;
        let url = format!("{root}/atservicesrest/v1.0/zoneInformation?user={user}");
        let mut request = HttpRequest::new(Method::Get, url, ZONE);
        request.timeout = READ_TIMEOUT;
        let answer = self.caller.http.send(request).await.map_err(harmless)?;
        self.judge(&answer, Access::Read)
            .map_err(|error| error.with_call(ZONE))?;
        let zone: Zone = parse(&answer, ZONE)?;
        let zone = self.checked(&zone.url)?;
        self.memory.keep_zone(&self.account, now, &zone);
        Ok(zone)
    }

    /// The secret goes where the zone says, so that must be Autotask, or the host that was
    /// configured.
    fn checked(&self, zone: &str) -> Result<Arc<str>> {
        let refused = |why: &str| Error::new(ErrorKind::Malformed, why).with_call(ZONE);
        let url = Url::parse(zone).map_err(|_| refused("the zone's address is none"))?;
        let host = url.host_str().unwrap_or_default();
        let root = Url::parse(&self.settings.root).ok();
        let own =
            !self.settings.is_public && root.is_some_and(|root| root.origin() == url.origin());
        if !own && (url.scheme() != "https" || !host.ends_with(PUBLIC_HOST)) {
            let error = refused("the zone's address leads away from Autotask");
            return Err(error.with_retry(Retry::Never));
        }
        Ok(format!("{}/", zone.trim_end_matches('/')).into())
    }

    /// Whatever goes wrong, nothing was changed at Autotask.
    async fn read(&self, mut request: HttpRequest) -> Result<HttpResponse> {
        request.timeout = READ_TIMEOUT;
        self.exchange(request, Access::Read).await
    }

    async fn exchange(&self, request: HttpRequest, access: Access) -> Result<HttpResponse> {
        self.memory.count_call(&self.account);
        self.deliver(request, access).await
    }

    async fn deliver(&self, request: HttpRequest, access: Access) -> Result<HttpResponse> {
        let route = request.call;
        let credential = self.caller.credential;
        let mut request = request
            .header("apiintegrationcode", credential.field("integration_code")?)
            .header("username", credential.field("user_name")?)
            .header("secret", credential.field("secret")?);
        if let (Access::Write, Some(creator)) = (access, self.settings.creator) {
            request = request.header("impersonationresourceid", creator.to_string());
        }
        let sent = self.caller.http.send(request).await;
        let answer = match access {
            Access::Read => sent.map_err(harmless)?,
            Access::Write => sent?,
        };
        self.judge(&answer, access)
            .map_err(|error| error.with_call(route))?;
        Ok(answer)
    }

    fn judge(&self, answer: &HttpResponse, access: Access) -> Result<()> {
        let fields = ["secret", "integration_code", "user_name"];
        let hidden: Vec<_> = fields
            .iter()
            .filter_map(|field| self.caller.credential.optional(field))
            .collect();
        meaning(answer, access, self.caller.now, &hidden)
    }
}

/// The parser's own words are left out: they quote the body.
fn parse<T: DeserializeOwned>(answer: &HttpResponse, route: &'static str) -> Result<T> {
    answer.json(route).map_err(harmless)
}

/// A read whose outcome is unknown may be made again at once.
fn harmless(error: Error) -> Error {
    match error.retry() {
        Retry::LookUp => error.with_retry(Retry::Later(None)),
        _ => error,
    }
}
