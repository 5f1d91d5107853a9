//! Microsoft Dynamics 365, by its Dataverse Web API.
//!
//! Sign-on: <https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow>.
//! The flow with a user's name and password is there for those who still have it; Microsoft advises
//! against it, and it fails wherever a second factor is asked for:
//! <https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth-ropc>.

use url::Url;

use super::{Access, Given, IntegrationType, Repeats, SignOn, Token, form, required, set_or_held};
use crate::error::{ActionError, ErrorType, Result};
use crate::guard::Dialect;

pub(super) struct Dynamics;

/// An application user: `tenantId`, `clientId`, `clientSecret`, `orgWebAddress`.
const CLIENT_CREDENTIALS: &str = "client-credentials";
/// `username`, `password`, `applicationId`, `orgWebAddress`, as the vendor's form has it.
const PASSWORD: &str = "password";
const LOGIN: &str = "https://login.microsoftonline.com";

impl IntegrationType for Dynamics {
    fn name(&self) -> &'static str {
        "dynamics-365"
    }

    fn vendor_id(&self) -> &'static str {
        "microsoft-dynamics-data-actions"
    }

    fn max_integrations(&self) -> usize {
        10
    }

    fn credential_types(&self) -> &'static [&'static str] {
        &[CLIENT_CREDENTIALS, PASSWORD]
    }

    fn sign_on<'a>(&self, given: Given<'a>) -> Result<SignOn<'a>> {
        let credential = required(given.credential)?;
        let settings = given.settings;
        let org = set_or_held(settings.base_url.as_ref(), credential, "orgWebAddress")?;
        let scope = format!("{}/.default", origin(org)?);
        let login = settings.login_url.as_deref().unwrap_or(LOGIN);
        let login = login.trim_end_matches('/');
        let legacy = settings.credential_type.as_deref() == Some(PASSWORD);
        let (tenant, fields) = if legacy {
            let fields = vec![
                ("grant_type", "password"),
                ("client_id", credential.field("applicationId")?),
                ("username", credential.field("username")?),
                ("password", credential.field("password")?),
            ];
            let tenant = credential.optional("tenantId").unwrap_or("organizations");
            (tenant, fields)
        } else {
            let fields = vec![
                ("grant_type", "client_credentials"),
                ("client_id", credential.field("clientId")?),
                ("client_secret", credential.field("clientSecret")?),
            ];
            (credential.field("tenantId")?, fields)
        };
        check_tenant(tenant)?;
        Ok(SignOn::Token(Box::new(move |_| {
            let mut fields = fields;
            fields.push(("scope", &scope));
            let url = format!("{login}/{tenant}/oauth2/v2.0/token");
            Ok(form(&url, "POST /{tenant}/oauth2/v2.0/token", &fields))
        })))
    }

    fn access(&self, given: Given<'_>, token: &Token) -> Result<Access> {
        let credential = required(given.credential)?;
        let org = set_or_held(
            given.settings.base_url.as_ref(),
            credential,
            "orgWebAddress",
        )?;
        let mut access = Access::bearer(Some(org.to_owned()), token);
        let version = || "4.0".to_owned();
        access.headers.push(("odata-version", version()));
        access.headers.push(("odata-maxversion", version()));
        Ok(access)
    }

    /// A call over the service protection limits is not carried out:
    /// <https://learn.microsoft.com/en-us/power-apps/developer/data-platform/api-limits>.
    fn repeats(&self) -> Repeats {
        Repeats {
            after_429: true,
            after_503: true,
        }
    }

    fn dialect(&self) -> Dialect {
        Dialect::OData
    }
}

fn origin(org: &str) -> Result<String> {
    let url = Url::parse(org).ok();
    url.map(|url| url.origin().ascii_serialization())
        .ok_or_else(|| wrong("the organisation's address is none"))
}

/// It becomes part of the address that the secret is sent to.
fn check_tenant(tenant: &str) -> Result<()> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    if tenant.chars().all(plain) && !tenant.contains("..") {
        return Ok(());
    }
    Err(wrong(
        "the credential's tenantId is neither an id nor a domain",
    ))
}

fn wrong(why: &str) -> ActionError {
    ActionError::new(ErrorType::Misconfigured, why)
}
