//! Signing in to Zoho, as requests and what their answers mean; nobody here sends them.
//!
//! <https://www.zoho.com/accounts/protocol/oauth/web-apps.html>. Refusals come with 200 too, so what
//! counts is whether a token is there.

mod portal;

use std::collections::BTreeMap;
use std::time::Duration;

use deskbridge_core::http::{HttpRequest, HttpResponse, Method};
use deskbridge_core::{Error, ErrorKind, Result, Retry};
use serde::Deserialize;
use url::form_urlencoded;

pub use super::data_center::DataCenter;
pub use portal::{Portal, agent_id};

/// What a person is asked to allow: read, create, answer and change tickets, and find people.
pub const SCOPES: &[&str] = &[
    "Desk.tickets.READ",
    "Desk.tickets.CREATE",
    "Desk.tickets.UPDATE",
    "Desk.search.READ",
    "Desk.basic.READ",
    "Desk.settings.READ",
    "Desk.contacts.READ",
];
/// What the one who sets the integration up is asked for besides: the webhook.
pub const SET_UP_SCOPES: &[&str] = &[
    "Desk.webhooks.READ",
    "Desk.webhooks.CREATE",
    "Desk.webhooks.UPDATE",
    "Desk.events.ALL",
];

const TOKEN: &str = "POST /oauth/v2/token";
/// The vendor blocks a refresh token for the rest of ten minutes.
const BLOCKED: Duration = Duration::from_secs(600);
const USUAL_LIFE: Duration = Duration::from_secs(3600);

/// The application as it is registered at <https://api-console.zoho.com>.
pub struct Application<'a> {
    pub client_id: &'a str,
    pub client_secret: &'a str,
    /// Registered there to the letter.
    pub redirect_uri: &'a str,
}

/// Returns where the person's browser goes. `accounts` is the data centre's accounts server, or a
/// sandbox; the answer comes to the redirect address with `code`, `location` and `accounts-server`.
pub fn authorize_url(
    accounts: &str,
    application: &Application<'_>,
    scopes: &[&str],
    state: &str,
) -> String {
    let query = form(&[
        ("response_type", "code"),
        ("client_id", application.client_id),
        ("scope", &scopes.join(",")),
        ("redirect_uri", application.redirect_uri),
        ("access_type", "offline"),
        ("prompt", "consent"),
        ("state", state),
    ]);
    format!("{accounts}/oauth/v2/auth?{query}")
}

/// Returns the accounts server that a sign-in came back from, if it is Zoho's or the one it went to.
pub fn accounts_server(named: Option<&str>, asked: &str) -> Result<String> {
    let asked = asked.trim_end_matches('/');
    match named.map(|named| named.trim_end_matches('/')) {
        None => Ok(asked.to_owned()),
        Some(named) if named == asked => Ok(asked.to_owned()),
        Some(named) => DataCenter::with_accounts_server(named)
            .map(|center| center.accounts.to_owned())
            .ok_or_else(|| {
                let why = "the sign-in came back from a server that is not Zoho's";
                Error::new(ErrorKind::Rejected, why)
            }),
    }
}

/// Exchanges the code of a sign-in, which is good once and for a minute.
pub fn exchange_request(accounts: &str, application: &Application<'_>, code: &str) -> HttpRequest {
    let body = form(&[
        ("grant_type", "authorization_code"),
        ("client_id", application.client_id),
        ("client_secret", application.client_secret),
        ("redirect_uri", application.redirect_uri),
        ("code", code),
    ]);
    token_request(accounts, body)
}

/// Asks for another access token. A refresh token gives ten of them in ten minutes.
pub fn refresh_request(
    accounts: &str,
    client_id: &str,
    client_secret: &str,
    refresh_token: &str,
) -> HttpRequest {
    let body = form(&[
        ("grant_type", "refresh_token"),
        ("client_id", client_id),
        ("client_secret", client_secret),
        ("refresh_token", refresh_token),
    ]);
    token_request(accounts, body)
}

/// What the accounts server gave.
#[derive(Clone, PartialEq, Eq)]
pub struct Grant {
    pub access_token: String,
    /// Only with a code: a refresh keeps the one it has.
    pub refresh_token: Option<String>,
    pub expires_in: Duration,
}

impl Grant {
    /// Returns the fields of the credential that this sign-in makes.
    pub fn credential(self, application: &Application<'_>) -> Result<BTreeMap<String, String>> {
        let refresh_token = self.refresh_token.ok_or_else(|| {
            let why = "Zoho gave no refresh token: the sign-in must ask for offline access";
            Error::new(ErrorKind::Rejected, why)
        })?;
        let fields = [
            ("client_id", application.client_id.to_owned()),
            ("client_secret", application.client_secret.to_owned()),
            ("refresh_token", refresh_token),
        ];
        Ok(fields.map(|(name, value)| (name.to_owned(), value)).into())
    }
}

#[derive(Default, Deserialize)]
struct Body {
    #[serde(default)]
    access_token: String,
    #[serde(default)]
    refresh_token: Option<String>,
    #[serde(default)]
    expires_in: Option<u64>,
    #[serde(default)]
    error: String,
    #[serde(default)]
    error_description: String,
}

/// Reads the answer to either request. Nothing was changed by one that fails.
pub fn read_grant(answer: &HttpResponse) -> Result<Grant> {
    let body: Body = serde_json::from_slice(&answer.body).unwrap_or_default();
    if answer.is_success() && !body.access_token.is_empty() {
        return Ok(Grant {
            access_token: body.access_token,
            refresh_token: body.refresh_token.filter(|token| !token.is_empty()),
            expires_in: body.expires_in.map_or(USUAL_LIFE, Duration::from_secs),
        });
    }
    let says = |words: &str| body.error_description.to_lowercase().contains(words);
    let (kind, why) = match body.error.as_str() {
        "Access Denied" | "access_denied" if says("too many requests") => (
            ErrorKind::RateLimited,
            "Zoho gives this sign-in no more access tokens for ten minutes",
        ),
        "invalid_code" | "invalid_grant" | "Access Denied" | "access_denied" => (
            ErrorKind::NeedsPerson,
            "Zoho does not accept the sign-in any more: sign in again",
        ),
        "invalid_client" | "invalid_client_secret" | "unauthorized_client" => (
            ErrorKind::Unauthorized,
            "Zoho does not know the application: look at client_id and client_secret, and at the data centre",
        ),
        "" => (
            ErrorKind::Unavailable,
            "Zoho's accounts server gave no token",
        ),
        _ => (
            ErrorKind::NeedsPerson,
            "Zoho refuses the sign-in: sign in again",
        ),
    };
    let error = Error::new(kind, why)
        .with_call(TOKEN)
        .with_status(answer.status);
    Err(match kind {
        ErrorKind::RateLimited => error.with_retry(Retry::Later(Some(BLOCKED))),
        _ => error,
    })
}

fn token_request(accounts: &str, body: String) -> HttpRequest {
    let url = format!("{accounts}/oauth/v2/token");
    let mut request = HttpRequest::new(Method::Post, url, TOKEN)
        .header("content-type", "application/x-www-form-urlencoded");
    request.body = Some(body.into_bytes());
    request.timeout = Duration::from_secs(10);
    request
}

fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}
