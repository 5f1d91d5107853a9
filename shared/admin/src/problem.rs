//! Every answer that is no success: RFC 9457, as the webhooks have it.

use std::fmt::Write as _;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use deskbridge_core::flow::receive::Refusal;
use deskbridge_core::integration::Problem as Wrong;
use deskbridge_core::{Error, ErrorKind};
use serde::Serialize;
use utoipa::ToSchema;

/// Of all that is wrong with a document, as much as anybody mends at a time.
const MAX_PROBLEMS: usize = 100;

/// The body of every error. It never holds the input, nor a secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemBody {
    title: String,
    status: u16,
    /// What is wrong, and what to do.
    detail: String,
    /// Names the request in the log.
    request_id: String,
    /// The first field at fault, as `settings.rules[1].do`.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// The fields at fault, of a document that was refused: the first hundred.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<FieldProblem>,
}

/// One thing that is wrong with a document.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FieldProblem {
    field: String,
    message: String,
}

/// A refusal on its way out.
#[derive(Debug)]
pub(crate) struct Problem {
    refusal: Refusal,
    problems: Vec<FieldProblem>,
}

pub(crate) type Answer<T> = Result<T, Problem>;

impl Problem {
    pub(crate) fn new(status: u16, title: &'static str, detail: impl Into<String>) -> Self {
        Self::from(Refusal::new(status, title, detail))
    }

    pub(crate) fn field(status: u16, title: &'static str, field: &str, detail: &str) -> Self {
        let mut problem = Self::new(status, title, detail);
        problem.refusal.field = Some(field.to_owned());
        problem
    }

    /// One answer for what is not there and for what belongs to another team.
    pub(crate) fn not_found() -> Self {
        let detail = "There is none of this name, or not for you.";
        Self::new(404, "Not found", detail)
    }

    /// A document that does not hold, with all that is wrong with it.
    pub(crate) fn document(problems: &[Wrong]) -> Self {
        let first = problems.first();
        let detail = first.map(|wrong| wrong.message.clone());
        let mut problem = Self::new(422, "Does not hold", detail.unwrap_or_default());
        problem.refusal.field = first.map(|wrong| wrong.field.clone());
        problem.problems = problems
            .iter()
            .take(MAX_PROBLEMS)
            .map(|wrong| FieldProblem {
                field: wrong.field.clone(),
                message: wrong.message.clone(),
            })
            .collect();
        problem
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self {
            refusal,
            problems: Vec::new(),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let (status, title) = match error.kind() {
            ErrorKind::NotFound => (404, "Not found"),
            ErrorKind::Conflict => (409, "Conflict"),
            ErrorKind::Misconfigured | ErrorKind::Unsupported => (422, "Does not hold"),
            ErrorKind::Malformed => (500, "Stored record damaged"),
            _ => (503, "Store not available"),
        };
        if status >= 500 {
            tracing::error!(%error, "management request failed");
        }
        Self::new(status, title, error.message())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Self { refusal, problems } = self;
        let request_id = request_id();
        tracing::info!(request.id = %request_id, status = refusal.status, "{}", refusal.title);
        let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
        let body = ProblemBody {
            title: refusal.title.to_owned(),
            status: refusal.status,
            detail: refusal.detail,
            request_id,
            field: refusal.field,
            problems,
        };
        let body = serde_json::to_string(&body).unwrap_or_default();
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        let mut response = (status, kind, body).into_response();
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(wait) = refusal.retry_after {
            headers.insert(header::RETRY_AFTER, wait.as_secs().into());
        }
        response
    }
}

/// Random: the same API runs in many processes.
fn request_id() -> String {
    let mut bytes = [0_u8; 8];
    // Without random numbers the id is of no use; the answer still is.
    getrandom::fill(&mut bytes).unwrap_or_default();
    let mut id = "adm-".to_owned();
    for byte in bytes {
        write!(id, "{byte:02x}").unwrap_or_default();
    }
    id
}
