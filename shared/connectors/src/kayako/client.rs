//! Talks to one Kayako account: one login with the password, then a session for everything else.
//!
//! Kayako says how at <https://developer.kayako.com/api/v1/reference/authentication> and, for the
//! token that writes need, at <https://developer.kayako.com/api/v1/reference/security>.

mod meaning;
mod memory;

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use deskbridge_core::http::{HttpRequest, HttpResponse, Method};
use deskbridge_core::{Error, ErrorKind, Result, Retry};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::settings::Settings;
use super::types::{Choice, Envelope, Login};
use crate::caller::{self, Caller};
use meaning::{Access, meaning};
pub(super) use memory::Memory;
use memory::{Account, Session};

/// A create may read seven times before it writes; with its write that must fit into the lease.
const READ_TIMEOUT: Duration = Duration::from_secs(5);
const PAGE: usize = 100;
/// Lists of statuses, priorities and teams are read up to here: 1,000 entries.
const MAX_PAGES: usize = 10;
const LOGIN: &str = "GET /me.json";

/// A list of ids that hardly ever changes.
pub(super) struct List {
    /// What one of its entries is called: `status`.
    pub(super) noun: &'static str,
    pub(super) path: &'static str,
    pub(super) route: &'static str,
}

/// A client at work on one action.
pub(super) type Job<'a> = caller::Job<'a, Client<'a>>;

pub(super) struct Client<'a> {
    caller: Caller<'a>,
    memory: &'a Memory,
    account: Account,
    api: String,
}

impl<'a> Client<'a> {
    pub(super) fn new(memory: &'a Memory, caller: Caller<'a>, settings: &Settings) -> Self {
        let api = settings.api();
        Self {
            caller,
            memory,
            account: Account::new(caller.credential, &api),
            api,
        }
    }

    /// Returns a request to a path below `/api/v1`, without a session yet.
    pub(super) fn request(&self, method: Method, path: &str, route: &'static str) -> HttpRequest {
        HttpRequest::new(method, format!("{}{path}", self.api), route)
    }

    /// Returns the id of the user that the credential belongs to; logs in if nobody has yet.
    pub(super) async fn own_user(&self) -> Result<u64> {
        Ok(self.session().await?.user_id)
    }

    /// Reads `data` from a path. Whatever goes wrong, nothing was changed at Kayako.
    pub(super) async fn read<T>(&self, path: &str, route: &'static str) -> Result<T>
    where
        T: DeserializeOwned,
    {
        Ok(self.read_envelope(path, route).await?.data)
    }

    /// Sends a request that changes something and returns the answer's `data`.
    pub(super) async fn write(&self, request: HttpRequest) -> Result<Value> {
        let route = request.call;
        let answer = self.exchange(request).await?;
        let envelope: Envelope<Value> = parse(&answer, route)?;
        Ok(envelope.data)
    }

    /// Returns a list of ids as it was read a short while ago, if it was.
    pub(super) fn remembered(&self, list: &List) -> Option<Arc<[Choice]>> {
        self.memory
            .choices(&self.account, list.path, self.caller.now)
    }

    pub(super) async fn read_list(&self, list: &List) -> Result<Arc<[Choice]>> {
        let mut choices: Vec<Choice> = Vec::new();
        for _ in 0..MAX_PAGES {
            let page = format!("{}?limit={PAGE}&offset={}", list.path, choices.len());
            let page: Envelope<Vec<Choice>> = self.read_envelope(&page, list.route).await?;
            let read = page.data.len();
            choices.extend(page.data);
            // A server may give fewer than were asked for, unless it says that this is all.
            let whole = page
                .total_count
                .map_or(read < PAGE, |total| choices.len() >= total);
            if whole || read == 0 {
                break;
            }
        }
        let choices: Arc<[Choice]> = choices.into();
        let now = self.caller.now;
        self.memory
            .keep_choices(&self.account, list.path, now, &choices);
        Ok(choices)
    }

    async fn read_envelope<T>(&self, path: &str, route: &'static str) -> Result<Envelope<T>>
    where
        T: DeserializeOwned,
    {
        let mut request = self.request(Method::Get, path, route);
        request.timeout = READ_TIMEOUT;
        let answer = self.exchange(request).await?;
        parse(&answer, route).map_err(harmless)
    }

    /// Sends within a session. One that Kayako no longer knows is renewed once: the request was
    /// turned away at the door, so it is certainly not carried out yet.
    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse> {
        let mut session = self.session().await?;
        let mut answer = self.deliver(&request, &session).await?;
        if meaning::is_session_gone(&answer) {
            self.memory.forget_session(&self.account, &session);
            session = self.session().await?;
            answer = self.deliver(&request, &session).await?;
        }
        self.judge(&answer, &request, Some(&session))?;
        Ok(answer)
    }

    async fn deliver(&self, request: &HttpRequest, session: &Session) -> Result<HttpResponse> {
        let mut request = request.clone().header("x-session-id", session.id.as_str());
        if let (Access::Write, Some(csrf)) = (Access::of(&request), &session.csrf) {
            request = request.header("x-csrf-token", csrf.as_str());
        }
        self.dial(request).await
    }

    async fn dial(&self, request: HttpRequest) -> Result<HttpResponse> {
        let access = Access::of(&request);
        let sent = self.caller.http.send(request).await;
        sent.map_err(|error| {
            if access == Access::Read {
                harmless(error)
            } else {
                error
            }
        })
    }

    fn judge(
        &self,
        answer: &HttpResponse,
        request: &HttpRequest,
        session: Option<&Session>,
    ) -> Result<()> {
        let credential = self.caller.credential;
        let hidden = [
            credential.optional("password"),
            credential.optional("email"),
            session.map(|session| session.id.as_str()),
            session.and_then(|session| session.csrf.as_deref()),
        ];
        let hidden: Vec<_> = hidden.into_iter().flatten().collect();
        meaning(answer, Access::of(request), self.caller.now, &hidden)
            .map_err(|error| error.with_call(request.call))
    }

    async fn session(&self) -> Result<Arc<Session>> {
        match self.memory.session(&self.account) {
            Some(session) => Ok(session),
            None => self.log_in().await,
        }
    }

    /// Two logins at a time make two sessions, of which the later one is remembered: no harm.
    async fn log_in(&self) -> Result<Arc<Session>> {
        let credential = self.caller.credential;
        let pair = format!(
            "{}:{}",
            credential.field("email")?,
            credential.field("password")?
        );
        let mut request = self.request(Method::Get, "/me.json", LOGIN);
        request.timeout = READ_TIMEOUT;
        let request = request.header("authorization", format!("Basic {}", STANDARD.encode(pair)));
        let answer = self.dial(request.clone()).await?;
        meaning::refuse_classic(&answer).map_err(|error| error.with_call(LOGIN))?;
        self.judge(&answer, &request, None)?;
        let login: Login = parse(&answer, LOGIN).map_err(harmless)?;
        let session = Arc::new(Session {
            id: login.session_id,
            csrf: answer.header("x-csrf-token").map(str::to_owned),
            user_id: login.data.id,
        });
        self.memory.keep_session(&self.account, &session);
        Ok(session)
    }
}

/// The parser's own words are left out: they quote the body.
fn parse<T: DeserializeOwned>(answer: &HttpResponse, route: &'static str) -> Result<T> {
    serde_json::from_slice(&answer.body).map_err(|_| {
        let why = "Kayako's answer is not the JSON it documents";
        let error = Error::new(ErrorKind::Malformed, why);
        error.with_call(route).with_status(answer.status)
    })
}

/// A read whose outcome is unknown may be made again at once.
fn harmless(error: Error) -> Error {
    match error.retry() {
        Retry::LookUp => error.with_retry(Retry::Later(None)),
        _ => error,
    }
}
