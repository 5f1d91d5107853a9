//! What a request must be before anybody looks into it.

use super::{MAX_BODY_BYTES, Refusal, WebhookRequest};
use crate::connector::Webhook;

/// Returns the header's first value.
pub(super) fn header<'a>(request: &'a WebhookRequest, wanted: &str) -> Option<&'a str> {
    let mut headers = request.headers.iter();
    headers
        .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
        .map(|(_, value)| value.as_str())
}

pub(super) fn check_headers(
    request: &WebhookRequest,
    webhook: &dyn Webhook,
) -> Result<(), Refusal> {
    if request.body.len() > MAX_BODY_BYTES {
        let detail = format!("The body is larger than {MAX_BODY_BYTES} bytes.");
        return Err(Refusal::new(413, "Too large", detail));
    }
    if header(request, "content-encoding").is_some_and(|encoding| encoding != "identity") {
        let detail = "Send the body without Content-Encoding.";
        return Err(Refusal::new(415, "Unsupported encoding", detail));
    }
    match header(request, "content-type") {
        Some(sent) => check_content_type(sent, webhook.content_types()),
        None => Ok(()),
    }
}

fn check_content_type(sent: &str, taken: &[&str]) -> Result<(), Refusal> {
    let mut parts = sent.split(';').map(|part| part.trim().to_ascii_lowercase());
    let media_type = parts.next().unwrap_or_default();
    let charset = parts.find_map(|part| part.strip_prefix("charset=").map(str::to_owned));
    let utf8 = charset.is_none_or(|name| name.trim_matches('"') == "utf-8");
    if utf8 && taken.contains(&media_type.as_str()) {
        return Ok(());
    }
    let detail = format!("Send it as {}, in UTF-8.", taken.join(" or "));
    Err(Refusal::new(415, "Unsupported content type", detail))
}
