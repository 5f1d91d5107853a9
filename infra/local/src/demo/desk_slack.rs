//! Zoho Desk and Slack: a ticket becomes a message, and people work on it from there.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use deskbridge_core::connector::Trial;
use deskbridge_core::integration::IntegrationSpec;
use deskbridge_core::link::{EntityChange, EntityRef, Link};
use deskbridge_core::{Error, ErrorKind, Result};
use deskbridge_embedded::EmbeddedSecrets;
use deskbridge_testkit::sandbox::Fault;
use deskbridge_testkit::sandbox::slack::{self, ANN, Doors, Message, SUPPORT, Slack, TEAM};
use deskbridge_testkit::sandbox::zoho_desk::{self, ZohoDesk};
use serde_json::json;

use super::account::Account;
use super::{Stage, eventually};
use crate::bundle::Bundle;
use crate::folder::{Applied, apply_one};

pub const INTEGRATION: &str = "support-chat";
const DOCUMENT: &str = include_str!("support-chat.yaml");
const FILE: &str = "support-chat.yaml";
/// The first agent of the sandbox portal, whose sign-in is there from the start.
const CLAIRE: &str = "198765000000139001";
pub const DEPARTMENT: &str = "198765000000006907";
/// Long enough to see that Slack does not wait for it.
const SLOW: Duration = Duration::from_secs(2);

/// The two sandbox vendors of this integration.
pub struct Chat {
    pub desk: ZohoDesk,
    pub slack: Slack,
}

impl Chat {
    pub async fn start() -> Result<Self> {
        Self::start_on([0, 0]).await.map_err(cannot_start)
    }

    /// Starts on the sixth and seventh port after `address`; on any others if these are taken.
    pub async fn start_beside(address: SocketAddr) -> Result<Self> {
        let port = |n: u16| address.port().checked_add(n).unwrap_or(0);
        match Self::start_on([port(6), port(7)]).await {
            Ok(chat) => Ok(chat),
            Err(_) => Self::start().await,
        }
    }

    async fn start_on([desk, slack]: [u16; 2]) -> std::io::Result<Self> {
        let listen = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
        let desk = zoho_desk::Options {
            listen: listen(desk),
            ..zoho_desk::Options::default()
        };
        let slack = slack::Options {
            listen: listen(slack),
            ..slack::Options::default()
        };
        Ok(Self {
            desk: ZohoDesk::start(desk).await?,
            slack: Slack::start(slack).await?,
        })
    }

    /// The integration between them, as its owner would write it.
    pub fn document(&self, address: SocketAddr) -> String {
        DOCUMENT
            .replace("ZOHO_URL", &self.desk.url())
            .replace("SLACK_URL", &self.slack.url())
            .replace("PUBLIC_URL", &format!("http://{address}"))
    }

    /// Stores the integration with its credentials, and tells both vendors where we are.
    pub async fn install(
        &self,
        bundle: &Bundle,
        secrets: &EmbeddedSecrets,
        address: SocketAddr,
    ) -> Result<()> {
        let (zoho, app) = (zoho_desk::Options::default(), slack::Options::default().app);
        let fields = |fields: [(&str, &str); 3]| {
            fields
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into()
        };
        let sign_in = [
            ("client_id", zoho.client_id.as_str()),
            ("client_secret", &zoho.client_secret),
            ("refresh_token", &zoho.refresh_token),
        ];
        secrets.set("zoho-desk-main", fields(sign_in));
        let app = [
            ("signing_secret", app.signing_secret.as_str()),
            ("client_id", &app.client_id),
            ("client_secret", &app.client_secret),
        ];
        secrets.set("webhook-slack", fields(app));
        let token = [("bot_token".to_owned(), slack::TOKEN.to_owned())].into();
        secrets.set(format!("slack-{INTEGRATION}-{TEAM}"), token);
        let spec: IntegrationSpec = serde_saphyr::from_str(&self.document(address))
            .map_err(|error| Error::new(ErrorKind::Malformed, error.to_string()))?;
        let key = match apply_one(bundle, Path::new(FILE), spec).await? {
            Applied::Created { key: Some(key), .. } => key,
            Applied::Refused { problems, .. } => return Err(problems.into()),
            _ => return Err(Error::new(ErrorKind::Conflict, "it was there already")),
        };
        bundle.directory.forget();
        self.slack.send_requests_to(Doors {
            commands: format!("http://{address}/slack/commands"),
            interactions: format!("http://{address}/slack/interactions"),
            events: format!("http://{address}/slack/events"),
        });
        self.subscribe(
            bundle,
            &format!("http://{address}/webhooks/zoho-desk/{key}"),
        )
        .await
    }

    /// What `deskbridge` does at the vendor, once it can be reached there.
    async fn subscribe(&self, bundle: &Bundle, url: &str) -> Result<()> {
        let configured = bundle.directory.named(INTEGRATION).await?;
        let missing = || Error::new(ErrorKind::NotFound, "the integration is not there");
        let configured = configured.ok_or_else(missing)?;
        let plan = configured.plan()?;
        let connection = plan.connections.get("zoho-desk").ok_or_else(missing)?;
        let trial = Trial {
            http: &*bundle.dispatch.http,
            now: bundle.clock.now(),
            connection,
            credential: &bundle.secrets.credential("zoho-desk-main").await?,
        };
        let connectors = &bundle.receive.connectors;
        let desk = connectors.named("zoho-desk").ok_or_else(missing)?;
        desk.subscribe(&trial, url).await.map(drop)
    }

    /// What a person's sign-in leaves behind: their own credential, and who they are on both sides.
    pub async fn sign_in(
        &self,
        bundle: &Bundle,
        secrets: &EmbeddedSecrets,
        user: &str,
    ) -> Result<()> {
        let zoho = zoho_desk::Options::default();
        let fields = [
            ("client_id", zoho.client_id),
            ("client_secret", zoho.client_secret),
            ("refresh_token", zoho.refresh_token),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value)).into();
        secrets.set(format!("zoho-desk-{INTEGRATION}-{TEAM}-{user}"), fields);
        let person = EntityRef::new("slack", "user", format!("{TEAM}/{user}"));
        let agent = EntityRef::new("zoho-desk", "agent", format!("{TEAM}/{CLAIRE}"));
        let now = bundle.clock.now();
        let relink = |entity: &EntityRef, peer: &EntityRef| EntityChange::Relink {
            entity: entity.clone(),
            link: Link {
                peer: peer.clone(),
                origin: "slack".to_owned(),
                made_by: "sign-in".to_owned(),
                since: now,
            },
        };
        let both = vec![relink(&person, &agent), relink(&agent, &person)];
        bundle.store.change_entities(INTEGRATION, both).await
    }

    /// A message that somebody can see in the support channel.
    pub async fn message(&self, fits: impl Fn(&Message) -> bool) -> Option<Message> {
        eventually(async || {
            let messages = self.slack.messages(TEAM, SUPPORT);
            messages.into_iter().find(|message| fits(message))
        })
        .await
    }
}

pub(super) async fn play(stage: &Stage, account: &mut Account) -> Result<()> {
    account.heading("Zoho Desk in Slack: tickets in a channel, and work on them from there");
    let Chat { desk, slack } = &stage.chat;
    let chat = &stage.chat;
    let ticket = desk.human_opens_ticket(DEPARTMENT, "yamada@example.com", "Printer <!channel>");
    let posted = chat.message(|m| m.text.starts_with("New ticket")).await;
    account.step("a customer writes", posted.as_ref().map(said));
    desk.human_assigns(&ticket, Some(CLAIRE));
    let direct = eventually(async || {
        let channel = slack.direct_channel(TEAM, ANN)?;
        slack.messages(TEAM, &channel).pop()
    });
    account.step(
        "it is assigned to Claire, who is told directly",
        direct.await.as_ref().map(said),
    );
    let slow = Fault::Delay(SLOW);
    desk.script().on("GET", "/tickets/search", slow);
    let asked = Instant::now();
    let waiting = slack
        .human_types((TEAM, ANN, SUPPORT), "/desk", "ticket 4711")
        .await;
    let at_once = (waiting.status == 200 && asked.elapsed() < SLOW)
        .then(|| format!("{} after {} ms", waiting.body, asked.elapsed().as_millis()));
    account.step("Claire types /desk ticket 4711; Zoho takes 2 s", at_once);
    let answer = chat.message(|m| m.only_for.as_deref() == Some(ANN)).await;
    account.step("and has her answer", answer.as_ref().map(said));
    if let Some(posted) = posted {
        slack.human_presses((TEAM, ANN), &posted, "comment").await;
    }
    let form = eventually(async || slack.views().pop()).await;
    if let Some(form) = &form {
        let values =
            json!({"text": {"value": {"type": "plain_text_input", "value": "Toner is out"}}});
        slack.human_submits(form, values).await;
    }
    let comment = eventually(async || desk.ticket(&ticket)?.comments.pop()).await;
    account.step(
        "comments by a button and a form",
        comment.map(|comment| comment.content),
    );
    // The channel is told of the comment too.
    eventually(async || stage.is_quiet().await.then_some(())).await;
    Ok(())
}

/// As people read it: Slack takes these three escaped.
fn said(message: &Message) -> String {
    let text = message.text.replace("&lt;", "<").replace("&gt;", ">");
    text.replace("&amp;", "&")
}

fn cannot_start(error: std::io::Error) -> Error {
    let why = format!("cannot start a sandbox vendor: {error}");
    Error::new(ErrorKind::Unavailable, why)
}
