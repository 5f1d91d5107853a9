//! Steps 4 to 8: signs on, renders, sends, and judges the answer.

use std::time::Duration;

use deskbridge_core::ErrorKind;
use deskbridge_core::http::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::Run;
use super::sign_on::{self, Signed};
use crate::action::Action;
use crate::error::{ActionError, ErrorType, Result};
use crate::request::{self, Rendered};
use crate::scope::Scope;
use crate::trace::{Recorder, Step};

/// How long to wait before a read that met a broken connection or a busy target is tried again.
const PAUSE: Duration = Duration::from_millis(200);
/// Tries of one execution, the first among them.
const MAX_TRIES: u32 = 3;
/// How much of a refusal's own words is passed on.
const MAX_WORDS: usize = 300;

/// What follows a try.
enum Next {
    Answer(String),
    SignOnAgain,
    Again { after: Duration, error: ActionError },
    End(ActionError),
}

/// Calls the target and returns the text of its answer.
pub(super) async fn call(run: &Run<'_>, recorder: &mut Recorder) -> Result<String> {
    let mut refused: Option<String> = None;
    let mut tries = 0;
    loop {
        let signed = signed(run, refused.as_deref(), recorder).await?;
        let rendered = rendered(run, &signed, recorder)?;
        tries += 1;
        let clock = &*run.runner.clock;
        let at = clock.now();
        let next = match run.budget.left(clock) {
            Ok(left) => attempt(run, &signed, &rendered, left, refused.is_some()).await,
            Err(error) => Next::End(error),
        };
        let times = (at, clock.now());
        match next {
            Next::Answer(text) => {
                return recorder.note(Step::Execute, times, Ok(text), |text| shown(text));
            }
            Next::SignOnAgain => {
                let failed = ActionError::new(
                    ErrorType::InvalidCredentials,
                    "the token was refused; signing on again",
                );
                recorder
                    .note(Step::Execute, times, Err::<(), _>(failed), |()| Value::Null)
                    .ok();
                refused = signed.token.map(|token| token.value);
            }
            Next::Again { after, error } if tries < MAX_TRIES && run.budget.fits(after, clock) => {
                recorder
                    .note(Step::Execute, times, Err::<(), _>(error), |()| Value::Null)
                    .ok();
                clock.sleep(after).await;
            }
            Next::Again { error, .. } | Next::End(error) => {
                return recorder.note(Step::Execute, times, Err(error), |text: &String| {
                    shown(text)
                });
            }
        }
    }
}

async fn signed(run: &Run<'_>, refused: Option<&str>, recorder: &mut Recorder) -> Result<Signed> {
    let clock = &*run.runner.clock;
    let at = clock.now();
    let signed = sign_on::sign_on(run, refused, recorder).await;
    let type_name = run.integration.type_name();
    recorder.note(Step::Authenticate, (at, clock.now()), signed, |_| {
        type_name.into()
    })
}

fn rendered(run: &Run<'_>, signed: &Signed, recorder: &mut Recorder) -> Result<Rendered> {
    let scope = Scope {
        input: run.input,
        declared: &run.action.declared,
        credential: signed.credential.as_ref(),
        auth_response: signed
            .token
            .as_ref()
            .and_then(|token| token.fields.as_ref()),
    };
    let rules = run.integration.rules(run.action);
    let base = signed.access.base.as_deref();
    request::render(
        run.action,
        &scope,
        base,
        rules,
        recorder,
        &*run.runner.clock,
    )
}

/// The request as it leaves. Headers of the definition go before those of the type.
pub(super) fn http_request(
    action: &Action,
    rendered: &Rendered,
    own: &[(&'static str, String)],
    timeout: Duration,
) -> HttpRequest {
    let mut request = HttpRequest::new(
        action.definition.request.method,
        rendered.url.clone(),
        "the action's target",
    );
    request.timeout = timeout;
    request.body = rendered.body.clone().map(String::into_bytes);
    request.own_headers.clone_from(&rendered.headers);
    let written = |name: &str| {
        rendered
            .headers
            .iter()
            .any(|(key, _)| key.eq_ignore_ascii_case(name))
    };
    request.headers.retain(|(name, _)| !written(name));
    let added = own.iter().filter(|(name, _)| !written(name));
    request.headers.extend(added.cloned());
    if request.body.is_some() && !written("content-type") {
        request
            .headers
            .push(("content-type", "application/json".to_owned()));
    }
    request
}

async fn attempt(
    run: &Run<'_>,
    signed: &Signed,
    rendered: &Rendered,
    left: Duration,
    signed_on_again: bool,
) -> Next {
    let type_ = run.integration.type_;
    if let Err(error) = keeps_to_the_owners_host(signed, rendered, type_.hosts()) {
        return Next::End(error);
    }
    let mut request = http_request(run.action, rendered, &signed.access.headers, left);
    request.identity.clone_from(&signed.identity);
    let writes = !run.action.reads();
    let once = type_.idempotency_header(&rendered.url);
    if let Some(name) = once.filter(|_| writes) {
        request.headers.push((name, run.reference.to_owned()));
    }
    let (settings, now) = (&run.integration.settings, run.runner.clock.now());
    let request = match type_.dress(request, settings, &signed.access, now) {
        Ok(request) => request,
        Err(error) => return Next::End(error),
    };
    let answer = match run.runner.http.send(request).await {
        Ok(answer) => answer,
        Err(error) => return unanswered(&error, writes),
    };
    let again = type_.cured_by_sign_on(answer.status, &answer.body);
    if signed.token.is_some() && again && !signed_on_again {
        return Next::SignOnAgain;
    }
    judged(run, &answer, writes)
}

/// The type's credential is for the type's host: to any other address it is not shown.
fn keeps_to_the_owners_host(signed: &Signed, rendered: &Rendered, hosts: &[&str]) -> Result<()> {
    let Some(base) = &signed.access.base else {
        return keeps_to(hosts, rendered);
    };
    let origin = |text: &str| url::Url::parse(text).ok().map(|url| url.origin());
    if origin(base) == origin(&rendered.url) {
        return Ok(());
    }
    let why = "the address leads to another host than the integration's own, which would be shown its credential: use an integration of the type web-services";
    Err(ActionError::new(ErrorType::RequestRefused, why))
}

/// Where a type has no host of its own, it may have endings of hosts, over HTTPS.
fn keeps_to(hosts: &[&str], rendered: &Rendered) -> Result<()> {
    let url = url::Url::parse(&rendered.url).ok();
    let fits = url.is_some_and(|url| {
        let host = url.host_str().unwrap_or_default();
        url.scheme() == "https" && hosts.iter().any(|end| host.ends_with(end))
    });
    if hosts.is_empty() || fits {
        return Ok(());
    }
    let why = format!(
        "the address must be HTTPS and end in one of {}: the integration's token is for no other host, unless settings.base_url names it",
        hosts.join(", ")
    );
    Err(ActionError::new(ErrorType::RequestRefused, why))
}

/// No whole answer came. Only what certainly never left, or what only reads, may be tried again.
fn unanswered(error: &deskbridge_core::Error, writes: bool) -> Next {
    let end = |error_type| Next::End(ActionError::new(error_type, error.message()));
    match (error.kind(), writes) {
        (ErrorKind::NotSent, _) => Next::Again {
            after: PAUSE,
            error: ActionError::new(ErrorType::TargetUnreachable, error.message()),
        },
        (ErrorKind::OutcomeUnknown | ErrorKind::Malformed, true) => {
            let why = format!("{}; whether it took effect is not known", error.message());
            Next::End(ActionError::new(ErrorType::OutcomeUnknown, why))
        }
        (ErrorKind::OutcomeUnknown | ErrorKind::Malformed, false) => Next::Again {
            after: PAUSE,
            error: ActionError::new(ErrorType::Timeout, error.message()),
        },
        (ErrorKind::Misconfigured, _) => end(ErrorType::Misconfigured),
        _ => end(ErrorType::TargetUnreachable),
    }
}

fn judged(run: &Run<'_>, answer: &HttpResponse, writes: bool) -> Next {
    let status = answer.status;
    if answer.is_success() {
        if let Some(error) = run.integration.type_.failure(answer, writes) {
            return Next::End(error);
        }
        return match String::from_utf8(answer.body.clone()) {
            Ok(text) => Next::Answer(run.integration.type_.text(text)),
            Err(_) => {
                let why = "the target's answer is no text";
                Next::End(ActionError::new(ErrorType::TargetNotJson, why).with_status(status))
            }
        };
    }
    let repeats = run.integration.type_.repeats();
    let may_wait = match status {
        429 => !writes || repeats.after_429,
        503 => !writes || repeats.after_503,
        500 | 502 | 504 => !writes,
        _ => false,
    };
    let error = failure(answer, writes);
    match (may_wait, retry_after(answer)) {
        (true, wait) => Next::Again {
            after: wait.unwrap_or(PAUSE),
            error,
        },
        (false, _) => Next::End(error),
    }
}

/// What a status means. A gateway's or a server's failure does not say whether a write took effect.
fn failure(answer: &HttpResponse, writes: bool) -> ActionError {
    let status = answer.status;
    let (error_type, says) = match status {
        401 => (
            ErrorType::InvalidCredentials,
            "the target does not accept the credential",
        ),
        429 => (
            ErrorType::RateLimited,
            "the target takes no more calls for now",
        ),
        300..=399 => (
            ErrorType::TargetFailed,
            "the target sends to another address, which is not followed",
        ),
        408 | 499 | 500 | 502 | 504 if writes => (
            ErrorType::OutcomeUnknown,
            "the target failed, and did not say whether the call took effect",
        ),
        _ => (ErrorType::TargetFailed, "the target refused"),
    };
    let mut message = format!("{says} (answered {status})");
    if let Some(wait) = retry_after(answer) {
        message.push_str(&format!("; it asks to wait {} s", wait.as_secs()));
    }
    let words = words(&answer.body);
    if !words.is_empty() {
        message.push_str(&format!(": {words}"));
    }
    ActionError::new(error_type, message).with_status(status)
}

/// Seconds only: a data action has no time to wait for a date.
fn retry_after(answer: &HttpResponse) -> Option<Duration> {
    let seconds = answer.header("retry-after")?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// The target's own words, from the places where JSON APIs put them.
fn words(body: &[u8]) -> String {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let first = body.get(0).unwrap_or(&body);
    let places = [
        "/message",
        "/error/message",
        "/error_description",
        "/description",
        "/detail",
        "/title",
        "/error",
    ];
    let found = places
        .iter()
        .find_map(|place| first.pointer(place)?.as_str());
    let plain = found
        .unwrap_or_default()
        .chars()
        .filter(|c| !c.is_control());
    plain.take(MAX_WORDS).collect()
}

fn shown(text: &str) -> Value {
    json!({"rawResult": text})
}
