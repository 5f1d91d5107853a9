//! A request as the vendors see it, and the reply they give: no framework types beyond headers.

use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use deskbridge_core::http::{HttpRequest, HttpResponse, Method as Verb};
use serde_json::Value;

/// More than any vendor takes; a longer body counts as empty.
const MAX_BODY_BYTES: usize = 10 * 1024 * 1024;

/// What a sandbox vendor is: one function from a request to a reply.
pub(super) trait Vendor: Send + Sync + 'static {
    fn answer(&self, request: &Request) -> Reply;
    /// The vendor's own wording of "too many requests".
    fn too_many_requests(&self, retry_after: Duration) -> Reply;
    /// What the vendor holds, for a person with a browser.
    fn page(&self) -> String;
    /// Lets a request in before it is worked on, or turns it away. What it returns is kept until the
    /// request is answered, so a vendor that limits calls under way can count them.
    fn enter(&self, _request: &Request) -> Result<Option<Pass>, Reply> {
        Ok(None)
    }
    /// How long a request keeps the vendor busy.
    fn takes(&self) -> Duration {
        Duration::ZERO
    }
}

/// A place among the requests under way; dropped when its request is done.
pub(super) type Pass = Box<dyn Send>;

/// One request, read completely.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) method: Method,
    /// As sent, still percent-encoded, without the query.
    pub(super) path: String,
    pub(super) raw_query: String,
    pub(super) segments: Vec<String>,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Request {
    pub(super) async fn read(incoming: axum::extract::Request) -> Self {
        let (head, body) = incoming.into_parts();
        let path = head.uri.path().to_owned();
        let raw_query = head.uri.query().unwrap_or_default().to_owned();
        Self {
            method: head.method,
            segments: segments(&path),
            query: pairs(raw_query.as_bytes()),
            path,
            raw_query,
            headers: head.headers,
            body: axum::body::to_bytes(body, MAX_BODY_BYTES)
                .await
                .unwrap_or_default(),
        }
    }

    /// A request that came over no network; `target` is its path and query.
    pub(super) fn made(
        method: &str,
        target: &str,
        headers: &[(&'static str, String)],
        body: Option<Vec<u8>>,
    ) -> Self {
        let (path, raw_query) = target.split_once('?').unwrap_or((target, ""));
        let headers = headers.iter().filter_map(|(name, value)| {
            Some((
                HeaderName::from_static(name),
                HeaderValue::from_str(value).ok()?,
            ))
        });
        Self {
            method: Method::from_bytes(method.as_bytes()).unwrap_or_default(),
            segments: segments(path),
            query: pairs(raw_query.as_bytes()),
            path: path.to_owned(),
            raw_query: raw_query.to_owned(),
            headers: headers.collect(),
            body: body.unwrap_or_default().into(),
        }
    }

    /// Method and path segments, ready to match on.
    pub(super) fn route(&self) -> (&str, Vec<&str>) {
        (
            self.method.as_str(),
            self.segments.iter().map(String::as_str).collect(),
        )
    }

    pub(super) fn path_and_query(&self) -> String {
        if self.raw_query.is_empty() {
            return self.path.clone();
        }
        format!("{}?{}", self.path, self.raw_query)
    }

    pub(super) fn argument(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn number(&self, name: &str) -> Option<usize> {
        self.argument(name).and_then(|text| text.parse().ok())
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The part of `Authorization` behind `scheme` and a blank.
    pub(super) fn authorization(&self, scheme: &str) -> Option<&str> {
        let (name, rest) = self.header("authorization")?.split_once(' ')?;
        name.eq_ignore_ascii_case(scheme).then(|| rest.trim())
    }

    /// User and password of HTTP Basic.
    pub(super) fn basic(&self) -> Option<(String, String)> {
        let decoded = BASE64.decode(self.authorization("Basic")?).ok()?;
        let text = String::from_utf8(decoded).ok()?;
        text.split_once(':')
            .map(|(user, password)| (user.to_owned(), password.to_owned()))
    }

    /// Where the caller found us, for the links in our answers.
    pub(super) fn base_url(&self) -> String {
        let host = self.headers.get(HOST).and_then(|value| value.to_str().ok());
        format!("http://{}", host.unwrap_or("localhost"))
    }
}

/// One answer.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    content_type: &'static str,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Reply {
    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self::text(status, "application/json; charset=utf-8", body.to_string())
    }

    pub(super) fn html(status: u16, body: impl Into<String>) -> Self {
        Self::text(status, "text/html; charset=utf-8", body)
    }

    pub(super) fn text(status: u16, content_type: &'static str, body: impl Into<String>) -> Self {
        Self {
            status,
            content_type,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    pub(super) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Status, headers and body, for a caller without a network.
    pub(super) fn into_parts(self) -> (u16, Vec<(String, String)>, Vec<u8>) {
        let headers = self.headers.into_iter();
        let headers = headers.map(|(name, value)| (name.to_owned(), value));
        (self.status, headers.collect(), self.body.into_bytes())
    }

    pub(super) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        response
    }
}

/// Answers a request of the product without a network in between.
pub(super) fn answer_directly(
    vendor: &dyn Vendor,
    base_url: &str,
    request: HttpRequest,
) -> HttpResponse {
    let method = match request.method {
        Verb::Get => "GET",
        Verb::Post => "POST",
        Verb::Put => "PUT",
        Verb::Patch => "PATCH",
        Verb::Delete => "DELETE",
    };
    let target = request.url.replacen(base_url, "", 1);
    let request = Request::made(method, &target, &request.headers, request.body);
    let (status, headers, body) = vendor.answer(&request).into_parts();
    HttpResponse {
        status,
        headers,
        body,
    }
}

/// Pairs of a query or of a form-urlencoded body.
pub(super) fn pairs(encoded: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(encoded).into_owned().collect()
}

fn segments(path: &str) -> Vec<String> {
    let parts = path.split('/').filter(|part| !part.is_empty());
    let decode = |part| {
        percent_encoding::percent_decode_str(part)
            .decode_utf8_lossy()
            .into_owned()
    };
    parts.map(decode).collect()
}
