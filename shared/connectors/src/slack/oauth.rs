//! Slack's installation of the app into a workspace, without the pages and the waiting around it.
//!
//! <https://docs.slack.dev/authentication/installing-with-oauth/>

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use deskbridge_core::connector::split_list;
use deskbridge_core::http::{HttpRequest, HttpResponse, Method};
use deskbridge_core::{Error, ErrorKind, Result, Retry};
use serde::Deserialize;

use crate::text::encode;

/// Slack itself; a sandbox has another address.
pub const HOST: &str = "https://slack.com";

/// What the app asks for, and what each is for.
pub const SCOPES: &[(&str, &str)] = &[
    ("commands", "slash commands and the message shortcut"),
    ("chat:write", "messages in channels that the app is in"),
    (
        "chat:write.public",
        "messages in public channels that it is not in",
    ),
    (
        "incoming-webhook",
        "the choice of a channel while it is installed",
    ),
    ("im:write", "direct messages"),
    ("users:read", "names of people"),
    ("users:read.email", "people by their e-mail address"),
    (
        "channels:history",
        "whether a message whose answer was lost was posted",
    ),
    ("groups:history", "the same in private channels"),
    ("im:history", "the same in direct messages"),
];

const ACCESS: &str = "POST oauth.v2.access";

/// An app in a workspace, as Slack reports it once.
#[derive(Clone)]
pub struct Installation {
    pub team_id: String,
    pub team_name: String,
    pub app_id: String,
    pub bot_user: String,
    /// Who installed it.
    pub installed_by: String,
    /// The channel that was chosen: its id and its name.
    pub channel: Option<(String, String)>,
    pub scopes: Vec<String>,
    /// Which of ours were not given.
    pub missing: Vec<&'static str>,
    /// The fields of the workspace's credential.
    pub credential: BTreeMap<String, String>,
}

/// Without the token.
impl fmt::Debug for Installation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Installation")
            .field("team_id", &self.team_id)
            .finish_non_exhaustive()
    }
}

/// Returns where a browser is sent to install the app; with `team` for one workspace alone.
pub fn authorize_url(
    host: &str,
    client_id: &str,
    redirect_uri: &str,
    state: &str,
    team: Option<&str>,
) -> String {
    let scopes: Vec<_> = SCOPES.iter().map(|(scope, _)| *scope).collect();
    let mut url = format!(
        "{host}/oauth/v2/authorize?client_id={}&scope={}&redirect_uri={}&state={}",
        encode(client_id),
        encode(&scopes.join(",")),
        encode(redirect_uri),
        encode(state),
    );
    if let Some(team) = team {
        url.push_str("&team=");
        url.push_str(&encode(team));
    }
    url
}

/// Returns the request that turns the code of the callback into a token. `redirect_uri` must be the one
/// that the browser was sent with.
pub fn access_request(
    host: &str,
    (client_id, client_secret): (&str, &str),
    code: &str,
    redirect_uri: &str,
) -> HttpRequest {
    let app = STANDARD.encode(format!("{client_id}:{client_secret}"));
    let form = format!(
        "code={}&redirect_uri={}&grant_type=authorization_code",
        encode(code),
        encode(redirect_uri)
    );
    let mut request = HttpRequest::new(Method::Post, format!("{host}/api/oauth.v2.access"), ACCESS);
    request.body = Some(form.into_bytes());
    request
        .header("authorization", format!("Basic {app}"))
        .header("content-type", crate::form::CONTENT_TYPE)
}

/// Reads the answer to `access_request`.
pub fn installation(answer: &HttpResponse) -> Result<Installation> {
    let read: Access = serde_json::from_slice(&answer.body).map_err(|_| {
        let why = "Slack's answer is not the JSON it documents: install the app again";
        error(ErrorKind::Malformed, why).with_status(answer.status)
    })?;
    if !read.ok {
        let why = format!("Slack did not give a token: {}", refusal(&read.error));
        return Err(error(ErrorKind::Rejected, why));
    }
    if read.access_token.is_empty() || read.token_type.as_deref() != Some("bot") {
        let why = "Slack gave no bot token: install the app again, with the scopes it asks for";
        return Err(error(ErrorKind::Rejected, why));
    }
    if read.refresh_token.is_some() {
        let why = "the app has token rotation, which is not supported: make an app without it";
        return Err(error(ErrorKind::Unsupported, why));
    }
    let team = read.team.ok_or_else(|| {
        let why = "the app was installed for an organisation: install it into one workspace";
        error(ErrorKind::Unsupported, why)
    })?;
    Ok(Installation {
        missing: missing_scopes(&read.scope),
        scopes: split_list(&read.scope),
        team_id: team.id,
        team_name: team.name,
        app_id: read.app_id,
        bot_user: read.bot_user_id,
        installed_by: read.authed_user.id,
        channel: read
            .incoming_webhook
            .map(|webhook| (webhook.channel_id, webhook.channel)),
        credential: BTreeMap::from([("bot_token".to_owned(), read.access_token)]),
    })
}

/// Returns which scopes of ours are not among those given, as `a,b`.
pub fn missing_scopes(given: &str) -> Vec<&'static str> {
    let given = split_list(given);
    let scopes = SCOPES.iter().map(|(scope, _)| *scope);
    scopes
        .filter(|scope| !given.iter().any(|known| known == scope))
        .collect()
}

/// Says what an `error` of the callback or of `oauth.v2.access` means. Names that are not known are not
/// repeated: the callback's come from whoever made the address.
pub fn refusal(error: &str) -> &'static str {
    match error {
        "access_denied" => "the installation was cancelled",
        "invalid_code" | "code_already_used" => {
            "the sign-in took too long or was used twice: begin again"
        }
        "bad_redirect_uri" | "invalid_redirect_uri" => {
            "the app's list of redirect URLs has not this address: add it under OAuth & Permissions"
        }
        "invalid_client_id" | "bad_client_secret" => {
            "client_id or client_secret is wrong: compare them with Basic Information"
        }
        "invalid_team_for_non_distributed_app" => {
            "the app may be installed in its own workspace only: activate public distribution"
        }
        "cannot_install_an_org_installed_app" => {
            "the app is installed for the organisation already"
        }
        "invalid_scope" | "invalid_scope_requested" => "the app does not have these scopes",
        _ => "Slack refused, for a reason that is not known here",
    }
}

fn error(kind: ErrorKind, why: impl Into<String>) -> Error {
    Error::new(kind, why)
        .with_retry(Retry::Never)
        .with_call(ACCESS)
}

#[derive(Deserialize)]
struct Access {
    ok: bool,
    #[serde(default)]
    error: String,
    #[serde(default)]
    access_token: String,
    token_type: Option<String>,
    refresh_token: Option<String>,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    bot_user_id: String,
    #[serde(default)]
    app_id: String,
    team: Option<Team>,
    #[serde(default)]
    authed_user: Person,
    incoming_webhook: Option<IncomingWebhook>,
}

#[derive(Deserialize)]
struct Team {
    id: String,
    #[serde(default)]
    name: String,
}

#[derive(Default, Deserialize)]
struct Person {
    #[serde(default)]
    id: String,
}

#[derive(Deserialize)]
struct IncomingWebhook {
    channel: String,
    channel_id: String,
}
