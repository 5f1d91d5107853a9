//! The token endpoint of the tenant, and what a client asks before.

use serde_json::json;

use super::Org;
use crate::sandbox::http::{Reply, Request, pairs};
use crate::sandbox::{lock, uuid};

const HOST: &str = "https://login.microsoftonline.com";

impl Org {
    /// <https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow>
    pub(super) fn token(&self, tenant: &str, request: &Request) -> Reply {
        let sent = pairs(&request.body);
        let given = |name: &str| {
            let found = sent.iter().find(|(key, _)| key == name);
            found.map(|(_, value)| value.as_str()).unwrap_or_default()
        };
        let options = &self.options;
        let legacy = given("grant_type") == "password";
        if tenant != options.tenant && !(legacy && tenant == "organizations") {
            return refused(400, "invalid_request", "AADSTS90002: Tenant not found.");
        }
        if given("client_id") != options.client_id {
            let why = "AADSTS700016: Application was not found in the directory.";
            return refused(400, "unauthorized_client", why);
        }
        let scope = format!("{}/.default", request.base_url());
        if !given("scope").split(' ').any(|asked| asked == scope) {
            let why =
                "AADSTS70011: The provided value for the input parameter 'scope' is not valid.";
            return refused(400, "invalid_scope", why);
        }
        let pair = (given("username"), given("password"));
        let known = (options.username.as_str(), options.password.as_str());
        match given("grant_type") {
            "client_credentials" if given("client_secret") != options.client_secret => {
                let why = "AADSTS7000215: Invalid client secret provided.";
                return refused(401, "invalid_client", why);
            }
            "password" if pair != known => {
                let why = "AADSTS50126: Error validating credentials due to invalid username or password.";
                return refused(400, "invalid_grant", why);
            }
            "client_credentials" | "password" => {}
            _ => return refused(400, "unsupported_grant_type", "AADSTS70003"),
        }
        let token = format!("eyJ0.{}", uuid());
        lock(&self.state).tokens.push(token.clone());
        let body = json!({"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": token});
        Reply::json(200, &body)
    }

    /// What Microsoft's own client reads before it asks for a token.
    pub(super) fn discovery(tenant: &str) -> Reply {
        let place = |what: &str| format!("{HOST}/{tenant}/oauth2/v2.0/{what}");
        let body = json!({
            "token_endpoint": place("token"),
            "authorization_endpoint": place("authorize"),
            "device_authorization_endpoint": place("devicecode"),
            "issuer": format!("{HOST}/{tenant}/v2.0"),
        });
        Reply::json(200, &body)
    }
}

fn refused(status: u16, error: &str, why: &str) -> Reply {
    Reply::json(status, &json!({"error": error, "error_description": why}))
}
