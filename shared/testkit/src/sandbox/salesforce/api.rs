//! The routes.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::soql::Query;
use super::sosl::Search;
use super::state::{Record, State};
use super::{Options, Org, page};
use crate::sandbox::http::{Reply, Request, Vendor, pairs};
use crate::sandbox::{lock, now, rsa};

const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

impl Vendor for Org {
    fn answer(&self, request: &Request) -> Reply {
        let mut state = lock(&self.state);
        let (method, segments) = request.route();
        if let ("POST", ["services", "oauth2", "token"]) = (method, segments.as_slice()) {
            return token(&mut state, request);
        }
        let session = request.authorization("Bearer").unwrap_or_default();
        if !state.sessions.iter().any(|known| known == session) {
            return refused(401, "INVALID_SESSION_ID", "Session expired or invalid");
        }
        let reply = match (method, segments.as_slice()) {
            ("GET", ["services", "data", _, "query"]) => query(&state, request),
            ("GET", ["services", "data", _, "search"]) => search(&state, request),
            ("POST", ["services", "data", _, "sobjects", kind]) => {
                create(&mut state, kind, request)
            }
            ("GET", ["services", "data", version, "sobjects", kind, id]) => {
                match find(&mut state, kind, id) {
                    Some(record) => Reply::json(200, &show(record, None, version)),
                    None => not_found(),
                }
            }
            ("PATCH", ["services", "data", _, "sobjects", kind, id]) => {
                match find(&mut state, kind, id) {
                    Some(record) => {
                        record.fields.extend(body(request));
                        Reply::text(204, "application/json", "")
                    }
                    None => not_found(),
                }
            }
            _ => not_found(),
        };
        reply.with_header("sforce-limit-info", "api-usage=18/15000")
    }

    /// The vendor answers 403, and says nothing of when to come back.
    fn too_many_requests(&self, _retry_after: Duration) -> Reply {
        refused(
            403,
            "REQUEST_LIMIT_EXCEEDED",
            "TotalRequests Limit exceeded.",
        )
    }

    fn page(&self) -> String {
        page::render(self)
    }
}

fn token(state: &mut State, request: &Request) -> Reply {
    let sent = pairs(&request.body);
    let given = |name: &str| {
        sent.iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    let refuse = |error: &str, why: &str| {
        Reply::json(400, &json!({"error": error, "error_description": why}))
    };
    if given("grant_type") == Some(JWT_BEARER) {
        let assertion = given("assertion").unwrap_or_default();
        if let Err(why) = check_assertion(&state.options, assertion) {
            return refuse("invalid_grant", why);
        }
        return signed_on(state, request);
    }
    if !matches!(given("grant_type"), Some("client_credentials" | "password")) {
        return refuse("unsupported_grant_type", "grant type not supported");
    }
    // Its own clients put the pair into a header, RFC 6749 section 2.3.1; both are taken.
    let basic = request.basic();
    let (id, secret) = match &basic {
        Some((id, secret)) => (Some(id.as_str()), Some(secret.as_str())),
        None => (given("client_id"), given("client_secret")),
    };
    if id != Some(&state.options.client_id) {
        return refuse("invalid_client_id", "client identifier invalid");
    }
    if secret != Some(&state.options.client_secret) {
        return refuse("invalid_client", "invalid client credentials");
    }
    let joined = format!("{}{}", state.options.password, state.options.security_token);
    let known = (Some(state.options.username.as_str()), Some(joined.as_str()));
    let legacy = given("grant_type") == Some("password");
    if legacy && (given("username"), given("password")) != known {
        return refuse("invalid_grant", "authentication failure");
    }
    signed_on(state, request)
}

/// <https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_jwt_flow.htm>
fn check_assertion(options: &Options, assertion: &str) -> Result<(), &'static str> {
    let (_, claims) = rsa::read(assertion).ok_or("invalid assertion")?;
    // The vendor's own examples write the time as text.
    let text = claims["exp"].as_str().and_then(|text| text.parse().ok());
    let end: i64 = claims["exp"].as_i64().or(text).unwrap_or_default();
    let left = end - now().as_second();
    if claims["iss"] != options.client_id.as_str() {
        return Err("invalid client credentials");
    }
    if claims["sub"] != options.username.as_str() {
        return Err("user hasn't approved this consumer");
    }
    let audience = claims["aud"].as_str().unwrap_or_default();
    if !matches!(
        audience,
        "https://login.salesforce.com" | "https://test.salesforce.com"
    ) {
        return Err("audience is invalid");
    }
    match (1..=300).contains(&left) {
        true => Ok(()),
        false => Err("expired authorization code"),
    }
}

fn signed_on(state: &mut State, request: &Request) -> Reply {
    let token = state.log_in();
    Reply::json(
        200,
        &json!({
            "access_token": token,
            "signature": "c2lnbmF0dXJl",
            "instance_url": request.base_url(),
            "id": format!("{}/id/00D/005", request.base_url()),
            "token_type": "Bearer",
            "issued_at": "1700000000000",
        }),
    )
}

fn query(state: &State, request: &Request) -> Reply {
    let text = request.argument("q").unwrap_or_default();
    let Some(query) = Query::parse(text) else {
        return refused(400, "MALFORMED_QUERY", "unexpected token");
    };
    let found = state
        .records
        .iter()
        .filter(|record| query.matches(record))
        .take(query.limit);
    let records: Vec<_> = found
        .map(|record| show(record, Some(&query.fields), "v66.0"))
        .collect();
    Reply::json(
        200,
        &json!({"totalSize": records.len(), "done": true, "records": records}),
    )
}

fn search(state: &State, request: &Request) -> Reply {
    let text = request.argument("q").unwrap_or_default();
    let Some(search) = Search::parse(text) else {
        return refused(400, "MALFORMED_SEARCH", "No search term found");
    };
    let found = state.records.iter().filter(|record| search.matches(record));
    let records: Vec<_> = found
        .map(|record| show(record, Some(&search.fields), "v66.0"))
        .collect();
    Reply::json(200, &json!({"searchRecords": records}))
}

fn create(state: &mut State, kind: &str, request: &Request) -> Reply {
    let fields = body(request);
    if fields.is_empty() {
        return refused(400, "JSON_PARSER_ERROR", "The HTTP entity body is required");
    }
    let id = state.add(kind, fields);
    Reply::json(201, &json!({"id": id, "success": true, "errors": []}))
}

fn body(request: &Request) -> Map<String, Value> {
    serde_json::from_slice(&request.body).unwrap_or_default()
}

fn find<'a>(state: &'a mut State, kind: &str, id: &str) -> Option<&'a mut Record> {
    let mut records = state.records.iter_mut();
    records.find(|record| record.kind == kind && record.id == id)
}

fn show(record: &Record, fields: Option<&Vec<String>>, version: &str) -> Value {
    let url = format!(
        "/services/data/{version}/sobjects/{}/{}",
        record.kind, record.id
    );
    let mut shown = json!({"attributes": {"type": record.kind, "url": url}});
    for (name, value) in &record.fields {
        if fields.is_none_or(|fields| fields.iter().any(|field| field.eq_ignore_ascii_case(name))) {
            shown[name] = value.clone();
        }
    }
    shown
}

fn refused(status: u16, code: &str, message: &str) -> Reply {
    Reply::json(status, &json!([{"message": message, "errorCode": code}]))
}

fn not_found() -> Reply {
    refused(404, "NOT_FOUND", "The requested resource does not exist")
}
