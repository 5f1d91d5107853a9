//! The one HTTP client: guarded targets, no redirects, no proxy, no retries, bounded in every way.

mod guard;
mod identity;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use deskbridge_core::http::{
    ClientIdentity, HttpRequest, HttpResponse, MAX_RESPONSE_BYTES, Method,
};
use deskbridge_core::ports::VendorHttp;
use deskbridge_core::{Error, ErrorKind, Result, Retry, Timestamp};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;

pub use guard::Targets;
pub(crate) use guard::check_base_url;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A server may close an idle connection while we write to it, which leaves the outcome unknown:
/// connections are not kept long enough for that to happen often.
const POOL_IDLE: Duration = Duration::from_secs(5);

/// How many certificates are held at once, each with its connections.
const MAX_IDENTITIES: usize = 64;

/// Sends requests to vendors. Clones share one pool.
#[derive(Clone)]
pub struct Client {
    inner: reqwest::Client,
    targets: Targets,
    identities: Arc<Mutex<HashMap<String, reqwest::Client>>>,
}

impl Client {
    pub fn new(targets: Targets) -> Result<Self> {
        let inner = build(targets, identity::tls(None)?)?;
        Ok(Self {
            inner,
            targets,
            identities: Arc::default(),
        })
    }

    /// Connections that were opened with one certificate serve no other, so each has its own client.
    fn client(&self, identity: Option<&ClientIdentity>) -> Result<reqwest::Client> {
        let Some(identity) = identity else {
            return Ok(self.inner.clone());
        };
        let name = identity::name(identity);
        let lock = || {
            self.identities
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        if let Some(known) = lock().get(&name) {
            return Ok(known.clone());
        }
        let made = build(self.targets, identity::tls(Some(identity))?)?;
        let mut known = lock();
        if known.len() >= MAX_IDENTITIES {
            known.clear();
        }
        known.insert(name, made.clone());
        Ok(made)
    }
}

fn build(targets: Targets, tls: rustls::ClientConfig) -> Result<reqwest::Client> {
    #[expect(clippy::disallowed_methods, reason = "this is the one client")]
    let builder = reqwest::Client::builder();
    builder
        .tls_backend_preconfigured(tls)
        .redirect(Policy::none())
        .no_proxy()
        .retry(reqwest::retry::never())
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(POOL_IDLE)
        .dns_resolver(Arc::new(Resolver { targets }))
        .user_agent("Deskbridge")
        .build()
        .map_err(|error| set_up(&error))
}

fn set_up(error: &dyn std::error::Error) -> Error {
    Error::new(
        ErrorKind::Misconfigured,
        format!("the HTTP client cannot be set up: {error}"),
    )
}

#[async_trait]
impl VendorHttp for Client {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        let call = request.call;
        let url = guard::check_target(&request.url, self.targets).map_err(|e| e.with_call(call))?;
        let client = self.client(request.identity.as_deref());
        let client = client.map_err(|error| error.with_call(call))?;
        let mut builder = client.request(method(request.method), url);
        for (name, value) in request.headers {
            builder = builder.header(name, value);
        }
        for (name, value) in request.own_headers {
            builder = builder.header(name, value);
        }
        if let Some(body) = request.body {
            builder = builder.body(body);
        }
        let sent = builder.timeout(request.timeout).send().await;
        let response = sent.map_err(|error| classify(&error).with_call(call))?;
        read(response).await.map_err(|error| error.with_call(call))
    }
}

/// Returns how long the vendor asks to wait: seconds or an HTTP date, RFC 9110 section 10.2.3.
pub(crate) fn retry_after(response: &HttpResponse, now: Timestamp) -> Option<Duration> {
    let value = response.header("retry-after")?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    let since_epoch = date.duration_since(std::time::UNIX_EPOCH).ok()?;
    let at = Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).ok()?);
    Some(at.since(now))
}

fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    }
}

/// Only what fails before the first byte counts as not sent; reqwest's own text is left out, for
/// it quotes the address.
fn classify(error: &reqwest::Error) -> Error {
    if error.is_builder() {
        let why = "the request cannot be built: look for line breaks in the credential";
        let error = Error::new(ErrorKind::Misconfigured, why);
        return error.with_retry(Retry::WhenCredentialChanges);
    }
    if error.is_connect() {
        let why = if error.is_timeout() {
            "no connection to the vendor within 5 s"
        } else {
            "no connection to the vendor"
        };
        return Error::new(ErrorKind::NotSent, why);
    }
    let why = if error.is_timeout() {
        "the vendor did not answer in time"
    } else {
        "the connection broke before the vendor's answer"
    };
    Error::new(ErrorKind::OutcomeUnknown, why)
}

async fn read(mut response: reqwest::Response) -> Result<HttpResponse> {
    let status = response.status().as_u16();
    let headers = response.headers().iter();
    let headers = headers
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
        .collect();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| classify(&error))? {
        if body.len() + chunk.len() > MAX_RESPONSE_BYTES {
            let why = format!("the vendor's answer is larger than {MAX_RESPONSE_BYTES} bytes");
            return Err(Error::new(ErrorKind::OutcomeUnknown, why).with_status(status));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(HttpResponse {
        status,
        headers,
        body,
    })
}

/// Resolves and filters in one step, so that what was checked is what is dialled.
struct Resolver {
    targets: Targets,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let targets = self.targets;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found
                .filter(|address| targets.allow(address.ip()))
                .collect();
            if allowed.is_empty() {
                return Err("the name leads to no public address".into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests;
