//! Salesforce: client credentials of a connected app, or a signed assertion for one user.
//!
//! Both are OAuth 2.0 at `/services/oauth2/token`:
//! <https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_client_credentials_flow.htm>. The
//! flow with a user's name and password is closed in newer organisations
//! (<https://help.salesforce.com/s/articleView?id=000886201>), so it is left out.

use deskbridge_core::Timestamp;
use deskbridge_core::http::{HttpRequest, HttpResponse, Method};
use deskbridge_core::integration::Problem;
use deskbridge_core::secret::Credential;
use url::{Url, form_urlencoded};

use super::{IntegrationType, SignOn, Token, TypeSettings, required, token};
use crate::error::{ActionError, ErrorType, Result};
use crate::guard::Dialect;

pub(super) struct Salesforce;

const CLIENT_CREDENTIALS: &str = "client-credentials";
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
        &[CLIENT_CREDENTIALS]
    }

    fn check(&self, settings: &TypeSettings) -> Vec<Problem> {
        let why = "must be your own domain, as https://example.my.salesforce.com: client credentials are taken nowhere else";
        let missing = settings.login_url.is_none();
        missing
            .then(|| Problem::new("login_url", why))
            .into_iter()
            .collect()
    }

    fn sign_on(
        &self,
        settings: &TypeSettings,
        credential: Option<&Credential>,
        _now: Timestamp,
    ) -> Result<SignOn> {
        let credential = required(credential)?;
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", credential.field("clientId")?)
            .append_pair("client_secret", credential.field("clientSecret")?)
            .finish();
        let host = settings.login_url.as_deref().unwrap_or_default();
        let url = format!("{}/services/oauth2/token", host.trim_end_matches('/'));
        let mut request = HttpRequest::new(Method::Post, url, "POST /services/oauth2/token")
            .header("content-type", "application/x-www-form-urlencoded");
        request.body = Some(body.into_bytes());
        Ok(SignOn::Token(Box::new(request)))
    }

    /// Calls go to the instance that the login names, which must be Salesforce's, or the login's own.
    fn token(
        &self,
        settings: &TypeSettings,
        _credential: Option<&Credential>,
        answer: &HttpResponse,
        now: Timestamp,
    ) -> Result<Token> {
        let mut token = token::bearer(answer, now)?;
        let named: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let instance = named["instance_url"]
            .as_str()
            .or(settings.login_url.as_deref());
        let instance = settings
            .base_url
            .as_deref()
            .or(instance)
            .unwrap_or_default();
        let login = settings.login_url.as_deref().unwrap_or_default();
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
