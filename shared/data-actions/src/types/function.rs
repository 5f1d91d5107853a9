//! Genesys Cloud Functions: their code runs as a Lambda function of the owner's.
//!
//! The vendor runs them on its own platform and gives each an id that no export holds, so each action
//! names the function that stands in for it. Fields of the credential reach it through header templates,
//! as its client context: <https://developer.genesys.cloud/blog/2025-01-14-genesys-cloud-functions/>.

use deskbridge_core::Timestamp;
use deskbridge_core::http::{HttpRequest, HttpResponse};
use deskbridge_core::integration::Problem;

use super::{Access, Given, IntegrationType, Repeats, SignOn, TypeSettings, aws};
use crate::definition::Definition;
use crate::error::{ActionError, Result};

pub(super) struct Function;

impl IntegrationType for Function {
    fn name(&self) -> &'static str {
        "function"
    }

    fn vendor_id(&self) -> &'static str {
        "function-data-actions"
    }

    fn max_integrations(&self) -> usize {
        10
    }

    fn credential_types(&self) -> &'static [&'static str] {
        &["user-defined"]
    }

    /// A function need not have a secret.
    fn needs_credential(&self, _settings: &TypeSettings) -> bool {
        false
    }

    fn check(&self, settings: &TypeSettings) -> Vec<Problem> {
        aws::region_problem(settings).into_iter().collect()
    }

    fn check_definition(&self, definition: &Definition) -> Option<&'static str> {
        let bound = definition.request.url.starts_with("arn:");
        (!bound).then_some("runs on the vendor's platform only: set `function` beside it, the ARN of the Lambda function that stands in for it")
    }

    /// The fields are the function's own, so what signs are the keys of this process.
    fn sign_on<'a>(&self, given: Given<'a>) -> Result<SignOn<'a>> {
        let own = Given {
            credential: None,
            ..given
        };
        let access = aws::access(given.settings, aws::keys(own)?);
        Ok(SignOn::Ready(access))
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

    fn repeats(&self) -> Repeats {
        aws::REPEATS
    }

    fn failure(&self, answer: &HttpResponse, writes: bool) -> Option<ActionError> {
        aws::failure(answer, writes)
    }
}
