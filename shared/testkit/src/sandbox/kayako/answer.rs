//! Kayako's envelopes: what a success and what an error looks like.

use serde_json::{Value, json};

use crate::sandbox::http::Reply;

/// Why a request is refused.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    status: u16,
    code: &'static str,
    message: String,
    parameter: Option<String>,
    auth_token: Option<String>,
    retry_after: Option<u64>,
}

impl Failure {
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            status,
            code,
            message,
            parameter: None,
            auth_token: None,
            retry_after: None,
        }
    }

    pub(super) fn required(parameter: &str) -> Self {
        let failure = Self::new(
            400,
            "FIELD_REQUIRED",
            "One or more required fields are missing",
        );
        failure.about(parameter)
    }

    pub(super) fn invalid(parameter: &str) -> Self {
        Self::new(
            400,
            "FIELD_INVALID",
            "One or more fields hold an invalid value",
        )
        .about(parameter)
    }

    pub(super) fn not_found() -> Self {
        Self::new(
            404,
            "RESOURCE_NOT_FOUND",
            "Resource does not exist or has been removed",
        )
    }

    pub(super) fn closed() -> Self {
        Self::new(
            400,
            "CASE_CLOSED",
            "A closed conversation can not be updated",
        )
    }

    pub(super) fn about(mut self, parameter: &str) -> Self {
        self.parameter = Some(parameter.to_owned());
        self
    }

    /// The single-purpose token of an unfinished log-in.
    pub(super) fn with_auth_token(mut self, token: String) -> Self {
        self.auth_token = Some(token);
        self
    }

    pub(super) fn with_retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    pub(super) fn reply(&self) -> Reply {
        let more_info = format!(
            "https://developer.kayako.com/api/v1/reference/errors/{}",
            self.code
        );
        let mut error =
            json!({ "code": self.code, "message": self.message, "more_info": more_info });
        if let Some(parameter) = &self.parameter {
            error["parameter"] = json!(parameter);
        }
        let mut body = json!({
            "status": self.status,
            "errors": [error],
            "notifications": [{ "type": "ERROR", "message": self.message, "sticky": false }],
        });
        if let Some(token) = &self.auth_token {
            body["auth_token"] = json!(token);
        }
        let reply = Reply::json(self.status, &body);
        match self.retry_after {
            Some(seconds) => reply.with_header("retry-after", seconds.to_string()),
            None => reply,
        }
    }
}

/// A successful answer before it becomes a reply.
#[derive(Debug)]
pub(super) struct Success {
    pub(super) status: u16,
    pub(super) body: Value,
}

impl Success {
    pub(super) fn one(status: u16, resource: &str, data: &Value) -> Self {
        let body = json!({ "status": status, "data": data, "resource": resource });
        Self { status, body }
    }

    /// A page of a list, with the way to the next one if there is more.
    pub(super) fn page(resource: &str, data: &[Value], page: &Paging, total: usize) -> Self {
        let mut body = json!({
            "status": 200,
            "data": data,
            "resource": resource,
            "offset": page.offset,
            "limit": page.limit,
            "total_count": total,
        });
        let next = page.offset + data.len();
        if next < total {
            body["next_url"] = json!(page.url(next));
        }
        Self { status: 200, body }
    }
}

/// Where a page of a list starts and how long it is.
#[derive(Clone, Debug)]
pub(super) struct Paging {
    pub(super) offset: usize,
    pub(super) limit: usize,
    /// The address of this list, without its paging.
    pub(super) base: String,
    pub(super) filters: Vec<(String, String)>,
}

impl Paging {
    fn url(&self, offset: usize) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.filters);
        query.append_pair("offset", &offset.to_string());
        query.append_pair("limit", &self.limit.to_string());
        format!("{}?{}", self.base, query.finish())
    }
}
