//! The management API over HTTP: one request, one answer, and errors that say what to do.

use std::path::Path;
use std::time::Duration;

use deskbridge_connectors::http::{Client, Targets};
use deskbridge_core::http::{HttpRequest, HttpResponse, Method};
use deskbridge_core::ports::VendorHttp;
use deskbridge_core::{Error, ErrorKind, Result};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::{TOKEN_FILE, text};
use crate::settings;

const TIMEOUT: Duration = Duration::from_secs(60);
const CALL: &str = "management API";

/// A Deskbridge that answers at an address, and the token for it.
pub struct Remote {
    http: Client,
    url: String,
    token: String,
}

impl Remote {
    /// Finds the token: in the environment, or where a `serve` over this folder has left it.
    pub fn open(url: &str, data: &Path) -> Result<Self> {
        let token = match settings::token() {
            Some(token) => token,
            None => token_of(data)?,
        };
        Ok(Self {
            http: Client::new(Targets::Any)?,
            url: url.trim_end_matches('/').to_owned(),
            token,
        })
    }

    pub async fn get(&self, path: &str) -> Result<Value> {
        self.send(Method::Get, path, None, None).await
    }

    pub async fn post(&self, path: &str, body: Option<&Value>) -> Result<Value> {
        self.send(Method::Post, path, body, None).await
    }

    pub async fn delete(&self, path: &str) -> Result<Value> {
        self.send(Method::Delete, path, None, None).await
    }

    /// Puts a document over the version that was seen; none: it shall be new.
    pub async fn put(&self, path: &str, body: &Value, seen: Option<u64>) -> Result<Value> {
        self.send(Method::Put, path, Some(body), seen).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        seen: Option<u64>,
    ) -> Result<Value> {
        let url = format!("{}/admin/v1/{path}", self.url);
        let mut request = HttpRequest::new(method, url, CALL)
            .header("authorization", format!("Bearer {}", self.token));
        request.timeout = TIMEOUT;
        if let Some(seen) = seen {
            request = request.header("if-match", format!("\"{seen}\""));
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = self.http.send(request).await;
        let answer = answer.map_err(|error| self.not_reached(&error))?;
        read(&answer)
    }

    fn not_reached(&self, error: &Error) -> Error {
        let url = &self.url;
        let why = match error.kind() {
            ErrorKind::NotSent => format!(
                "nothing answers at {url}: start `deskbridge serve`, or point {} at a Deskbridge",
                settings::URL
            ),
            _ => format!("{url} did not answer in time: try again"),
        };
        Error::new(ErrorKind::NotSent, why)
    }
}

/// A name or an id as one segment of a path, or one value of a query.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn token_of(data: &Path) -> Result<String> {
    let path = data.join(TOKEN_FILE);
    let token = std::fs::read_to_string(&path).map_err(|_| {
        let why = format!(
            "there is no token: start `deskbridge serve`, name its folder with --data, or set {} \
             ({} cannot be read)",
            settings::TOKEN,
            path.display()
        );
        Error::new(ErrorKind::NotSent, why)
    })?;
    Ok(token.trim().to_owned())
}

fn read(answer: &HttpResponse) -> Result<Value> {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if (200..300).contains(&answer.status) {
        return Ok(body);
    }
    let kind = match answer.status {
        401 | 403 => ErrorKind::Unauthorized,
        404 => ErrorKind::NotFound,
        409 | 412 | 428 => ErrorKind::Conflict,
        status if status >= 500 => ErrorKind::Unavailable,
        _ => ErrorKind::Misconfigured,
    };
    Err(Error::new(kind, said(answer.status, &body)))
}

fn said(status: u16, body: &Value) -> String {
    let problems = super::list(body, "problems").iter();
    let problems = problems.map(|one| format!("{}: {}", text(one, "field"), text(one, "message")));
    let problems: Vec<_> = problems.collect();
    if !problems.is_empty() {
        return problems.join("\n  ");
    }
    match (text(body, "detail"), text(body, "field")) {
        ("", _) => format!("the address answered {status} and is no Deskbridge"),
        (detail, "") => detail.to_owned(),
        (detail, field) => format!("{field}: {detail}"),
    }
}
