//! What the types that call AWS share: keys, the signature, and the call of a function.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use deskbridge_core::Timestamp;
use deskbridge_core::http::{HttpRequest, HttpResponse, Method};
use deskbridge_core::integration::Problem;
use deskbridge_core::secret::Credential;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Map, Value};

use super::{Access, Given, Repeats, TypeSettings};
use crate::error::{ActionError, ErrorType, Result};

/// The longest client context, in base 64.
const MAX_CONTEXT_BYTES: usize = 3_583;
/// How much of a function's own words is passed on.
const MAX_WORDS: usize = 300;

/// A call that is over a limit has not reached the function:
/// <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors>.
pub(super) const REPEATS: Repeats = Repeats {
    after_429: true,
    after_503: false,
};

/// The keys in the credential, or those of this process.
pub(super) fn keys(given: Given<'_>) -> Result<&Credential> {
    let held = given
        .credential
        .filter(|held| held.optional("accessKeyId").is_some());
    held.or(given.own_keys).ok_or_else(|| {
        let why = "there are no AWS keys: run where AWS gives them, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or put accessKeyId and secretAccessKey into the credential";
        ActionError::new(ErrorType::Misconfigured, why)
    })
}

/// A problem unless the setting is a region's name, which becomes part of a host.
pub(super) fn region_problem(settings: &TypeSettings) -> Option<Problem> {
    let region = settings.region.as_deref().unwrap_or_default();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let fine = region.contains('-') && region.len() <= 32 && region.chars().all(plain);
    (!fine).then(|| Problem::new("region", "must be a region of AWS, as eu-central-1"))
}

/// Where a service of the region answers.
pub(super) fn endpoint(service: &str, settings: &TypeSettings) -> String {
    let region = settings.region.as_deref().unwrap_or_default();
    let suffix = match region.starts_with("cn-") {
        true => "amazonaws.com.cn",
        false => "amazonaws.com",
    };
    format!("https://{service}.{region}.{suffix}")
}

/// What a function is called with: relative addresses are names of functions.
pub(super) fn access(settings: &TypeSettings, keys: &Credential) -> Access {
    let base = settings.base_url.clone();
    Access {
        base: Some(base.unwrap_or_else(|| endpoint("lambda", settings))),
        headers: Vec::new(),
        keys: Some(keys.clone()),
    }
}

/// Makes the call of the function whose name is the path of the request's address. Headers of the
/// definition reach the function as its client context.
pub(super) fn invocation(
    mut request: HttpRequest,
    settings: &TypeSettings,
    access: &Access,
    now: Timestamp,
) -> Result<HttpRequest> {
    let base = access.base.as_deref().unwrap_or_default();
    let base = base.trim_end_matches('/');
    let name = request.url.strip_prefix(base).unwrap_or_default();
    let name = percent_decode_str(name.trim_matches('/')).decode_utf8_lossy();
    if !name.starts_with("arn:") || !name.contains(":function:") || name.contains(['/', '?', '#']) {
        let why = "the URL template gives no function: write its ARN, as arn:aws:lambda:eu-central-1:123456789012:function:find-customer";
        return Err(ActionError::new(ErrorType::Misconfigured, why));
    }
    let name = utf8_percent_encode(&name, NON_ALPHANUMERIC);
    request.url = format!("{base}/2015-03-31/functions/{name}/invocations");
    request.method = Method::Post;
    request.call = "POST /2015-03-31/functions/{name}/invocations";
    request.headers.clear();
    request.body.get_or_insert_default();
    if let Some(context) = context(std::mem::take(&mut request.own_headers))? {
        request.headers.push(("x-amz-client-context", context));
    }
    signed(request, "lambda", settings, access.keys.as_ref(), now)
}

fn context(headers: Vec<(String, String)>) -> Result<Option<String>> {
    if headers.is_empty() {
        return Ok(None);
    }
    let each = headers.into_iter().map(|(name, text)| (name, text.into()));
    let context = STANDARD.encode(Value::Object(each.collect::<Map<_, _>>()).to_string());
    if context.len() > MAX_CONTEXT_BYTES {
        let why = format!(
            "the headers make a client context of more than {MAX_CONTEXT_BYTES} bytes in base 64, which Lambda does not take: put them into the body"
        );
        return Err(ActionError::new(ErrorType::RequestRefused, why));
    }
    Ok(Some(context))
}

/// Signs a request, Signature Version 4:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html>.
pub(super) fn signed(
    mut request: HttpRequest,
    service: &str,
    settings: &TypeSettings,
    keys: Option<&Credential>,
    now: Timestamp,
) -> Result<HttpRequest> {
    let cannot = || {
        let why = "the request to AWS cannot be signed: look at the keys and the region";
        ActionError::new(ErrorType::Misconfigured, why)
    };
    let keys = keys.ok_or_else(cannot)?;
    let session = keys.optional("sessionToken").map(str::to_owned);
    let (id, secret) = (keys.field("accessKeyId")?, keys.field("secretAccessKey")?);
    let identity = Credentials::new(id, secret, session, None, "deskbridge").into();
    let millis = u64::try_from(now.as_millis()).unwrap_or_default();
    let parameters = SigningParams::builder()
        .identity(&identity)
        .region(settings.region.as_deref().unwrap_or_default())
        .name(service)
        .time(SystemTime::UNIX_EPOCH + Duration::from_millis(millis))
        .settings(SigningSettings::default())
        .build()
        .map_err(|_| cannot())?
        .into();
    let headers = request.headers.iter();
    let headers = headers.map(|(name, value)| (*name, value.as_str()));
    let body = SignableBody::Bytes(request.body.as_deref().unwrap_or_default());
    let signable =
        SignableRequest::new("POST", &request.url, headers, body).map_err(|_| cannot())?;
    let (instructions, _) = sign(signable, &parameters)
        .map_err(|_| cannot())?
        .into_parts();
    for header in instructions.into_parts().0 {
        let value = header.value().to_owned();
        request.headers.push((header.name(), value));
    }
    Ok(request)
}

/// The failure of a function, which Lambda answers with 200. What a function says of itself is a
/// refusal; that it was stopped says nothing of what it did before.
pub(super) fn failure(answer: &HttpResponse, writes: bool) -> Option<ActionError> {
    answer.header("x-amz-function-error")?;
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let text = |name: &str| {
        let text = body[name].as_str().unwrap_or_default();
        text.chars().take(MAX_WORDS).collect::<String>()
    };
    let (kind, words) = (text("errorType"), text("errorMessage"));
    let stopped = kind.is_empty() || kind.starts_with("Sandbox.") || kind == "Runtime.ExitError";
    let error = if stopped && writes {
        let why = "the function was stopped before its end; whether it took effect is not known";
        ActionError::new(ErrorType::OutcomeUnknown, why)
    } else {
        let why = format!("the function failed: {kind}: {words}");
        ActionError::new(ErrorType::TargetFailed, why)
    };
    Some(error.with_status(500))
}
