//! The accounts server: the page of consent, and tokens. Refusals of tokens come with 200, as they do
//! there.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::{Value, json};

use super::access::is_scope;
use super::state::{Code, MINUTE, SignIn, State};
use crate::sandbox::http::{Reply, Request, pairs};
use crate::sandbox::page::escape;
use crate::sandbox::uuid;

const CODE_LIVES: i64 = MINUTE;
const MAX_REFRESHES: usize = 10;
const WINDOW: i64 = 10 * MINUTE;

pub(super) fn answer(state: &mut State, request: &Request) -> Reply {
    match request.route() {
        ("GET", path) if path == ["oauth", "v2", "auth"] => consent(state, request),
        ("GET", path) if path == ["oauth", "v2", "auth", "accept"] => accept(state, request),
        ("POST", path) if path == ["oauth", "v2", "token"] => token(state, request),
        _ => Reply::html(404, "<h1>Page not found</h1>"),
    }
}

/// One link for each agent: whose browser it is, a sandbox cannot know.
fn consent(state: &State, request: &Request) -> Reply {
    if let Err(why) = checked(state, request) {
        return Reply::html(400, format!("<h1>{}</h1>", escape(why)));
    }
    let links = state.options.agents.iter().map(|agent| {
        let query = escape(&request.raw_query);
        let name = escape(&format!("{} {}", agent.first_name, agent.last_name));
        let id = &agent.id;
        format!(
            "<li><a href=\"/oauth/v2/auth/accept?agent={id}&amp;{query}\">Accept as {name}</a></li>"
        )
    });
    let links: String = links.collect();
    let scopes = escape(request.argument("scope").unwrap_or_default());
    Reply::html(
        200,
        format!(
            "<!doctype html><title>Zoho sandbox</title><h1>Deskbridge would like to access</h1><p>{scopes}</p><ul>{links}</ul>"
        ),
    )
}

/// One unknown scope refuses all of them.
fn checked(state: &State, request: &Request) -> Result<(), &'static str> {
    let is = |name: &str, value: &str| request.argument(name) == Some(value);
    if !is("response_type", "code") {
        return Err("Invalid response type");
    }
    if !is("client_id", &state.options.client_id) {
        return Err("Invalid Client ID");
    }
    let uri = request.argument("redirect_uri").unwrap_or_default();
    if !uri.starts_with("http") {
        return Err("Invalid Redirect Uri");
    }
    let mut scopes = request.argument("scope").unwrap_or_default().split(',');
    match scopes.all(is_scope) {
        true => Ok(()),
        false => Err("Scope does not exist"),
    }
}

fn accept(state: &mut State, request: &Request) -> Reply {
    if let Err(why) = checked(state, request) {
        return Reply::html(400, format!("<h1>{}</h1>", escape(why)));
    }
    let argument = |name: &str| request.argument(name).unwrap_or_default().to_owned();
    let code = format!("1000.{}", uuid());
    let consented = Code {
        agent: argument("agent"),
        scopes: argument("scope").split(',').map(str::to_owned).collect(),
        redirect_uri: argument("redirect_uri"),
        until: state.exactly_now() + CODE_LIVES,
    };
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("state", &argument("state"))
        .append_pair("code", &code)
        .append_pair("location", "us")
        .append_pair("accounts-server", &request.base_url())
        .finish();
    let redirect = format!("{}?{query}", consented.redirect_uri);
    state.codes.insert(code, consented);
    Reply::html(302, "").with_header("location", redirect)
}

fn token(state: &mut State, request: &Request) -> Reply {
    let mut fields = request.query.clone();
    fields.extend(pairs(&request.body));
    let field = |name: &str| {
        let found = fields.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value.as_str())
    };
    if field("client_id") != state.options.client_id {
        return refused("invalid_client");
    }
    if field("client_secret") != state.options.client_secret {
        return refused("invalid_client_secret");
    }
    match field("grant_type") {
        "authorization_code" => exchange(state, field("code"), field("redirect_uri")),
        "refresh_token" => refresh(state, field("refresh_token")),
        _ => refused("unsupported_grant_type"),
    }
}

/// A code is good once, and for a minute.
fn exchange(state: &mut State, code: &str, redirect_uri: &str) -> Reply {
    let code = state.codes.remove(code);
    let good = |code: &Code| code.until > state.exactly_now() && code.redirect_uri == redirect_uri;
    let Some(code) = code.filter(good) else {
        return refused("invalid_code");
    };
    let refresh_token = format!("1000.{}", uuid());
    let mut body = granted(state.give_access(&code.agent, &code.scopes));
    body["refresh_token"] = json!(refresh_token);
    body["scope"] = json!(code.scopes.join(" "));
    state.sign_in(SignIn {
        refresh_token,
        agent: code.agent,
        scopes: code.scopes,
        refreshed_at: VecDeque::new(),
    });
    Reply::json(200, &body)
}

fn refresh(state: &mut State, refresh_token: &str) -> Reply {
    let now = state.exactly_now();
    let mut sign_ins = state.sign_ins.iter_mut();
    let sign_in = sign_ins.find(|row| row.refresh_token == refresh_token);
    let Some(sign_in) = sign_in else {
        return refused("invalid_code");
    };
    sign_in.refreshed_at.retain(|at| now - at < WINDOW);
    if sign_in.refreshed_at.len() >= MAX_REFRESHES {
        return too_many();
    }
    sign_in.refreshed_at.push_back(now);
    let (agent, scopes) = (sign_in.agent.clone(), sign_in.scopes.clone());
    Reply::json(200, &granted(state.give_access(&agent, &scopes)))
}

fn granted(access_token: String) -> Value {
    json!({
        "access_token": access_token,
        "api_domain": "https://www.zohoapis.com",
        "token_type": "Bearer",
        "expires_in": Duration::from_secs(3600).as_secs(),
    })
}

fn refused(error: &str) -> Reply {
    Reply::json(200, &json!({ "error": error }))
}

fn too_many() -> Reply {
    let words = "You have made too many requests continuously. Please try again after some time.";
    let body = json!({ "error_description": words, "error": "Access Denied", "status": "failure" });
    Reply::json(400, &body)
}
