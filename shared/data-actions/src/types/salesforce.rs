//! Salesforce: client credentials of a connected app, or a signed assertion for one user.
//!
//! All is OAuth 2.0 at `/services/oauth2/token`:
//! <https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_client_credentials_flow.htm>. The
//! flow with a user's name and password is there for those who still have it: it is closed in newer
//! organisations (<https://help.salesforce.com/s/articleView?id=000886201>).

use deskbridge_core::Timestamp;
use deskbridge_core::http::HttpResponse;
use deskbridge_core::integration::Problem;
use deskbridge_core::secret::Credential;
use serde_json::json;
use url::Url;

use super::{
    Given, IntegrationType, SignOn, Token, TypeSettings, assertion, form, required, token,
};
use crate::error::{ActionError, ErrorType, Result};
use crate::guard::Dialect;

pub(super) struct Salesforce;

const CLIENT_CREDENTIALS: &str = "client-credentials";
/// `clientId`, `privateKey`, `username`.
const JWT_BEARER: &str = "jwt-bearer";
/// `username`, `password`, `securityToken`, as the vendor's form has it, and the app's own pair.
const PASSWORD: &str = "password";
const LOGIN: &str = "https://login.salesforce.com";
const SANDBOXES: &str = "https://test.salesforce.com";
/// Salesforce takes an assertion that ends within five minutes.
const LIFE_S: i64 = 180;
/// Where an organisation's own address may end.
const DOMAINS: [&str; 3] = [".salesforce.com", ".force.com", ".salesforce.mil"];

impl IntegrationType for Salesforce {
    fn name(&self) -> &'static str {
        "salesforce"
    }

    fn vendor_id(&self) -> &'static str {
        "salesforce-datadip"
    }

    fn max_integrations(&self) -> usize {
        50
    }

    fn credential_types(&self) -> &'static [&'static str] {
        &[CLIENT_CREDENTIALS, JWT_BEARER, PASSWORD]
    }

    fn check(&self, settings: &TypeSettings) -> Vec<Problem> {
        let why = "must be your own domain, as https://example.my.salesforce.com: client credentials are taken nowhere else";
        let missing = settings.login_url.is_none() && form_of(settings) == CLIENT_CREDENTIALS;
        missing
            .then(|| Problem::new("login_url", why))
            .into_iter()
            .collect()
    }

    fn sign_on<'a>(&self, given: Given<'a>) -> Result<SignOn<'a>> {
        let credential = required(given.credential)?;
        let settings = given.settings;
        let login = login(settings);
        Ok(SignOn::Token(Box::new(move |now| {
            let id = credential.field("clientId")?;
            let url = format!("{login}/services/oauth2/token");
            let send = |fields: &[(&str, &str)]| form(&url, "POST /services/oauth2/token", fields);
            Ok(match form_of(settings) {
                JWT_BEARER => {
                    let assertion = assertion_of(credential, id, audience(settings), now)?;
                    send(&[("grant_type", assertion::GRANT), ("assertion", &assertion)])
                }
                PASSWORD => {
                    let (password, token) = (
                        credential.field("password")?,
                        credential.optional("securityToken").unwrap_or_default(),
                    );
                    send(&[
                        ("grant_type", "password"),
                        ("client_id", id),
                        ("client_secret", credential.field("clientSecret")?),
                        ("username", credential.field("username")?),
                        ("password", &format!("{password}{token}")),
                    ])
                }
                _ => send(&[
                    ("grant_type", "client_credentials"),
                    ("client_id", id),
                    ("client_secret", credential.field("clientSecret")?),
                ]),
            })
        })))
    }

    /// Calls go to the instance that the login names, which must be Salesforce's, or the login's own.
    fn token(
        &self,
        settings: &TypeSettings,
        answer: &HttpResponse,
        now: Timestamp,
    ) -> Result<Token> {
        let mut token = token::bearer(answer, now)?;
        let named: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let login = login(settings);
        let instance = named["instance_url"].as_str().unwrap_or(login);
        let instance = settings.base_url.as_deref().unwrap_or(instance);
        if settings.base_url.is_none() && !trusted(instance, login) {
            let why = "the login names an instance outside of Salesforce's domains: set settings.base_url to allow it";
            return Err(ActionError::new(ErrorType::Misconfigured, why));
        }
        token.base = Some(instance.to_owned());
        Ok(token)
    }

    /// Of the refusals that a new login cannot cure, Salesforce says so in words.
    fn cured_by_sign_on(&self, status: u16, body: &[u8]) -> bool {
        let body = String::from_utf8_lossy(body);
        let hopeless = body.contains("not valid for use with the REST API")
            || body.contains("Connected app is not attached to Agent");
        status == 401 && !hopeless
    }

    fn dialect(&self) -> Dialect {
        Dialect::Salesforce
    }
}

fn form_of(settings: &TypeSettings) -> &str {
    let form = settings.credential_type.as_deref();
    form.unwrap_or(CLIENT_CREDENTIALS)
}

fn login(settings: &TypeSettings) -> &str {
    let login = settings.login_url.as_deref().unwrap_or(LOGIN);
    login.trim_end_matches('/')
}

/// Whom an assertion is for: the login host, which stands for every domain of its organisations.
/// <https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_jwt_flow.htm>
fn audience(settings: &TypeSettings) -> &'static str {
    let login = login(settings);
    let sandbox = login == SANDBOXES || login.contains(".sandbox.");
    if sandbox { SANDBOXES } else { LOGIN }
}

fn assertion_of(
    credential: &Credential,
    client: &str,
    audience: &str,
    now: Timestamp,
) -> Result<String> {
    let end = now.as_millis() / 1_000 + LIFE_S;
    let user = credential.field("username")?;
    let claims = json!({"iss": client, "sub": user, "aud": audience, "exp": end});
    assertion::signed(credential.field("privateKey")?, None, &claims)
}

fn trusted(instance: &str, login: &str) -> bool {
    let origin = |text: &str| Url::parse(text).ok().map(|url| url.origin());
    if origin(instance).is_some_and(|found| Some(found) == origin(login)) {
        return true;
    }
    let Ok(url) = Url::parse(instance) else {
        return false;
    };
    let host = url.host_str().unwrap_or_default();
    url.scheme() == "https" && DOMAINS.iter().any(|domain| host.ends_with(domain))
}
