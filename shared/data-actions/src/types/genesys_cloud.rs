//! Genesys Cloud's own platform API: an OAuth client of one region.
//!
//! <https://developer.genesys.cloud/authorization/platform-auth/use-client-credentials>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use deskbridge_core::integration::Problem;

use super::{Access, Given, IntegrationType, Repeats, SignOn, Token, TypeSettings, form, required};
use crate::error::Result;

pub(super) struct GenesysCloud;

/// The regions' domains, from the platform's published SDK.
const REGIONS: [&str; 18] = [
    "mypurecloud.com",
    "mypurecloud.ie",
    "mypurecloud.com.au",
    "mypurecloud.jp",
    "mypurecloud.de",
    "usw2.pure.cloud",
    "cac1.pure.cloud",
    "apne2.pure.cloud",
    "euw2.pure.cloud",
    "aps1.pure.cloud",
    "use2.us-gov-pure.cloud",
    "sae1.pure.cloud",
    "mec1.pure.cloud",
    "apne3.pure.cloud",
    "euc2.pure.cloud",
    "mxc1.pure.cloud",
    "apse1.pure.cloud",
    "edee1.eusc-pure.cloud",
];

impl IntegrationType for GenesysCloud {
    fn name(&self) -> &'static str {
        "genesys-cloud"
    }

    fn vendor_id(&self) -> &'static str {
        "purecloud-data-actions"
    }

    fn max_integrations(&self) -> usize {
        10
    }

    fn credential_types(&self) -> &'static [&'static str] {
        &["oauth-client"]
    }

    fn check(&self, settings: &TypeSettings) -> Vec<Problem> {
        let sandbox = settings.base_url.is_some() && settings.login_url.is_some();
        match settings.region.as_deref() {
            Some(region) if REGIONS.contains(&region) => Vec::new(),
            None if sandbox => Vec::new(),
            _ => {
                let why = format!("must be one of: {}", REGIONS.join(", "));
                vec![Problem::new("region", why)]
            }
        }
    }

    fn sign_on<'a>(&self, given: Given<'a>) -> Result<SignOn<'a>> {
        let credential = required(given.credential)?;
        let (id, secret) = (
            credential.field("clientId")?,
            credential.field("clientSecret")?,
        );
        let settings = given.settings;
        let region = settings.region.as_deref().unwrap_or_default();
        let login = settings.login_url.clone();
        let login = login.unwrap_or_else(|| format!("https://login.{region}"));
        Ok(SignOn::Token(Box::new(move |_| {
            let url = format!("{}/oauth/token", login.trim_end_matches('/'));
            let grant = [("grant_type", "client_credentials")];
            let basic = STANDARD.encode(format!("{id}:{secret}"));
            let request = form(&url, "POST /oauth/token", &grant);
            Ok(request.header("authorization", format!("Basic {basic}")))
        })))
    }

    fn access(&self, given: Given<'_>, token: &Token) -> Result<Access> {
        let settings = given.settings;
        let region = settings.region.as_deref().unwrap_or_default();
        let base = settings.base_url.clone();
        let base = base.unwrap_or_else(|| format!("https://api.{region}"));
        Ok(Access::bearer(Some(base), token))
    }

    fn repeats(&self) -> Repeats {
        Repeats {
            after_429: true,
            after_503: false,
        }
    }
}
