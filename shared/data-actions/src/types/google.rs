//! Google: a service account, of Google Cloud or of a Workspace domain.
//!
//! <https://developers.google.com/identity/protocols/oauth2/service-account>

use std::time::Duration;

use deskbridge_core::Timestamp;
use deskbridge_core::http::HttpResponse;
use deskbridge_core::integration::Problem;
use deskbridge_core::secret::Credential;
use serde_json::{Value, json};
use url::Url;

use super::{
    Access, Given, IntegrationType, Repeats, SignOn, Token, TypeSettings, assertion, form,
    required, token,
};
use crate::error::{ActionError, Result};

pub(super) struct Google;

/// A service account of Google Cloud: every API of the account's projects.
const CLOUD: &str = "gcp-service-account";
/// One of a Workspace domain: scopes, and whom it stands for.
const WORKSPACE: &str = "gsuite-service-account";
const TOKEN_URL: &str = "https://oauth2.googleapis.com/token";
/// What the vendor asks for is not published; this is all that the account's roles allow.
const CLOUD_SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";
/// The longest life of an assertion.
const LIFE: Duration = Duration::from_secs(3_600);
/// Hosts that a token may be shown to.
const DOMAINS: [&str; 4] = [
    ".googleapis.com",
    ".google.com",
    ".cloudfunctions.net",
    ".run.app",
];

impl IntegrationType for Google {
    fn name(&self) -> &'static str {
        "google"
    }

    /// Not published, so no export can be told by it.
    fn vendor_id(&self) -> &'static str {
        "google-data-actions"
    }

    fn max_integrations(&self) -> usize {
        100
    }

    fn credential_types(&self) -> &'static [&'static str] {
        &[CLOUD, WORKSPACE]
    }

    fn check(&self, settings: &TypeSettings) -> Vec<Problem> {
        let workspace = settings.credential_type.as_deref() == Some(WORKSPACE);
        let both = workspace && settings.audience.is_some();
        let why = "stands with the credential type gcp-service-account only";
        both.then(|| Problem::new("audience", why))
            .into_iter()
            .collect()
    }

    fn sign_on<'a>(&self, given: Given<'a>) -> Result<SignOn<'a>> {
        let key = Key::read(required(given.credential)?);
        let settings = given.settings;
        let workspace = settings.credential_type.as_deref() == Some(WORKSPACE);
        let scope = match workspace {
            true => scopes(&key.field("scopes")?),
            false => CLOUD_SCOPE.to_owned(),
        };
        let sub = key.field("userEmail").ok().filter(|_| workspace);
        Ok(SignOn::Token(Box::new(move |now| {
            let email = key.field("client_email")?;
            let seconds = now.as_millis() / 1_000;
            let end = seconds + i64::try_from(LIFE.as_secs()).unwrap_or_default();
            let mut claims = json!({"iss": email, "aud": TOKEN_URL, "iat": seconds, "exp": end});
            match &settings.audience {
                Some(audience) => claims["target_audience"] = audience.as_str().into(),
                None => claims["scope"] = scope.into(),
            }
            if let Some(user) = sub {
                claims["sub"] = user.into();
            }
            let (id, secret) = (key.field("private_key_id").ok(), key.field("private_key")?);
            let assertion = assertion::signed(&secret, id.as_deref(), &claims)?;
            let url = settings.login_url.as_deref().unwrap_or(TOKEN_URL);
            let fields = [("grant_type", assertion::GRANT), ("assertion", &assertion)];
            Ok(form(url, "POST /token", &fields))
        })))
    }

    /// An identity token comes under another name, and says itself how long it holds: an hour.
    fn token(
        &self,
        settings: &TypeSettings,
        answer: &HttpResponse,
        now: Timestamp,
    ) -> Result<Token> {
        if settings.audience.is_none() {
            return token::bearer(answer, now);
        }
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let named = body["id_token"].as_str().filter(|_| answer.is_success());
        let value = named.ok_or_else(|| {
            let code = body["error"].as_str().unwrap_or_default();
            token::refused(answer.status, code)
        })?;
        Ok(Token {
            value: value.to_owned(),
            base: None,
            fields: None,
            keys: None,
            until: token::lifetime(&LIFE.as_secs().into()).map(|life| now + life),
        })
    }

    fn access(&self, given: Given<'_>, token: &Token) -> Result<Access> {
        let settings = given.settings;
        let audience = settings.audience.as_deref().and_then(|text| {
            let url = Url::parse(text).ok()?;
            Some(url.origin().ascii_serialization())
        });
        let base = settings.base_url.clone().or(audience);
        Ok(Access::bearer(base, token))
    }

    fn hosts(&self) -> &'static [&'static str] {
        &DOMAINS
    }

    fn repeats(&self) -> Repeats {
        Repeats {
            after_429: true,
            after_503: false,
        }
    }

    /// A function of Google's may answer with text that holds JSON, which is read once more:
    /// <https://help.genesys.cloud/articles/response-configuration-data-actions/>.
    fn text(&self, answer: String) -> String {
        match serde_json::from_str(&answer) {
            Ok(Value::String(inner)) if serde_json::from_str::<Value>(&inner).is_ok() => inner,
            _ => answer,
        }
    }
}

/// The vendor's form has commas between scopes, Google has spaces.
fn scopes(text: &str) -> String {
    let each = text.split([',', ' ', '\n', '\t', '、']);
    let each: Vec<_> = each.filter(|scope| !scope.is_empty()).collect();
    each.join(" ")
}

/// The fields of the key file, each by itself, or the whole file pasted as one of them.
struct Key<'a> {
    credential: &'a Credential,
    file: Value,
}

impl<'a> Key<'a> {
    fn read(credential: &'a Credential) -> Self {
        let whole = ["key_file", "private_key"].iter();
        let whole = whole.filter_map(|name| credential.optional(name));
        let file = whole
            .filter(|text| text.trim_start().starts_with('{'))
            .find_map(|text| serde_json::from_str(text).ok());
        Self {
            credential,
            file: file.unwrap_or_default(),
        }
    }

    /// A field, by its name in Google's file.
    fn field(&self, name: &str) -> Result<String> {
        if let Some(text) = self.file[name].as_str() {
            return Ok(text.to_owned());
        }
        let held = self.credential.field(name).map_err(ActionError::from)?;
        Ok(held.trim().to_owned())
    }
}
