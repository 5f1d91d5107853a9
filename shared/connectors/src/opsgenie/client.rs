//! Talks to one account: which host, which dialect, which key, and what came back.

mod cloud;
mod dialect;
mod meaning;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use deskbridge_core::connector::Call;
use deskbridge_core::http::{HttpRequest, HttpResponse, Method};
use deskbridge_core::{Error, ErrorKind, Result, Retry};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::settings::Settings;
use super::types::Body;
use crate::caller::{self, Caller};
use crate::text::truncate;
pub(super) use dialect::Dialect;
pub(super) use dialect::needs_token;
use meaning::{Access, meaning};

/// Up to five looks follow a write within its lease, each with a read or two.
const READ_TIMEOUT: Duration = Duration::from_secs(5);
/// Of the vendor's own words.
const MAX_WORDS_CHARS: usize = 300;

/// A request before it has a host and a key.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) method: Method,
    /// Below the dialect's alerts: `/{id}/close?identifierType=alias`.
    pub(super) path: String,
    pub(super) route: &'static str,
    pub(super) body: Option<Value>,
}

/// A client at work on one action.
pub(super) type Job<'a> = caller::Job<'a, Client<'a>>;

pub(super) struct Client<'a> {
    caller: Caller<'a>,
    pub(super) settings: Settings,
    pub(super) dialect: Dialect,
}

impl<'a> Client<'a> {
    /// Opens the dialect that carries out the call's operation.
    pub(super) fn for_operation(call: &'a Call<'a>) -> Result<Job<'a>> {
        let settings = Settings::read(call.connection)?;
        let dialect = Dialect::of_operation(settings.service, call)?;
        let client = Self {
            caller: call.into(),
            settings,
            dialect,
        };
        Ok(Job { client, call })
    }

    /// Opens the dialect that shows alerts and notes; there is none for JSM's integration key.
    pub(super) fn for_reading(caller: Caller<'a>) -> Result<Option<Self>> {
        let settings = Settings::read(caller.connection)?;
        let dialect = Dialect::of_reads(settings.service, caller.credential);
        Ok(dialect.map(|dialect| Self {
            caller,
            settings,
            dialect,
        }))
    }

    /// Opens the dialect that gave the receipt; returns the receipt's id with it.
    pub(super) fn for_handle<'h>(
        call: &'a Call<'a>,
        handle: &'h str,
    ) -> Result<(Job<'a>, &'h str)> {
        let settings = Settings::read(call.connection)?;
        let (dialect, id) = Dialect::of_handle(settings.service, handle);
        let client = Self {
            caller: call.into(),
            settings,
            dialect,
        };
        Ok((Job { client, call }, id))
    }

    /// Adds the host and the key.
    pub(super) async fn request(&self, draft: Draft) -> Result<HttpRequest> {
        check_path(&draft)?;
        let url = format!("{}{}", self.alerts().await?, draft.path);
        let authorization = self.authorization()?;
        let request = HttpRequest::new(draft.method, url, draft.route);
        let request = request.header("authorization", authorization);
        Ok(match &draft.body {
            Some(body) => request.json(body),
            None => request,
        })
    }

    /// Sends a request that changes something and reads the answer.
    pub(super) async fn write<T: DeserializeOwned>(&self, request: HttpRequest) -> Result<T> {
        let route = request.call;
        let answer = self.caller.http.send(request).await?;
        self.accept(&answer, Access::Write, route)?;
        parse(&answer, route)
    }

    /// Reads from the vendor. Whatever goes wrong, nothing was changed there.
    pub(super) async fn read<T>(&self, path: String, route: &'static str) -> Result<T>
    where
        T: DeserializeOwned,
    {
        let answer = self.answer(path, route).await?;
        self.understand(&answer, route)
    }

    /// Reads what may not be there.
    pub(super) async fn find<T>(&self, path: String, route: &'static str) -> Result<Option<T>>
    where
        T: DeserializeOwned,
    {
        let answer = self.answer(path, route).await?;
        if answer.status == 404 {
            return Ok(None);
        }
        self.understand(&answer, route).map(Some)
    }

    /// Returns a read's answer, whatever its status.
    pub(super) async fn answer(&self, path: String, route: &'static str) -> Result<HttpResponse> {
        let draft = Draft {
            method: Method::Get,
            path,
            route,
            body: None,
        };
        let mut request = self.request(draft).await?;
        request.timeout = READ_TIMEOUT;
        self.caller.http.send(request).await.map_err(harmless)
    }

    pub(super) fn understand<T>(&self, answer: &HttpResponse, route: &'static str) -> Result<T>
    where
        T: DeserializeOwned,
    {
        self.accept(answer, Access::Read, route)?;
        let body: Body<T> = parse(answer, route).map_err(harmless)?;
        Ok(body.into_inner())
    }

    /// Returns the vendor's own words as they may be shown: without what it was told in confidence, and
    /// not too many of them.
    pub(super) fn quoted(&self, words: &str) -> String {
        let words = self
            .secrets()
            .iter()
            .fold(words.to_owned(), |words, secret| {
                words.replace(secret, "[hidden]")
            });
        truncate(&words, MAX_WORDS_CHARS)
    }

    fn secrets(&self) -> Vec<String> {
        let credential = self.caller.credential;
        let fields = ["api_key", "api_token", "email"].map(|name| credential.optional(name));
        let mut secrets: Vec<_> = fields.into_iter().flatten().map(str::to_owned).collect();
        // The e-mail and the token are sent as one word.
        let sent = self.authorization().unwrap_or_default();
        secrets.extend(sent.split_once(' ').map(|(_, sent)| sent.to_owned()));
        secrets
    }

    fn accept(&self, answer: &HttpResponse, access: Access, route: &'static str) -> Result<()> {
        let quoted = |words: &str| self.quoted(words);
        meaning(answer, access, self.caller.now, quoted).map_err(|error| error.with_call(route))
    }

    /// The address of all alerts in this dialect.
    async fn alerts(&self) -> Result<String> {
        let host = self.settings.host();
        Ok(match self.dialect {
            Dialect::V2 => format!("{host}/v2/alerts"),
            Dialect::Events => format!("{host}/jsm/ops/integration/v2/alerts"),
            Dialect::Account => {
                let cloud_id = cloud::id(self).await?;
                format!("{host}/jsm/ops/api/{cloud_id}/v1/alerts")
            }
        })
    }

    fn authorization(&self) -> Result<String> {
        let credential = self.caller.credential;
        if self.dialect != Dialect::Account {
            return Ok(format!("GenieKey {}", credential.field("api_key")?));
        }
        let (email, token) = (credential.field("email")?, credential.field("api_token")?);
        Ok(format!(
            "Basic {}",
            STANDARD.encode(format!("{email}:{token}"))
        ))
    }
}

/// A name of dots would climb to another address, whichever way it is encoded.
fn check_path(draft: &Draft) -> Result<()> {
    let path = draft.path.split('?').next().unwrap_or_default();
    if path.split('/').any(|segment| matches!(segment, "." | "..")) {
        let why = "an id, alias or action name cannot be made of dots alone";
        return Err(Error::new(ErrorKind::Misconfigured, why).with_call(draft.route));
    }
    Ok(())
}

/// The parser's own words are left out: they quote the body.
fn parse<T: DeserializeOwned>(answer: &HttpResponse, route: &'static str) -> Result<T> {
    serde_json::from_slice(&answer.body)
        .map_err(|_| malformed("is not the JSON it documents", route))
}

pub(super) fn malformed(why: &str, route: &'static str) -> Error {
    Error::new(ErrorKind::Malformed, format!("Opsgenie's answer {why}")).with_call(route)
}

/// A read whose outcome is unknown may be made again at once.
pub(super) fn harmless(error: Error) -> Error {
    match error.retry() {
        Retry::LookUp => error.with_retry(Retry::Later(None)),
        _ => error,
    }
}
