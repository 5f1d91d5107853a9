//! What handlers take: bodies, queries and path segments, refused in words when they do not fit.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use deskbridge_core::json;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Admin;
use crate::problem::Problem;

/// The largest body: as the folder's files.
pub(crate) const MAX_BODY_BYTES: usize = 1024 * 1024;
/// No name or id of ours is longer.
const MAX_SEGMENT_CHARS: usize = 128;

/// A JSON body. Its rejection names the field, and never what stands there.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Arc<Admin>> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &Arc<Admin>) -> Result<Self, Problem> {
        check_headers(request.headers())?;
        let bytes = read(request, state).await?;
        parse(&bytes).and_then(fit).map(Self)
    }
}

/// A JSON body, or none.
pub(crate) struct Given<T>(pub(crate) Option<T>);

impl<T: DeserializeOwned> FromRequest<Arc<Admin>> for Given<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &Arc<Admin>) -> Result<Self, Problem> {
        let headers = request.headers().clone();
        let bytes = read(request, state).await?;
        if bytes.is_empty() {
            return Ok(Self(None));
        }
        check_headers(&headers)?;
        parse(&bytes).and_then(fit).map(Some).map(Self)
    }
}

async fn read(request: Request, state: &Arc<Admin>) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state).await.map_err(|_| {
        let detail = format!("The body is larger than {MAX_BODY_BYTES} bytes, or ended early.");
        Problem::new(413, "Too large", detail)
    })
}

fn parse(bytes: &[u8]) -> Result<Value, Problem> {
    let unreadable = |detail: String| Problem::new(400, "Unreadable body", detail);
    let text = json::text(bytes).map_err(|error| unreadable(error.to_string()))?;
    serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        unreadable(format!(
            "The body is no JSON at line {line}, column {column}."
        ))
    })
}

fn check_headers(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let encoding = text(header::CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| encoding != "identity") {
        let detail = "Send the body without Content-Encoding.";
        return Err(Problem::new(415, "Unsupported encoding", detail));
    }
    let kind = text(header::CONTENT_TYPE).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        let detail = "Send JSON, with Content-Type: application/json.";
        return Err(Problem::new(415, "Unsupported body", detail));
    }
    Ok(())
}

/// Reads a value as `T`; a mistake names its field.
pub(crate) fn fit<T: DeserializeOwned>(value: Value) -> Result<T, Problem> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let field = error.path().to_string();
        let field = field.trim_start_matches('.');
        let said = said(&error.inner().to_string());
        Problem::field(422, "Does not fit", field, &said)
    })
}

/// serde's words without the value that it quotes.
fn said(text: &str) -> String {
    if text.starts_with("missing field") {
        return text.to_owned();
    }
    let expected = text.find("expected").and_then(|place| text.get(place..));
    let expected = expected.unwrap_or("not what belongs here");
    match text.starts_with("unknown field") {
        true => format!("unknown field, {expected}"),
        false => expected.to_owned(),
    }
}

/// A query string.
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<Arc<Admin>> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<Admin>) -> Result<Self, Problem> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        query.map(|Query(query)| Self(query)).map_err(|_| {
            let detail =
                "A parameter of the query is unknown, stands there twice, or is of another type.";
            Problem::new(422, "Does not fit", detail)
        })
    }
}

/// One segment of the path: a name or an id. What cannot be one is simply not there.
pub(crate) struct Segment(pub(crate) String);

impl FromRequestParts<Arc<Admin>> for Segment {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<Admin>) -> Result<Self, Problem> {
        let segment = Path::<String>::from_request_parts(parts, state).await;
        let Path(segment) = segment.map_err(|_| Problem::not_found())?;
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        if segment.is_empty() || segment.len() > MAX_SEGMENT_CHARS || !segment.chars().all(plain) {
            return Err(Problem::not_found());
        }
        Ok(Self(segment))
    }
}
