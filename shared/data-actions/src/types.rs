//! The types of integrations: what credential each takes, how it signs on, and what host it calls.
//!
//! One folder or file per type; all are registered here.

mod assertion;
mod aws;
mod aws_lambda;
mod dynamics;
mod function;
mod genesys_cloud;
mod google;
mod salesforce;
mod token;
mod web_services;
mod zendesk;

use deskbridge_core::Timestamp;
use deskbridge_core::dedup::digest;
use deskbridge_core::http::{HttpRequest, HttpResponse, Method};
use deskbridge_core::integration::Problem;
use deskbridge_core::secret::Credential;
use serde::Deserialize;
use url::form_urlencoded;

use crate::definition::Definition;
use crate::error::{ActionError, ErrorType, Result};
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
    /// As `mypurecloud.de`, or `eu-central-1`.
    pub region: Option<String>,
    /// Whom Google's identity tokens are for: the address of a function.
    pub audience: Option<String>,
}

impl TypeSettings {
    /// Names these settings: a token that was fetched with others is not used with them.
    pub(crate) fn digest(&self) -> String {
        let all = [
            &self.credential_type,
            &self.base_url,
            &self.login_url,
            &self.region,
            &self.audience,
        ];
        digest(&all.map(|each| each.as_deref().unwrap_or_default()))
    }
}

/// What a type signs on with.
#[derive(Clone, Copy)]
pub(crate) struct Given<'a> {
    pub(crate) settings: &'a TypeSettings,
    pub(crate) credential: Option<&'a Credential>,
    /// The AWS keys of this process, where it has any.
    pub(crate) own_keys: Option<&'a Credential>,
}

/// What a request gets from its integration.
#[derive(Clone, Default)]
pub(crate) struct Access {
    /// What relative addresses begin with.
    pub(crate) base: Option<String>,
    pub(crate) headers: Vec<(&'static str, String)>,
    /// AWS keys that sign each request.
    pub(crate) keys: Option<Credential>,
}

impl Access {
    fn bearer(base: Option<String>, token: &Token) -> Self {
        Self {
            base,
            headers: vec![("authorization", format!("Bearer {}", token.value))],
            keys: None,
        }
    }
}

/// Makes the request for a token, when one is needed.
pub(crate) type MakeRequest<'a> = Box<dyn FnOnce(Timestamp) -> Result<HttpRequest> + Send + 'a>;

/// How a credential becomes access.
pub(crate) enum SignOn<'a> {
    /// Nothing has to be fetched.
    Ready(Access),
    /// A token has to be fetched with this request.
    Token(MakeRequest<'a>),
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

    /// Whether its servers may ask for a certificate.
    fn takes_certificate(&self) -> bool {
        false
    }

    fn check(&self, _settings: &TypeSettings) -> Vec<Problem> {
        Vec::new()
    }

    /// Says what a definition lacks in an integration of this type.
    fn check_definition(&self, _definition: &Definition) -> Option<&'static str> {
        None
    }

    fn sign_on<'a>(&self, given: Given<'a>) -> Result<SignOn<'a>>;

    /// Reads the answer to the request of `SignOn::Token`.
    fn token(
        &self,
        _settings: &TypeSettings,
        answer: &HttpResponse,
        now: Timestamp,
    ) -> Result<Token> {
        token::bearer(answer, now)
    }

    /// What a token gives.
    fn access(&self, given: Given<'_>, token: &Token) -> Result<Access> {
        let base = token.base.clone();
        Ok(Access::bearer(
            base.or_else(|| given.settings.base_url.clone()),
            token,
        ))
    }

    /// Endings of the hosts that its credential may be shown to where it has no host of its own; none:
    /// any host.
    fn hosts(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether the whole address is the author's, and not only its host.
    fn fixed_address(&self) -> bool {
        false
    }

    /// What a type that is called in a way of its own makes of the request.
    fn dress(
        &self,
        request: HttpRequest,
        _settings: &TypeSettings,
        _access: &Access,
        _now: Timestamp,
    ) -> Result<HttpRequest> {
        Ok(request)
    }

    /// The failure that an answer with a 2xx stands for, where the type has such.
    fn failure(&self, _answer: &HttpResponse, _writes: bool) -> Option<ActionError> {
        None
    }

    /// The text that the paths are applied to.
    fn text(&self, answer: String) -> String {
        answer
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

static TYPES: [&dyn IntegrationType; 8] = [
    &aws_lambda::AwsLambda,
    &dynamics::Dynamics,
    &function::Function,
    &genesys_cloud::GenesysCloud,
    &google::Google,
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
        ActionError::new(ErrorType::Misconfigured, why)
    })
}

/// The setting that the credential may hold as well; the setting counts.
pub(crate) fn set_or_held<'a>(
    set: Option<&'a String>,
    credential: &'a Credential,
    field: &str,
) -> Result<&'a str> {
    match set {
        Some(set) => Ok(set),
        None => Ok(credential.field(field)?),
    }
}

/// A form to a token endpoint.
pub(crate) fn form(url: &str, call: &'static str, fields: &[(&str, &str)]) -> HttpRequest {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(fields);
    let mut request = HttpRequest::new(Method::Post, url, call)
        .header("content-type", "application/x-www-form-urlencoded");
    request.body = Some(body.finish().into_bytes());
    request
}
