//! Linking a person in Slack with their account at Zoho Desk.

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use deskbridge_connectors::zoho_desk::oauth::{
    Application, Portal, SCOPES, accounts_server, agent_id, authorize_url, exchange_request,
    read_grant,
};
use deskbridge_core::connector::Connection;
use deskbridge_core::link::{EntityChange, EntityRef, Link};
use deskbridge_core::secret::Credential;
use deskbridge_core::{Error, ErrorKind, Result};
use serde::Deserialize;

use crate::Ports;
use crate::page::{escape, page, refused};
use crate::person::Person;

const CONNECTOR: &str = "zoho-desk";
const COOKIE: &str = "deskbridge_sign_in";

#[derive(Deserialize)]
pub(crate) struct Start {
    /// The id of the event of what the person typed or pressed.
    #[serde(default)]
    ask: String,
    /// Set by the page's own link.
    #[serde(default)]
    go: String,
}

/// Says whose accounts are to be linked; its link leads to Zoho, which a form could not: browsers hold the
/// page's own policy against where a form is redirected to. Who was sent somebody else's link
/// sees that it is not theirs.
pub(crate) async fn start(State(ports): State<Ports>, Query(asked): Query<Start>) -> Response {
    let begun = match asked.go.is_empty() {
        true => ask_first(&ports, &asked.ask).await,
        false => go(&ports, &asked.ask).await,
    };
    begun.unwrap_or_else(|error| failed(&error))
}

async fn ask_first(ports: &Ports, event: &str) -> Result<Response> {
    let person = Person::who_asked(ports, event).await?;
    let (user, team) = (escape(&person.user), escape(&person.team));
    let body = format!(
        "<p>What the Slack member <b>{user}</b> of workspace <b>{team}</b> asks for will be done at Zoho \
         Desk as you. Go on only if that is you, and you have just asked for this in Slack.</p>\
         <p><a href=\"?ask={}&amp;go=1\">Sign in to Zoho Desk</a></p>",
        escape(event)
    );
    Ok(page(StatusCode::OK, "Link Slack with Zoho Desk", &body))
}

async fn go(ports: &Ports, event: &str) -> Result<Response> {
    let person = Person::who_asked(ports, event).await?;
    let site = Site::of(ports, &person.integration).await?;
    let begun = person.begin(ports).await?;
    let url = authorize_url(
        &site.portal.accounts,
        &site.application()?,
        SCOPES,
        &begun.state,
    );
    let secure = if site.redirect_uri.starts_with("https:") {
        "; Secure"
    } else {
        ""
    };
    let cookie = format!(
        "{COOKIE}={}; Path=/zoho-desk/oauth; Max-Age=600; HttpOnly; SameSite=Lax{secure}",
        begun.cookie
    );
    let mut response = Redirect::to(&url).into_response();
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

#[derive(Deserialize)]
pub(crate) struct Callback {
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    error: String,
    #[serde(rename = "accounts-server")]
    accounts_server: Option<String>,
}

/// Keeps the sign-in as the person's own credential, and who they are on both sides.
pub(crate) async fn callback(
    State(ports): State<Ports>,
    Query(back): Query<Callback>,
    headers: HeaderMap,
) -> Response {
    match link(&ports, &back, cookie(&headers)).await {
        Ok(()) => page(
            StatusCode::OK,
            "Done",
            "<p>You are signed in. Go back to Slack and ask once more.</p>",
        ),
        Err(error) => failed(&error),
    }
}

async fn link(ports: &Ports, back: &Callback, cookie: Option<&str>) -> Result<()> {
    let person = Person::back(ports, &back.state, cookie).await?;
    if !back.error.is_empty() || back.code.is_empty() {
        let why = "The sign-in was cancelled. Nothing has changed.";
        return Err(Error::new(ErrorKind::Rejected, why));
    }
    let site = Site::of(ports, &person.integration).await?;
    let application = site.application()?;
    let accounts = accounts_server(back.accounts_server.as_deref(), &site.portal.accounts)?;
    let request = exchange_request(&accounts, &application, &back.code);
    let grant = read_grant(&ports.http.send(request).await?)?;
    let asked = site.portal.myself_request(&grant.access_token);
    let agent = agent_id(&ports.http.send(asked).await?)?;
    let fields = grant.credential(&application)?;
    let name = person.credential();
    ports.vault.put(&name, fields).await?;
    let now = ports.clock.now();
    let agent = EntityRef::new(CONNECTOR, "agent", format!("{}/{agent}", person.team));
    let relink = |entity: &EntityRef, peer: &EntityRef| EntityChange::Relink {
        entity: entity.clone(),
        link: Link {
            peer: peer.clone(),
            origin: "slack".to_owned(),
            made_by: "sign-in".to_owned(),
            since: now,
        },
    };
    let both = vec![
        relink(&person.entity(), &agent),
        relink(&agent, &person.entity()),
    ];
    ports
        .store
        .change_entities(&person.integration, both)
        .await?;
    tracing::info!(integration = %person.integration, entity = %person.entity(), "signed in");
    ports.store.wake_credential(&name, now).await
}

/// The integration's side of the sign-in.
struct Site {
    portal: Portal,
    /// It has the application's id and secret besides its own sign-in.
    credential: Credential,
    redirect_uri: String,
}

impl Site {
    async fn of(ports: &Ports, integration: &str) -> Result<Self> {
        let off = || {
            let why = "The integration is switched off, or is gone.";
            Error::new(ErrorKind::NotFound, why)
        };
        let configured = ports.directory.named(integration).await?.ok_or_else(off)?;
        if configured.integration.off().is_some() {
            return Err(off());
        }
        let connection = configured.plan()?.connections.get(CONNECTOR);
        let connection: &Connection = connection.ok_or_else(off)?;
        let public = configured.integration.spec.settings["public_url"].as_str();
        let public = public.unwrap_or_default().trim_end_matches('/');
        let name = connection.credential.as_deref().unwrap_or_default();
        Ok(Self {
            portal: Portal::of(connection)?,
            credential: ports.secrets.credential(name).await?,
            redirect_uri: format!("{public}/zoho-desk/oauth/callback"),
        })
    }

    fn application(&self) -> Result<Application<'_>> {
        Ok(Application {
            client_id: self.credential.field("client_id")?,
            client_secret: self.credential.field("client_secret")?,
            redirect_uri: &self.redirect_uri,
        })
    }
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let all = headers.get_all(header::COOKIE).iter();
    let mut pairs = all
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'));
    pairs.find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

/// The reader is a person in a browser: the reason in words, without what was sent.
fn failed(error: &Error) -> Response {
    tracing::info!(%error, "a sign-in failed");
    let status = match error.kind() {
        ErrorKind::Unavailable | ErrorKind::NotSent => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        _ => StatusCode::BAD_REQUEST,
    };
    refused(status, error.message())
}
