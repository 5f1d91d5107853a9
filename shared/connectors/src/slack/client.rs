//! Talks to one workspace: its token, its pace, and what came back.

mod meaning;
mod memory;

use std::time::Duration;

use deskbridge_core::connector::Call;
use deskbridge_core::http::{HttpRequest, HttpResponse, Method};
use deskbridge_core::secret::Credential;
use deskbridge_core::{Error, ErrorKind, Result, Retry};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::settings::Settings;
use super::types::Envelope;
use crate::text::{encode, truncate};
pub(super) use meaning::Access;
use meaning::meaning;
pub(super) use memory::Memory;

/// A channel is opened before the write, within its lease.
const READ_TIMEOUT: Duration = Duration::from_secs(8);
/// Of the vendor's own words.
const MAX_WORDS_CHARS: usize = 300;
const TOKEN: &str = "bot_token";

pub(super) struct Client<'a> {
    pub(super) call: &'a Call<'a>,
    pub(super) settings: Settings,
    pub(super) memory: &'a Memory,
}

impl<'a> Client<'a> {
    pub(super) fn new(memory: &'a Memory, call: &'a Call<'a>, settings: Settings) -> Self {
        Self {
            call,
            settings,
            memory,
        }
    }

    /// Returns a request of the Web API that writes.
    pub(super) fn write(
        &self,
        method: &str,
        route: &'static str,
        body: &Value,
    ) -> Result<HttpRequest> {
        let request = HttpRequest::new(Method::Post, self.settings.method(method), route);
        Ok(with_json(authorized(request, self.call.credential)?, body))
    }

    /// Returns a request of the Web API that only reads.
    pub(super) fn asking(
        &self,
        method: &str,
        query: &[(&str, &str)],
        route: &'static str,
    ) -> Result<HttpRequest> {
        authorized(
            reading(&self.settings, method, query, route),
            self.call.credential,
        )
    }

    /// Returns a request to the address that came with a command: whoever has it may answer, so no
    /// token goes there.
    pub(super) fn answer_at(&self, address: &str, body: &Value) -> Result<HttpRequest> {
        if !self.settings.may_answer_at(address) {
            let why = "the response_url is no address of Slack's";
            return Err(Error::new(ErrorKind::Rejected, why));
        }
        let request = HttpRequest::new(Method::Post, address, super::actions::RESPOND);
        Ok(with_json(request, body))
    }

    /// Sends a request that may have changed something in `place`, and reads the answer.
    pub(super) async fn send<T: DeserializeOwned>(
        &self,
        request: HttpRequest,
        place: &str,
    ) -> Result<T> {
        let route = request.call;
        let answer = self.call.http.send(request).await?;
        let accepted = self.accept(&answer, Access::Write, route);
        if let Err(error) = &accepted
            && let (ErrorKind::Paced, Retry::Later(Some(wait))) = (error.kind(), error.retry())
        {
            let (name, now) = (&self.call.credential.name, self.call.now);
            self.memory
                .hold(name, place, &self.call.action.id, now + wait);
        }
        accepted?;
        parse(&answer, route)
    }

    /// Sends what a `response_url` takes. A success is not in Slack's envelope: `ok`.
    pub(super) async fn send_answer(&self, request: HttpRequest) -> Result<()> {
        let route = request.call;
        let answer = self.call.http.send(request).await?;
        if answer.is_success() && answer.body.trim_ascii() == b"ok" {
            return Ok(());
        }
        self.accept(&answer, Access::Write, route)
    }

    /// Calls a method that only reads.
    pub(super) async fn read<T: DeserializeOwned>(
        &self,
        method: &str,
        query: &[(&str, &str)],
        route: &'static str,
    ) -> Result<T> {
        self.look(self.asking(method, query, route)?).await
    }

    /// Sends a request that only reads.
    pub(super) async fn look<T: DeserializeOwned>(&self, request: HttpRequest) -> Result<T> {
        let route = request.call;
        let answer = self.call.http.send(request).await.map_err(harmless)?;
        self.accept(&answer, Access::Read, route)?;
        parse(&answer, route).map_err(harmless)
    }

    /// Waits for its turn where there is a line of messages for one place, without sending anything.
    pub(super) fn pace(&self, place: &str) -> Result<()> {
        let call = self.call;
        let name = &call.credential.name;
        match self.memory.pace(name, place, &call.action.id, call.now) {
            None => Ok(()),
            Some(wait) => {
                let why =
                    "Slack takes one message a second for each channel: it is not this one's turn";
                Err(Error::new(ErrorKind::Paced, why).with_retry(Retry::Later(Some(wait))))
            }
        }
    }

    fn accept(&self, answer: &HttpResponse, access: Access, route: &'static str) -> Result<()> {
        let said: Envelope = serde_json::from_slice(&answer.body).unwrap_or_default();
        let words = |words: &str| quoted(self.call.credential, words);
        meaning(answer, &said, access, self.call.now, words).map_err(|error| error.with_call(route))
    }
}

/// Returns a request of a method that only reads.
pub(super) fn reading(
    settings: &Settings,
    method: &str,
    query: &[(&str, &str)],
    route: &'static str,
) -> HttpRequest {
    let pairs = query
        .iter()
        .map(|(name, value)| format!("{name}={}", encode(value)));
    let query = pairs.collect::<Vec<_>>().join("&");
    let address = format!("{}?{query}", settings.method(method));
    let address = address.trim_end_matches('?');
    let mut request = HttpRequest::new(Method::Get, address, route);
    request.timeout = READ_TIMEOUT;
    request
}

pub(super) fn authorized(request: HttpRequest, credential: &Credential) -> Result<HttpRequest> {
    let token = credential.field(TOKEN)?;
    Ok(request.header("authorization", format!("Bearer {token}")))
}

/// Returns an error unless a read succeeded: for a trial, which has no call.
pub(super) fn accepted(
    answer: &HttpResponse,
    credential: &Credential,
    now: deskbridge_core::Timestamp,
    route: &'static str,
) -> Result<()> {
    let said: Envelope = serde_json::from_slice(&answer.body).unwrap_or_default();
    let words = |words: &str| quoted(credential, words);
    meaning(answer, &said, Access::Read, now, words).map_err(|error| error.with_call(route))
}

/// Slack warns of JSON without a character set.
fn with_json(mut request: HttpRequest, body: &Value) -> HttpRequest {
    request.body = Some(body.to_string().into_bytes());
    request.header("content-type", "application/json; charset=utf-8")
}

/// The parser's own words are left out: they quote the body.
pub(super) fn parse<T: DeserializeOwned>(answer: &HttpResponse, route: &'static str) -> Result<T> {
    serde_json::from_slice(&answer.body).map_err(|_| {
        let why = "Slack's answer is not the JSON it documents";
        Error::new(ErrorKind::Malformed, why)
            .with_call(route)
            .with_status(answer.status)
    })
}

/// Returns the vendor's own words as they may be shown: without our token, and not too many.
fn quoted(credential: &Credential, words: &str) -> String {
    let token = credential.optional(TOKEN);
    let words = token.map_or_else(
        || words.to_owned(),
        |token| words.replace(token, "[hidden]"),
    );
    truncate(&words, MAX_WORDS_CHARS)
}

pub(super) fn harmless(error: Error) -> Error {
    match error.retry() {
        Retry::LookUp => error.with_retry(Retry::Later(None)),
        _ => error,
    }
}
