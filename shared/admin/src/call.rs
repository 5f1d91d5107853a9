//! The API without a socket, for a skin whose requests come as data.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode};
use tower_service::Service as _;

/// No answer of the API is larger.
const MAX_ANSWER_BYTES: usize = 16 * 1024 * 1024;

/// A request, as a gateway hands it over.
pub struct ApiRequest {
    pub method: String,
    /// Path and query.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

pub struct ApiAnswer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// Asks the router. What is no request of HTTP is answered with 400, as a server would.
pub async fn call(router: &Router, request: ApiRequest) -> ApiAnswer {
    let mut builder = Request::builder()
        .method(request.method.as_str())
        .uri(&request.target);
    for (name, value) in request.headers {
        builder = builder.header(name, value);
    }
    let response = match builder.body(Body::from(request.body)) {
        Ok(request) => match router.clone().call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        },
        Err(_) => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::BAD_REQUEST;
            response
        }
    };
    answer(response).await
}

async fn answer(response: Response<Body>) -> ApiAnswer {
    let (parts, body) = response.into_parts();
    let headers = parts.headers.iter().filter_map(|(name, value)| {
        let value = value.to_str().ok()?;
        Some((name.as_str().to_owned(), value.to_owned()))
    });
    let headers = headers.collect();
    match to_bytes(body, MAX_ANSWER_BYTES).await {
        Ok(body) => ApiAnswer {
            status: parts.status.as_u16(),
            headers,
            body: body.into(),
        },
        Err(_) => ApiAnswer {
            status: StatusCode::INTERNAL_SERVER_ERROR.as_u16(),
            headers: Vec::new(),
            body: Vec::new(),
        },
    }
}
