//! Tokens, kept until they end, and fetched by one caller while the others wait.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use deskbridge_core::Timestamp;
use deskbridge_core::http::HttpResponse;
use deskbridge_core::ports::Clock;
use deskbridge_core::secret::Credential;
use futures::future::{Either, select};
use futures::lock::{Mutex as AsyncMutex, OwnedMutexGuard};
use serde_json::{Map, Value};

use crate::error::{ActionError, ErrorType, Result};

/// A token is not used in the last part of its life: a call may take a minute.
const MARGIN: Duration = Duration::from_secs(90);
/// How many integrations' tokens are kept.
const MAX_KEPT: usize = 1_000;

/// What a sign-on gave.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) value: String,
    /// Where the token's calls go, if the sign-on says so.
    pub(crate) base: Option<String>,
    /// The result of a login action.
    pub(crate) fields: Option<Map<String, Value>>,
    /// Keys that sign, in place of a value that is shown.
    pub(crate) keys: Option<Credential>,
    /// Unknown where nothing is said: then it is used until it is refused.
    pub(crate) until: Option<Timestamp>,
}

impl Token {
    fn holds(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

/// Reads the answer of an OAuth token endpoint, RFC 6749 section 5.
pub(super) fn bearer(answer: &HttpResponse, now: Timestamp) -> Result<Token> {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let value = body["access_token"]
        .as_str()
        .filter(|_| answer.is_success());
    let Some(value) = value else {
        let code = body["error"].as_str().unwrap_or_default();
        return Err(refused(answer.status, code));
    };
    Ok(Token {
        value: value.to_owned(),
        base: None,
        fields: None,
        keys: None,
        until: lifetime(&body["expires_in"]).map(|life| now + life),
    })
}

/// How long a token of so many seconds is used.
pub(crate) fn lifetime(seconds: &Value) -> Option<Duration> {
    let text = seconds.as_str().and_then(|text| text.parse().ok());
    let life = Duration::from_secs(seconds.as_u64().or(text)?);
    Some(life.saturating_sub(MARGIN).max(life / 2))
}

/// The refusal of a sign-on. Of the answer only its code is passed on: a description may quote what was
/// sent.
pub(super) fn refused(status: u16, code: &str) -> ActionError {
    let error_type = match status {
        400 | 401 | 403 => ErrorType::InvalidCredentials,
        429 => ErrorType::RateLimited,
        _ => ErrorType::TargetFailed,
    };
    let plain = !code.is_empty() && code.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let said = if plain {
        format!(": {code}")
    } else {
        String::new()
    };
    let why = format!("the sign-on was refused{said} (answered {status})");
    let mut error = ActionError::new(error_type, why);
    error.target_status = Some(status);
    error
}

type Place = Arc<AsyncMutex<Option<Token>>>;

/// The tokens of this process, each under its integration and the credential's version.
#[derive(Default)]
pub(crate) struct Tokens {
    kept: Mutex<HashMap<(String, String), Place>>,
}

impl Tokens {
    /// The place of a token, held until it is dropped: whoever holds it may fetch, and the others wait.
    pub(crate) async fn place(
        &self,
        integration: &str,
        version: &str,
        deadline: Timestamp,
        clock: &dyn Clock,
    ) -> Result<Held> {
        let place = self.find(integration, version);
        if let Some(guard) = Arc::clone(&place).try_lock_owned() {
            return Ok(Held(guard));
        }
        let left = deadline.since(clock.now());
        match select(Box::pin(place.lock_owned()), clock.sleep(left)).await {
            Either::Left((guard, _)) => Ok(Held(guard)),
            Either::Right(_) => Err(ActionError::new(
                ErrorType::Timeout,
                "the time was up while another call was signing on",
            )),
        }
    }

    fn find(&self, integration: &str, version: &str) -> Place {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        // Of an older version nothing is needed any more.
        kept.retain(|(name, seen), _| name != integration || seen == version);
        let key = (integration.to_owned(), version.to_owned());
        Arc::clone(kept.entry(key).or_default())
    }
}

/// A token's place, while this caller has it to itself.
pub(crate) struct Held(OwnedMutexGuard<Option<Token>>);

impl Held {
    /// The token, if there is one that holds and is not the one that was refused.
    pub(crate) fn token(&self, now: Timestamp, refused: Option<&str>) -> Option<Token> {
        let token = self.0.as_ref()?;
        let other = refused.is_none_or(|refused| refused != token.value);
        (token.holds(now) && other).then(|| token.clone())
    }

    pub(crate) fn put(&mut self, token: Token) {
        *self.0 = Some(token);
    }
}
