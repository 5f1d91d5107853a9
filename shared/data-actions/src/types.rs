//! The types of integrations: what credential each takes, how it signs on, and what host it calls.
//!
//! One folder or file per type; all are registered here.

mod genesys_cloud;
mod salesforce;
mod token;
mod web_services;
mod zendesk;

use deskbridge_core::Timestamp;
use deskbridge_core::http::{HttpRequest, HttpResponse};
use deskbridge_core::integration::Problem;
use deskbridge_core::secret::Credential;
use serde::Deserialize;

use crate::error::Result;
use crate::guard::Dialect;

pub(crate) use token::{Token, Tokens, lifetime};

/// Settings that only some types have.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct TypeSettings {
    /// Which form the credential has, where the type knows several.
    pub credential_type: Option<String>,
    /// The target's own address, where it is not in the credential; a sandbox's, too.
    pub base_url: Option<String>,
    /// Where tokens are fetched, if not where the type knows.
    pub login_url: Option<String>,
    /// As `mypurecloud.de`.
    pub region: Option<String>,
}

/// What a request gets from its integration.
#[derive(Clone, Default)]
pub(crate) struct Access {
    /// What relative addresses begin with.
    pub(crate) base: Option<String>,
    pub(crate) headers: Vec<(&'static str, String)>,
}

/// How a credential becomes access.
pub(crate) enum SignOn {
    /// Nothing has to be fetched.
    Ready(Access),
    /// A token has to be fetched with this request.
    Token(Box<HttpRequest>),
    /// The integration's own login action has to run; its result is `authResponse`.
    LoginAction(Access),
}

/// Which answers of a target may be followed by one more try of a write. What reads is tried again
/// after any of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Repeats {
    pub(crate) after_429: bool,
    pub(crate) after_503: bool,
}

/// One type.
pub(crate) trait IntegrationType: Send + Sync {
    /// The name in settings: `zendesk`.
    fn name(&self) -> &'static str;

    /// The vendor's id of the type, in exported definitions.
    fn vendor_id(&self) -> &'static str;

    /// How many integrations of it there may be, as the vendor's product has it.
    fn max_integrations(&self) -> usize;

    /// The forms that its credential may have.
    fn credential_types(&self) -> &'static [&'static str];

    fn needs_credential(&self, _settings: &TypeSettings) -> bool {
        true
    }

    fn check(&self, _settings: &TypeSettings) -> Vec<Problem> {
        Vec::new()
    }

    fn sign_on(
        &self,
        settings: &TypeSettings,
        credential: Option<&Credential>,
        now: Timestamp,
    ) -> Result<SignOn>;

    /// Reads the answer to the request of `SignOn::Token`.
    fn token(
        &self,
        _settings: &TypeSettings,
        _credential: Option<&Credential>,
        answer: &HttpResponse,
        now: Timestamp,
    ) -> Result<Token> {
        token::bearer(answer, now)
    }

    /// What a token gives.
    fn access(&self, settings: &TypeSettings, token: &Token) -> Access {
        Access {
            base: token.base.clone().or_else(|| settings.base_url.clone()),
            headers: vec![("authorization", format!("Bearer {}", token.value))],
        }
    }

    /// Whether a 401 is cured by signing on again.
    fn cured_by_sign_on(&self, status: u16, _body: &[u8]) -> bool {
        status == 401
    }

    /// A header that makes the target do the same thing once, if it knows one for this request.
    fn idempotency_header(&self, _call: &str) -> Option<&'static str> {
        None
    }

    fn repeats(&self) -> Repeats {
        Repeats::default()
    }

    fn dialect(&self) -> Dialect {
        Dialect::None
    }
}

static TYPES: [&dyn IntegrationType; 4] = [
    &genesys_cloud::GenesysCloud,
    &salesforce::Salesforce,
    &web_services::WebServices,
    &zendesk::Zendesk,
];

/// Every type of this build.
pub(crate) fn all() -> &'static [&'static dyn IntegrationType] {
    &TYPES
}

/// The type of that name, or of the vendor's id.
pub(crate) fn named(name: &str) -> Option<&'static dyn IntegrationType> {
    let mut types = TYPES.iter();
    types
        .find(|each| each.name() == name || each.vendor_id() == name)
        .copied()
}

/// The credential that a type cannot do without.
pub(crate) fn required(credential: Option<&Credential>) -> Result<&Credential> {
    credential.ok_or_else(|| {
        let why = "the integration names no credential: set settings.credential";
        crate::ActionError::new(crate::ErrorType::Misconfigured, why)
    })
}
