//! Talks to one app: its address, its tokens, its form, and what came back.

mod meaning;
mod memory;

use std::sync::Arc;
use std::time::Duration;

use deskbridge_core::http::{HttpRequest, HttpResponse, Method};
use deskbridge_core::{Error, ErrorKind, Result, Retry};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::settings::Settings;
use super::types::{App, Form, Refusal};
use crate::caller::{self, Caller};
use crate::text::truncate;
pub(super) use meaning::Access;
use meaning::meaning;
pub(super) use memory::Memory;
use memory::Place;

/// A form and a name are read before the write, within its lease.
const READ_TIMEOUT: Duration = Duration::from_secs(8);
/// Of the vendor's own words.
const MAX_WORDS_CHARS: usize = 300;
const FORM: &str = "GET /app/form/fields.json";

/// A client at work on one action.
pub(super) type Job<'a> = caller::Job<'a, Client<'a>>;

pub(super) struct Client<'a> {
    caller: Caller<'a>,
    pub(super) settings: Settings,
    memory: &'a Memory,
    place: Place,
}

impl<'a> Client<'a> {
    pub(super) fn new(memory: &'a Memory, caller: Caller<'a>, settings: Settings) -> Self {
        let place = Place::new(caller.credential, &settings.api(), settings.app);
        Self {
            caller,
            settings,
            memory,
            place,
        }
    }

    /// Returns a request to a path below the API, with the tokens.
    pub(super) fn request(
        &self,
        method: Method,
        path: &str,
        route: &'static str,
    ) -> Result<HttpRequest> {
        let tokens = self.caller.credential.field("api_token")?;
        let tokens: Vec<_> = tokens.split(',').map(str::trim).collect();
        let url = format!("{}{path}", self.settings.api());
        Ok(HttpRequest::new(method, url, route).header("x-cybozu-api-token", tokens.join(",")))
    }

    /// Sends a write. A refusal is returned as it came, for the caller may know what it is about.
    pub(super) async fn write(
        &self,
        request: HttpRequest,
    ) -> Result<Result<HttpResponse, Refusal>> {
        let route = request.call;
        let answer = self.caller.http.send(request).await?;
        let refusal: Refusal = serde_json::from_slice(&answer.body).unwrap_or_default();
        if !answer.is_success() && refusal.code == "CB_VA01" {
            return Ok(Err(refusal));
        }
        self.accept(&answer, &refusal, Access::Write, route)?;
        Ok(Ok(answer))
    }

    pub(super) async fn read<T: DeserializeOwned>(
        &self,
        path: &str,
        route: &'static str,
    ) -> Result<T> {
        let mut request = self.request(Method::Get, path, route)?;
        request.timeout = READ_TIMEOUT;
        let answer = self.caller.http.send(request).await.map_err(harmless)?;
        let refusal: Refusal = serde_json::from_slice(&answer.body).unwrap_or_default();
        self.accept(&answer, &refusal, Access::Read, route)?;
        parse(&answer, route).map_err(harmless)
    }

    /// Returns the app's form as it was read a short while ago, or reads it.
    pub(super) async fn form(&self) -> Result<Arc<Form>> {
        match self.memory.form(&self.place, self.caller.now) {
            Some(form) => Ok(form),
            None => self.form_anew().await,
        }
    }

    pub(super) async fn form_anew(&self) -> Result<Arc<Form>> {
        let path = format!("/app/form/fields.json?app={}", self.settings.app);
        let form: Form = self.read(&path, FORM).await?;
        Ok(self.memory.keep_form(&self.place, self.caller.now, form))
    }

    /// Returns the app's name; its number where the token may not see it.
    pub(super) async fn app_name(&self) -> String {
        if let Some(name) = self.memory.name(&self.place, self.caller.now) {
            return name;
        }
        let number = self.settings.app;
        let path = format!("/app.json?id={number}");
        let read: Result<App> = self.read(&path, "GET /app.json").await;
        let name = read.map_or_else(|_| format!("app {number}"), |app| app.name);
        self.memory.keep_name(&self.place, self.caller.now, &name);
        name
    }

    /// Returns the vendor's own words as they may be shown: without our tokens, and not too many.
    pub(super) fn quoted(&self, words: &str) -> String {
        let tokens = self
            .caller
            .credential
            .optional("api_token")
            .unwrap_or_default();
        let tokens = tokens
            .split(',')
            .map(str::trim)
            .filter(|token| !token.is_empty());
        let words = tokens.fold(words.to_owned(), |words, token| {
            words.replace(token, "[hidden]")
        });
        truncate(&words, MAX_WORDS_CHARS)
    }

    fn accept(
        &self,
        answer: &HttpResponse,
        refusal: &Refusal,
        access: Access,
        route: &'static str,
    ) -> Result<()> {
        let said = self.quoted(&refusal.message);
        meaning(answer, &refusal.code, &said, access, self.caller.now)
            .map_err(|error| error.with_call(route))
    }
}

/// The parser's own words are left out: they quote the body.
pub(super) fn parse<T: DeserializeOwned>(answer: &HttpResponse, route: &'static str) -> Result<T> {
    serde_json::from_slice(&answer.body).map_err(|_| {
        let why = "kintone's answer is not the JSON it documents";
        Error::new(ErrorKind::Malformed, why)
            .with_call(route)
            .with_status(answer.status)
    })
}

/// The text that a value is, for messages and comparisons.
pub(super) fn words(value: &Value) -> String {
    match value["messages"].as_array() {
        Some(messages) => {
            let texts = messages.iter().filter_map(Value::as_str);
            texts.collect::<Vec<_>>().join(" ")
        }
        None => String::new(),
    }
}

/// Nothing was changed, so whatever is unknown may be asked again.
pub(super) fn harmless(error: Error) -> Error {
    match error.retry() {
        Retry::LookUp => error.with_retry(Retry::Later(None)),
        _ => error,
    }
}
