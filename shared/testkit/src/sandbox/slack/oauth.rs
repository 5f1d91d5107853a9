//! The page on which a person lets the app in, and the code and token that come of it.

use serde_json::{Map, Value, json};

use super::api::{Answer, Refusal};
use super::options::ANN;
use super::state::{Code, State};
use crate::sandbox::http::{Reply, Request};
use crate::sandbox::page::escape;
use crate::sandbox::uuid;

const CODE_LIVES_MILLIS: i64 = 10 * 60 * 1_000;

/// `authorize` shows the page, `decide` is where its buttons lead.
pub(super) fn browsed(state: &mut State, request: &Request) -> Reply {
    let (Some(client), Some(redirect_uri)) = (
        request.argument("client_id"),
        request.argument("redirect_uri"),
    ) else {
        return wrong("client_id and redirect_uri are needed");
    };
    if client != state.options.app.client_id {
        return wrong("invalid_client_id");
    }
    match request.segments.last().map(String::as_str) {
        Some("authorize") => asked(state, request),
        Some("decide") => decided(state, request, redirect_uri),
        _ => wrong("there is no such page"),
    }
}

fn wrong(why: &str) -> Reply {
    Reply::html(
        400,
        format!(
            "<!doctype html><title>Something is wrong</title><p>{}</p>",
            escape(why)
        ),
    )
}

fn asked(state: &State, request: &Request) -> Reply {
    let wanted = request.argument("team").unwrap_or_default();
    let hidden = ["client_id", "scope", "redirect_uri", "state"].map(|name| {
        let value = escape(request.argument(name).unwrap_or_default());
        format!("<input type=hidden name={name} value=\"{value}\">")
    });
    let mut choices = String::new();
    for workspace in &state.options.workspaces {
        if !wanted.is_empty() && workspace.id != wanted {
            continue;
        }
        for channel in &workspace.channels {
            choices.push_str(&format!(
                "<option value=\"{}/{}\">{}: #{}</option>",
                escape(&workspace.id),
                escape(&channel.id),
                escape(&workspace.name),
                escape(&channel.name)
            ));
        }
    }
    let scopes = escape(request.argument("scope").unwrap_or_default()).replace(',', "<br>");
    Reply::html(
        200,
        format!(
            "<!doctype html><title>Allow the app?</title><h1>Allow the app?</h1><p>It asks for:<br>{scopes}\
             <form action=\"/oauth/v2/decide\">{}<p>Post to <select name=place>{choices}</select>\
             <p><button name=decision value=allow>Allow</button> \
             <button name=decision value=cancel>Cancel</button></form>",
            hidden.concat()
        ),
    )
}

fn decided(state: &mut State, request: &Request, redirect_uri: &str) -> Reply {
    let sign = if redirect_uri.contains('?') { '&' } else { '?' };
    let kept = url::form_urlencoded::byte_serialize(
        request.argument("state").unwrap_or_default().as_bytes(),
    );
    let kept: String = kept.collect();
    if request.argument("decision") != Some("allow") {
        let to = format!("{redirect_uri}{sign}error=access_denied&state={kept}");
        return Reply::text(302, "text/html", "").with_header("location", to);
    }
    let place = request.argument("place").unwrap_or_default();
    let Some((team, channel)) = place.split_once('/') else {
        return wrong("choose a channel");
    };
    let code = uuid();
    let scopes = request.argument("scope").unwrap_or_default().split(',');
    let given = Code {
        team: team.to_owned(),
        user: request.argument("user").unwrap_or(ANN).to_owned(),
        channel: channel.to_owned(),
        redirect_uri: redirect_uri.to_owned(),
        scopes: scopes.map(str::to_owned).collect(),
        at: state.now(),
    };
    state.codes.insert(code.clone(), given);
    let to = format!("{redirect_uri}{sign}code={code}&state={kept}");
    Reply::text(302, "text/html", "").with_header("location", to)
}

/// `oauth.v2.access`: a code is good once, for the address that it was given to.
pub(super) fn access(state: &mut State, request: &Request, given: &Map<String, Value>) -> Answer {
    let text = |name: &str| given.get(name).and_then(Value::as_str).unwrap_or_default();
    if request
        .header("content-type")
        .is_some_and(|kind| kind.starts_with("application/json"))
    {
        return Err("invalid_arguments".into());
    }
    let app = state.options.app.clone();
    let in_form = || {
        (
            text("client_id").to_owned(),
            text("client_secret").to_owned(),
        )
    };
    let (id, secret) = request.basic().unwrap_or_else(in_form);
    if id != app.client_id {
        return Err("invalid_client_id".into());
    }
    if secret != app.client_secret {
        return Err("bad_client_secret".into());
    }
    let code = state.codes.remove(text("code")).ok_or("invalid_code")?;
    if state.now() - code.at > CODE_LIVES_MILLIS {
        return Err("invalid_code".into());
    }
    if code.redirect_uri != text("redirect_uri") {
        return Err("bad_redirect_uri".into());
    }
    install(state, &code, &app.id)
}

/// A second installation keeps the token of the first.
fn install(state: &mut State, code: &Code, app: &str) -> Answer {
    let fresh = format!("xoxb-{}", uuid());
    let workspace = state.workspace_mut(&code.team);
    let workspace = workspace.ok_or_else(|| Refusal::from("team_not_found"))?;
    let token = workspace.token.get_or_insert(fresh).clone();
    workspace.scopes.clone_from(&code.scopes);
    let channel = workspace
        .channels
        .iter()
        .find(|channel| channel.id == code.channel);
    let channel = channel.map(|channel| {
        json!({"channel": format!("#{}", channel.name), "channel_id": channel.id,
            "configuration_url": "https://acme.slack.com/services/B0DESK", "url": "https://hooks.slack.com/services/x"})
    });
    let name = workspace.name.clone();
    state.ended_tokens.remove(&token);
    Ok(json!({
        "access_token": token, "token_type": "bot", "scope": code.scopes.join(","),
        "bot_user_id": "U0DESK", "app_id": app, "team": {"id": code.team, "name": name},
        "enterprise": null, "is_enterprise_install": false,
        "authed_user": {"id": code.user}, "incoming_webhook": channel,
    }))
}

/// The workspace's token is good no more.
pub(super) fn end(state: &mut State, team: &str, error: &'static str) {
    let token = state
        .workspace_mut(team)
        .and_then(|workspace| workspace.token.take());
    if let Some(token) = token {
        state.ended_tokens.insert(token, error);
    }
}
