//! The way of a request through the Web API: arguments, token, scope, then the method.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::state::State;
use super::{Site, conversations, messages, oauth, page, views};
use crate::sandbox::http::{Reply, Request, Vendor, pairs};
use crate::sandbox::lock;

/// What a method answers: the fields beside `ok`, or a refusal.
pub(super) type Answer = Result<Value, Refusal>;

/// An error by its name, which comes with 200; too many calls come with 429.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) error: &'static str,
    pub(super) messages: Vec<String>,
    pub(super) needed: Option<&'static str>,
    pub(super) retry_after: Option<u64>,
}

impl From<&'static str> for Refusal {
    fn from(error: &'static str) -> Self {
        Self {
            error,
            messages: Vec::new(),
            needed: None,
            retry_after: None,
        }
    }
}

/// Who calls, and with what.
pub(super) struct Asked {
    pub(super) team: String,
    pub(super) scopes: Vec<String>,
    pub(super) arguments: Map<String, Value>,
}

impl Asked {
    pub(super) fn text(&self, name: &str) -> Option<String> {
        match self.arguments.get(name)? {
            Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            _ => None,
        }
    }

    pub(super) fn needed(&self, name: &str, error: &'static str) -> Result<String, Refusal> {
        self.text(name).ok_or_else(|| error.into())
    }

    /// A structure, which a form carries as text.
    pub(super) fn value(&self, name: &str) -> Value {
        match self.arguments.get(name) {
            Some(Value::String(text)) => serde_json::from_str(text).unwrap_or(json!(text)),
            Some(value) => value.clone(),
            None => Value::Null,
        }
    }

    pub(super) fn may(&self, scope: &'static str) -> Result<(), Refusal> {
        if self.scopes.iter().any(|given| given == scope) {
            return Ok(());
        }
        Err(Refusal {
            needed: Some(scope),
            ..Refusal::from("missing_scope")
        })
    }
}

impl Vendor for Site {
    fn answer(&self, request: &Request) -> Reply {
        let mut state = lock(&self.state);
        match request.route() {
            (_, path) if path.first() == Some(&"api") => {
                let method = path.get(1).copied().unwrap_or_default();
                called(&mut state, request, method)
            }
            ("POST", path) if path.first() == Some(&"commands") => {
                messages::answered(&mut state, request)
            }
            ("GET", path) if path.starts_with(&["oauth", "v2"]) => {
                oauth::browsed(&mut state, request)
            }
            _ => Reply::html(404, "<!doctype html><title>Not found</title>"),
        }
    }

    fn too_many_requests(&self, retry_after: Duration) -> Reply {
        refused(&Refusal {
            retry_after: Some(retry_after.as_secs()),
            ..Refusal::from("ratelimited")
        })
    }

    fn page(&self) -> String {
        page::render(self)
    }
}

fn called(state: &mut State, request: &Request, method: &str) -> Reply {
    let arguments = arguments(request);
    if method == "oauth.v2.access" {
        return replied(oauth::access(state, request, &arguments));
    }
    let asked = match signed_in(state, request, arguments) {
        Ok(asked) => asked,
        Err(refusal) => return refused(&refusal),
    };
    replied(act(state, &asked, method)).with_header("x-oauth-scopes", asked.scopes.join(","))
}

fn act(state: &mut State, asked: &Asked, method: &str) -> Answer {
    match method {
        "auth.test" => Ok(who(state, asked)),
        "chat.postMessage" => messages::post(state, asked),
        "chat.postEphemeral" => messages::show(state, asked),
        "chat.update" => messages::update(state, asked),
        "conversations.open" => conversations::open(state, asked),
        "conversations.history" => conversations::history(state, asked),
        "conversations.replies" => conversations::replies(state, asked),
        "conversations.list" => conversations::list(state, asked),
        "users.lookupByEmail" => conversations::person(state, asked, "email"),
        "users.info" => conversations::person(state, asked, "user"),
        "views.open" => views::open(state, asked),
        "views.update" => views::update(state, asked),
        "auth.revoke" => {
            oauth::end(state, &asked.team, "token_revoked");
            Ok(json!({"revoked": true}))
        }
        _ => Err("unknown_method".into()),
    }
}

fn who(state: &State, asked: &Asked) -> Value {
    let name = state
        .workspace(&asked.team)
        .map(|workspace| &workspace.name);
    json!({
        "url": "https://acme.slack.com/", "team": name, "team_id": asked.team,
        "user": "deskbridge", "user_id": "U0DESK", "bot_id": "B0DESK",
        "is_enterprise_install": false,
    })
}

/// A token in the header; in a body only where the body is a form.
fn signed_in(
    state: &State,
    request: &Request,
    mut arguments: Map<String, Value>,
) -> Result<Asked, Refusal> {
    let in_form = arguments.remove("token");
    let token = request.authorization("Bearer").map(str::to_owned);
    let token = token.or_else(|| in_form?.as_str().map(str::to_owned));
    let token = token.ok_or("not_authed")?;
    if let Some(error) = state.ended_tokens.get(&token) {
        return Err((*error).into());
    }
    let mut workspaces = state.options.workspaces.iter();
    let workspace = workspaces.find(|workspace| workspace.token.as_ref() == Some(&token));
    let workspace = workspace.ok_or("invalid_auth")?;
    Ok(Asked {
        team: workspace.id.clone(),
        scopes: workspace.scopes.clone(),
        arguments,
    })
}

fn arguments(request: &Request) -> Map<String, Value> {
    let text = |(name, value): (String, String)| (name, Value::String(value));
    let mut arguments: Map<_, _> = request.query.iter().cloned().map(text).collect();
    let json = request
        .header("content-type")
        .is_some_and(|kind| kind.starts_with("application/json"));
    match json {
        true => {
            let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
            arguments.extend(body.as_object().cloned().unwrap_or_default());
        }
        false => arguments.extend(pairs(&request.body).into_iter().map(text)),
    }
    arguments
}

fn replied(answer: Answer) -> Reply {
    match answer {
        Ok(mut fields) => {
            let mut body = json!({"ok": true});
            if let (Some(body), Some(fields)) = (body.as_object_mut(), fields.as_object_mut()) {
                body.append(fields);
            }
            Reply::json(200, &body)
        }
        Err(refusal) => refused(&refusal),
    }
}

fn refused(refusal: &Refusal) -> Reply {
    let mut body = json!({"ok": false, "error": refusal.error});
    if let Some(scope) = refusal.needed {
        body["needed"] = json!(scope);
        body["provided"] = json!("commands");
    }
    if !refusal.messages.is_empty() {
        body["response_metadata"] = json!({"messages": refusal.messages});
    }
    match refusal.retry_after {
        Some(seconds) => Reply::json(429, &body).with_header("retry-after", seconds.to_string()),
        None => Reply::json(200, &body),
    }
}
