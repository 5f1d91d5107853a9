//! What a browser is shown: a sentence or two, no scripts, nothing kept, nothing from elsewhere.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'none'";

/// A page that says one thing; `body` is HTML already.
pub(crate) fn page(status: StatusCode, title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Deskbridge</title>\
         <style>body{{font:1.1em/1.5 sans-serif;max-width:32em;margin:4em auto;padding:0 1em}}</style>\
         <h1>{}</h1>{body}</html>",
        escape(title)
    );
    let mut response = (status, Html(html)).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Says why nothing was done, and what to do.
pub(crate) fn refused(status: StatusCode, why: &str) -> Response {
    page(
        status,
        "That did not work",
        &format!("<p>{}</p>", escape(why)),
    )
}

pub(crate) fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}
