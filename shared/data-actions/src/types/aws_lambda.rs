//! AWS Lambda: a role of the owner's account is assumed, and its functions are called.
//!
//! Roles: <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>. The vendor's
//! side: <https://help.genesys.cloud/articles/about-the-aws-lambda-data-actions-integration/>.

use std::time::Duration;

use deskbridge_core::Timestamp;
use deskbridge_core::http::{HttpRequest, HttpResponse};
use deskbridge_core::integration::Problem;
use deskbridge_core::secret::Credential;
use serde_json::Value;

use super::{
    Access, Given, IntegrationType, Repeats, SignOn, Token, TypeSettings, aws, form, required,
    token,
};
use crate::error::{ActionError, Result};

pub(super) struct AwsLambda;

/// The longest session of a role that was assumed by another role.
const SESSION: Duration = Duration::from_secs(3_600);

impl IntegrationType for AwsLambda {
    fn name(&self) -> &'static str {
        "aws-lambda"
    }

    fn vendor_id(&self) -> &'static str {
        "aws-lambda-data-actions"
    }

    fn max_integrations(&self) -> usize {
        10
    }

    fn credential_types(&self) -> &'static [&'static str] {
        &["role"]
    }

    fn check(&self, settings: &TypeSettings) -> Vec<Problem> {
        aws::region_problem(settings).into_iter().collect()
    }

    fn sign_on<'a>(&self, given: Given<'a>) -> Result<SignOn<'a>> {
        let credential = required(given.credential)?;
        let (role, keys) = (credential.field("ARN")?, aws::keys(given)?);
        let external_id = credential.optional("externalId");
        Ok(SignOn::Token(Box::new(move |now| {
            let seconds = SESSION.as_secs().to_string();
            let mut fields = vec![
                ("Action", "AssumeRole"),
                ("Version", "2011-06-15"),
                ("RoleArn", role),
                ("RoleSessionName", "deskbridge"),
                ("DurationSeconds", seconds.as_str()),
            ];
            fields.extend(external_id.map(|id| ("ExternalId", id)));
            let settings = given.settings;
            let host = settings.login_url.clone();
            let host = host.unwrap_or_else(|| aws::endpoint("sts", settings));
            let url = format!("{}/", host.trim_end_matches('/'));
            let request = form(&url, "POST / (AssumeRole)", &fields);
            aws::signed(request, "sts", settings, Some(keys), now)
        })))
    }

    fn token(
        &self,
        _settings: &TypeSettings,
        answer: &HttpResponse,
        now: Timestamp,
    ) -> Result<Token> {
        let text = String::from_utf8_lossy(&answer.body);
        let field = |name: &str| element(&text, name).map(str::to_owned);
        let found = (
            field("AccessKeyId"),
            field("SecretAccessKey"),
            field("SessionToken"),
        );
        let (true, (Some(id), Some(secret), Some(session))) = (answer.is_success(), found) else {
            let code = element(&text, "Code").unwrap_or_default();
            return Err(token::refused(answer.status, code));
        };
        let fields = [
            ("accessKeyId".to_owned(), id.clone()),
            ("secretAccessKey".to_owned(), secret),
            ("sessionToken".to_owned(), session),
        ];
        Ok(Token {
            value: id.clone(),
            base: None,
            fields: None,
            keys: Some(Credential::new("role", id, fields)),
            until: token::lifetime(&Value::from(SESSION.as_secs())).map(|life| now + life),
        })
    }

    fn access(&self, given: Given<'_>, token: &Token) -> Result<Access> {
        let keys = token.keys.as_ref();
        Ok(keys.map_or_else(Access::default, |keys| aws::access(given.settings, keys)))
    }

    fn fixed_address(&self) -> bool {
        true
    }

    fn dress(
        &self,
        request: HttpRequest,
        settings: &TypeSettings,
        access: &Access,
        now: Timestamp,
    ) -> Result<HttpRequest> {
        aws::invocation(request, settings, access, now)
    }

    /// A session that has ended is answered with 403.
    fn cured_by_sign_on(&self, status: u16, body: &[u8]) -> bool {
        status == 403 && String::from_utf8_lossy(body).contains("expired")
    }

    fn repeats(&self) -> Repeats {
        aws::REPEATS
    }

    fn failure(&self, answer: &HttpResponse, writes: bool) -> Option<ActionError> {
        aws::failure(answer, writes)
    }
}

/// What stands in the first element of that name. Of the answer's elements three are read, which hold
/// letters, digits and `+/=` only, so a reader of XML would be no help.
fn element<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    let (value, _) = rest.split_once(&format!("</{name}>"))?;
    Some(value.trim())
}
