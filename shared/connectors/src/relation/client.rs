//! Talks to one account: its address, its token, the calls it has left, and what came back.
//!
//! Base and errors: <https://developer.ingage.jp/>; routes after its unofficial transcription.

mod meaning;
mod memory;

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use deskbridge_core::http::{HttpRequest, HttpResponse, Method};
use deskbridge_core::{Error, ErrorKind, Result, Retry};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::settings::Settings;
use crate::caller::Caller;
use crate::text::truncate;
use meaning::{REMAINING, meaning, reset_in};
pub(super) use memory::{Account, Memory};

const TIMEOUT: Duration = Duration::from_secs(10);
/// How many calls one page may take.
const MAX_CALLS: u32 = 20;
/// The token has 60 calls a minute for all who use it; this many are left to the others. Half of them
/// are, so that two halves which meet at the edge of the vendor's minute are no more than 60 either.
const LEFT_TO_OTHERS: u32 = 30;
/// Of the vendor's own words.
const MAX_WORDS_CHARS: usize = 300;

pub(super) struct Client<'a> {
    pub(super) caller: Caller<'a>,
    pub(super) memory: &'a Memory,
    pub(super) account: Account,
    pub(super) settings: &'a Settings,
    budget: Mutex<Budget>,
}

#[derive(Clone, Copy, Default)]
struct Budget {
    calls: u32,
    remaining: Option<u32>,
    reset_in: Option<Duration>,
}

impl<'a> Client<'a> {
    pub(super) fn new(memory: &'a Memory, caller: Caller<'a>, settings: &'a Settings) -> Self {
        Self {
            caller,
            memory,
            account: Account::new(caller.credential, &settings.host()),
            settings,
            budget: Mutex::default(),
        }
    }

    /// Whether another call may be made for this page.
    pub(super) fn may_call(&self) -> bool {
        self.budget().calls < MAX_CALLS && self.rest().is_none()
    }

    /// How long everybody should leave the token alone, if it has only the others' calls left.
    pub(super) fn rest(&self) -> Option<Duration> {
        let budget = self.budget();
        let few = budget.remaining.is_some_and(|left| left <= LEFT_TO_OTHERS);
        few.then(|| budget.reset_in.unwrap_or(meaning::WINDOW))
    }

    /// How many calls the vendor said are left, if it has been asked yet.
    pub(super) fn calls_left(&self) -> Option<u32> {
        self.budget().remaining
    }

    pub(super) async fn read<T>(&self, path: &str, route: &'static str) -> Result<T>
    where
        T: DeserializeOwned,
    {
        let answer = self.send(Method::Get, path, route, None).await?;
        parse(&answer, route)
    }

    /// Reads by a POST, which changes nothing at the vendor either.
    pub(super) async fn search<T>(&self, path: &str, route: &'static str, body: &Value) -> Result<T>
    where
        T: DeserializeOwned,
    {
        let answer = self.send(Method::Post, path, route, Some(body)).await?;
        parse(&answer, route)
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        route: &'static str,
        body: Option<&Value>,
    ) -> Result<HttpResponse> {
        let url = format!("{}/api/v2{path}", self.settings.host());
        let token = self.caller.credential.field("api_token")?;
        let mut request =
            HttpRequest::new(method, url, route).header("authorization", format!("Bearer {token}"));
        if let Some(body) = body {
            request = request.json(body);
        }
        request.timeout = TIMEOUT;
        self.with_budget(|budget| budget.calls += 1);
        let answer = self.caller.http.send(request).await.map_err(harmless)?;
        let remaining = answer
            .header(REMAINING)
            .and_then(|text| text.trim().parse().ok());
        self.with_budget(|budget| {
            budget.remaining = remaining.or(budget.remaining);
            budget.reset_in = reset_in(&answer, self.caller.now).or(budget.reset_in);
        });
        let quoted = |words: &str| truncate(&words.replace(token, "[hidden]"), MAX_WORDS_CHARS);
        meaning(&answer, self.caller.now, quoted).map_err(|error| error.with_call(route))?;
        Ok(answer)
    }

    fn budget(&self) -> Budget {
        *self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with_budget(&self, change: impl FnOnce(&mut Budget)) {
        change(&mut self.budget.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// The parser's own words are left out: they quote the body.
fn parse<T: DeserializeOwned>(answer: &HttpResponse, route: &'static str) -> Result<T> {
    serde_json::from_slice(&answer.body).map_err(|_| {
        let why = "Re:lation's answer is not the JSON it documents";
        let error = Error::new(ErrorKind::Malformed, why).with_call(route);
        error
            .with_status(answer.status)
            .with_retry(Retry::Later(None))
    })
}

/// Nothing is written here, so whatever is unknown may be asked again.
fn harmless(error: Error) -> Error {
    match error.retry() {
        Retry::LookUp => error.with_retry(Retry::Later(None)),
        _ => error,
    }
}
