//! Any web service: no credential, Basic, fields of the owner's own, or a login action.
//!
//! <https://help.genesys.cloud/articles/add-web-services-data-actions-integration/>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use deskbridge_core::integration::Problem;

use super::{Access, Given, IntegrationType, SignOn, TypeSettings, required};
use crate::error::Result;

pub(super) struct WebServices;

/// A header is added to every request; the password may be empty.
const BASIC: &str = "basic";
/// Nothing is added: templates take `${credentials.x}`.
const USER_DEFINED: &str = "user-defined";
/// The login action runs first: templates take `${authResponse.x}`.
const USER_DEFINED_OAUTH: &str = "user-defined-oauth";
const NONE: &str = "none";

impl IntegrationType for WebServices {
    fn name(&self) -> &'static str {
        "web-services"
    }

    fn vendor_id(&self) -> &'static str {
        "custom-rest-actions"
    }

    fn max_integrations(&self) -> usize {
        50
    }

    fn credential_types(&self) -> &'static [&'static str] {
        &[NONE, BASIC, USER_DEFINED, USER_DEFINED_OAUTH]
    }

    fn needs_credential(&self, settings: &TypeSettings) -> bool {
        form(settings) != NONE
    }

    fn takes_certificate(&self) -> bool {
        true
    }

    fn check(&self, settings: &TypeSettings) -> Vec<Problem> {
        let given = settings.base_url.is_some();
        let why =
            "web services have no host of their own: write whole addresses into the templates";
        given
            .then(|| Problem::new("base_url", why))
            .into_iter()
            .collect()
    }

    fn sign_on<'a>(&self, given: Given<'a>) -> Result<SignOn<'a>> {
        let mut access = Access::default();
        match form(given.settings) {
            BASIC => {
                let credential = required(given.credential)?;
                let user = credential.field("userName")?;
                let password = credential.optional("password").unwrap_or_default();
                let basic = STANDARD.encode(format!("{user}:{password}"));
                access
                    .headers
                    .push(("authorization", format!("Basic {basic}")));
            }
            USER_DEFINED_OAUTH => return Ok(SignOn::LoginAction(access)),
            _ => {}
        }
        Ok(SignOn::Ready(access))
    }
}

fn form(settings: &TypeSettings) -> &str {
    settings.credential_type.as_deref().unwrap_or(NONE)
}
