//! The routes.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Cloud, Grant};
use crate::sandbox::http::{Reply, Request, Vendor, pairs};
use crate::sandbox::page::{Page, escape, mono};
use crate::sandbox::{lock, now, rsa, uuid};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// Whom assertions are for, whatever address they are sent to.
const AUDIENCE: &str = "https://oauth2.googleapis.com/token";
const CLOUD_SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";
const USERS_SCOPE: &str = "https://www.googleapis.com/auth/admin.directory.user.readonly";
const SKEW_S: i64 = 300;

impl Vendor for Cloud {
    fn answer(&self, request: &Request) -> Reply {
        let (method, segments) = request.route();
        match (method, segments.as_slice()) {
            ("POST", ["token"]) => self.token(request),
            ("GET", ["admin", "directory", "v1", "users", user]) => self.user(user, request),
            ("POST", ["find-customer"]) => self.function(request),
            _ => refused(404, "NOT_FOUND", "Not Found"),
        }
    }

    fn too_many_requests(&self, _retry_after: Duration) -> Reply {
        refused(429, "RESOURCE_EXHAUSTED", "Quota exceeded")
    }

    fn page(&self) -> String {
        let rows = lock(&self.grants).clone().into_iter().rev();
        let rows: Vec<_> = rows
            .map(|grant| {
                let user = grant.user.unwrap_or_default();
                vec![mono(&user), escape(&grant.scopes.join(" "))]
            })
            .collect();
        Page::new("Google sandbox", "A stand-in for Google's APIs.")
            .table("Tokens", &["User", "Scopes"], &rows)
            .traffic(&self.stage)
            .finish()
    }
}

impl Cloud {
    fn token(&self, request: &Request) -> Reply {
        let sent = pairs(&request.body);
        let given = |name: &str| {
            let found = sent.iter().find(|(key, _)| key == name);
            found.map(|(_, value)| value.as_str()).unwrap_or_default()
        };
        if given("grant_type") != GRANT {
            return oauth(400, "unsupported_grant_type", "Invalid grant_type");
        }
        let Some((header, claims)) = rsa::read(given("assertion")) else {
            return oauth(400, "invalid_grant", "Invalid JWT Signature.");
        };
        match self.grant(&header, &claims) {
            Err(refusal) => refusal,
            Ok(grant) => {
                let name = match grant.audience.is_some() {
                    true => "id_token",
                    false => "access_token",
                };
                let body = json!({name: grant.token, "expires_in": 3599, "token_type": "Bearer"});
                lock(&self.grants).push(grant);
                Reply::json(200, &body)
            }
        }
    }

    fn grant(&self, header: &Value, claims: &Value) -> Result<Grant, Reply> {
        let text = |name: &str| claims[name].as_str().unwrap_or_default();
        let second = |name: &str| claims[name].as_i64().unwrap_or_default();
        let invalid = |why: &str| Err(oauth(400, "invalid_grant", why));
        let known = header["kid"] == self.options.private_key_id.as_str();
        if !known || text("iss") != self.options.client_email || text("aud") != AUDIENCE {
            return invalid("Invalid JWT: key, issuer or audience is not known.");
        }
        let (from, until) = (second("iat"), second("exp"));
        let now = now().as_second();
        if (now - from).abs() > SKEW_S || until - from > 3_600 || until < now {
            return invalid("Invalid JWT: Token must be a short-lived token (60 minutes)");
        }
        let scopes: Vec<_> = text("scope").split(' ').map(str::to_owned).collect();
        let user = claims["sub"].as_str().map(str::to_owned);
        let audience = claims["target_audience"].as_str().map(str::to_owned);
        let delegated = |scope: &String| self.options.delegated_scopes.contains(scope);
        if user.is_some() && !scopes.iter().all(delegated) {
            let why = "Client is unauthorized to retrieve access tokens using this method";
            return Err(oauth(401, "unauthorized_client", why));
        }
        let known = |scope: &String| scope == CLOUD_SCOPE || delegated(scope);
        if audience.is_none() && !scopes.iter().all(known) {
            return Err(oauth(400, "invalid_scope", "Invalid OAuth scope."));
        }
        // An identity token is read by whom it is shown to, so it is none of the opaque ones.
        let identity = audience.as_ref().and_then(|audience| {
            let email = &self.options.client_email;
            let end = now + 3_600;
            rsa::signed(&json!({"iss": "https://accounts.google.com", "aud": audience, "email": email, "iat": now, "exp": end}))
        });
        Ok(Grant {
            token: identity.unwrap_or_else(|| format!("ya29.{}", uuid())),
            scopes,
            user,
            audience,
        })
    }

    fn caller(&self, request: &Request) -> Option<Grant> {
        let token = request.authorization("Bearer")?;
        let grants = lock(&self.grants);
        grants.iter().find(|grant| grant.token == token).cloned()
    }

    /// Only a user may ask for users: the account has to stand for one.
    fn user(&self, email: &str, request: &Request) -> Reply {
        let Some(caller) = self.caller(request) else {
            return refused(401, "UNAUTHENTICATED", "Invalid Credentials");
        };
        let admitted = caller.scopes.iter().any(|scope| scope == USERS_SCOPE);
        if caller.user.is_none() || !admitted {
            let why = "Not Authorized to access this resource/api";
            return refused(403, "PERMISSION_DENIED", why);
        }
        match self.options.users.iter().any(|user| user == email) {
            true => Reply::json(200, &json!({"primaryEmail": email, "suspended": false})),
            false => refused(404, "NOT_FOUND", "Resource Not Found: userKey"),
        }
    }

    fn function(&self, request: &Request) -> Reply {
        let own = format!("{}/find-customer", request.base_url());
        let caller = self.caller(request);
        if caller.and_then(|caller| caller.audience) != Some(own) {
            return Reply::text(403, "text/html", "Forbidden");
        }
        let sent: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let found = json!({"customer": sent["phone"]}).to_string();
        Reply::json(200, &found.into())
    }
}

fn oauth(status: u16, error: &str, why: &str) -> Reply {
    Reply::json(status, &json!({"error": error, "error_description": why}))
}

fn refused(status: u16, code: &str, message: &str) -> Reply {
    let error = json!({"code": status, "message": message, "status": code, "errors": []});
    Reply::json(status, &json!({"error": error}))
}
