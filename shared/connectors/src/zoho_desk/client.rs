//! Talks to one portal as one person: its address, the token, the credits left, and what came back.
//!
//! <https://desk.zoho.com/DeskAPIDocument>: `Authorization: Zoho-oauthtoken`, the header `orgId`, and
//! 204 without a body where nothing is found.

mod meaning;
mod memory;
mod token;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use deskbridge_core::connector::{Ask, Call, Trial};
use deskbridge_core::http::{HttpRequest, HttpResponse, Method};
use deskbridge_core::ports::VendorHttp;
use deskbridge_core::secret::Credential;
use deskbridge_core::{Error, Result, Retry, Timestamp};
use serde_json::Value;

use super::settings::Settings;
pub(super) use meaning::Access;
use meaning::{meaning, wants_new_token};
pub(super) use memory::Memory;
use memory::{Account, Known};

const READ_TIMEOUT: Duration = Duration::from_secs(10);
const REMAINING: &str = "x-rate-limit-remaining-v3";
const UNKNOWN: u64 = u64::MAX;

pub(super) struct Client<'a> {
    pub(super) settings: &'a Settings,
    pub(super) now: Timestamp,
    http: &'a dyn VendorHttp,
    credential: &'a Credential,
    known: Arc<Known>,
    credits: AtomicU64,
    calls: AtomicU32,
}

impl<'a> Client<'a> {
    pub(super) fn for_call(memory: &Memory, call: &Call<'a>, settings: &'a Settings) -> Self {
        Self::new(memory, call.http, call.credential, settings, call.now)
    }

    pub(super) fn for_ask(memory: &Memory, ask: &Ask<'a>, settings: &'a Settings) -> Self {
        Self::new(memory, ask.http, ask.credential, settings, ask.now)
    }

    pub(super) fn for_trial(memory: &Memory, trial: &Trial<'a>, settings: &'a Settings) -> Self {
        Self::new(memory, trial.http, trial.credential, settings, trial.now)
    }

    fn new(
        memory: &Memory,
        http: &'a dyn VendorHttp,
        credential: &'a Credential,
        settings: &'a Settings,
        now: Timestamp,
    ) -> Self {
        Self {
            known: memory.of(&Account::new(credential, settings)),
            settings,
            now,
            http,
            credential,
            credits: AtomicU64::new(UNKNOWN),
            calls: AtomicU32::new(0),
        }
    }

    /// The credits that the portal has left today, as its last answer said.
    pub(super) fn credits(&self) -> Option<u64> {
        let credits = self.credits.load(Ordering::Relaxed);
        (credits != UNKNOWN).then_some(credits)
    }

    /// How many calls were made so far.
    pub(super) fn calls(&self) -> u32 {
        self.calls.load(Ordering::Relaxed)
    }

    pub(super) fn request(&self, method: Method, path: &str, route: &'static str) -> HttpRequest {
        HttpRequest::new(
            method,
            format!("{}/api/v1{path}", self.settings.desk_url),
            route,
        )
    }

    /// Reads one thing, or a page; nothing where nothing is found.
    pub(super) async fn find(&self, path: &str, route: &'static str) -> Result<Option<Value>> {
        self.read(self.request(Method::Get, path, route)).await
    }

    /// Reads one thing that must be there.
    pub(super) async fn get(&self, path: &str, route: &'static str) -> Result<Value> {
        self.find(path, route).await.map(Option::unwrap_or_default)
    }

    /// Reads the rows of a page.
    pub(super) async fn rows(&self, path: &str, route: &'static str) -> Result<Vec<Value>> {
        let page = self.get(path, route).await?;
        Ok(page["data"].as_array().cloned().unwrap_or_default())
    }

    /// Reads a list that rarely changes, or remembers it.
    pub(super) async fn list(&self, path: &str, route: &'static str) -> Result<Arc<Value>> {
        if let Some(list) = self.known.list(path, self.now) {
            return Ok(list);
        }
        let read = self.get(path, route).await?;
        Ok(self.known.keep_list(path, self.now, read))
    }

    /// Sends a request that only looks. Whatever goes wrong, nothing was changed.
    pub(super) async fn read(&self, mut request: HttpRequest) -> Result<Option<Value>> {
        request.timeout = READ_TIMEOUT;
        let route = request.call;
        let answer = self.exchange(request, Access::Read).await?;
        if answer.status == 204 || answer.body.is_empty() {
            return Ok(None);
        }
        answer.json(route).map(Some).map_err(harmless)
    }

    /// Sends a request that makes or changes something.
    pub(super) async fn write(&self, request: HttpRequest) -> Result<Value> {
        let route = request.call;
        let answer = self.exchange(request, Access::Write).await?;
        match answer.body.is_empty() {
            true => Ok(Value::Null),
            false => answer.json(route),
        }
    }

    /// A token that is not accepted although it should be good was taken back: once, another is asked
    /// for. The refused request had no effect.
    async fn exchange(&self, request: HttpRequest, access: Access) -> Result<HttpResponse> {
        let route = request.call;
        let token = self.token().await?;
        let mut answer = self.send(request.clone(), &token, access).await?;
        let mut hidden = token;
        if wants_new_token(&answer)
            && let Some(newer) = self.newer_token(&hidden).await?
        {
            answer = self.send(request, &newer, access).await?;
            hidden = newer;
        }
        let credential = self.credential;
        let fields = ["client_secret", "refresh_token"];
        let mut hidden = vec![&*hidden];
        hidden.extend(fields.iter().filter_map(|field| credential.optional(field)));
        meaning(&answer, access, self.now, &hidden).map_err(|error| error.with_call(route))?;
        Ok(answer)
    }

    async fn send(
        &self,
        request: HttpRequest,
        token: &str,
        access: Access,
    ) -> Result<HttpResponse> {
        let request = request
            .header("authorization", format!("Zoho-oauthtoken {token}"))
            .header("orgid", self.settings.org_id.clone());
        self.calls.fetch_add(1, Ordering::Relaxed);
        let sent = self.http.send(request).await;
        let answer = match access {
            Access::Read => sent.map_err(harmless)?,
            Access::Write => sent?,
        };
        let left = answer
            .header(REMAINING)
            .and_then(|text| text.trim().parse().ok());
        if let Some(left) = left {
            self.credits.store(left, Ordering::Relaxed);
        }
        Ok(answer)
    }
}

/// A read whose outcome is unknown may be made again at once.
pub(super) fn harmless(error: Error) -> Error {
    match error.retry() {
        Retry::LookUp => error.with_retry(Retry::Later(None)),
        _ => error,
    }
}
