//! Who asked to sign in: read from the event of what they typed, and kept until the vendor sends them
//! back.

use std::fmt::Write as _;
use std::time::Duration;

use deskbridge_core::dedup::digest;
use deskbridge_core::grant::{GRANT_LIFE, Grant};
use deskbridge_core::link::EntityRef;
use deskbridge_core::{Error, ErrorKind, Result, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::Ports;

/// How old an event may be that a sign-in is begun from.
const ASKED_WITHIN: Duration = Duration::from_secs(1800);
const RANDOM_BYTES: usize = 20;

/// Somebody in a chat workspace, for one integration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Person {
    pub(crate) integration: String,
    pub(crate) team: String,
    pub(crate) user: String,
}

/// What goes to the vendor, and what stays in the browser.
pub(crate) struct Begun {
    pub(crate) state: String,
    pub(crate) cookie: String,
}

impl Person {
    /// Who caused the event, if it is young enough and somebody did.
    pub(crate) async fn who_asked(ports: &Ports, event: &str) -> Result<Self> {
        let unknown = || {
            let why = "This link is too old. Ask again in Slack, and use the new one.";
            Error::new(ErrorKind::NotFound, why)
        };
        let event = ports.store.event(event).await?.ok_or_else(unknown)?;
        let age = ports.clock.now().since(event.received_at);
        let subject = event.subject.filter(|_| age < ASKED_WITHIN);
        let subject = subject.ok_or_else(unknown)?;
        let person = (subject.connector == "slack" && subject.kind == "user")
            .then(|| subject.id.split_once('/'))
            .flatten();
        let (team, user) = person.ok_or_else(unknown)?;
        Ok(Self {
            integration: event.integration,
            team: team.to_owned(),
            user: user.to_owned(),
        })
    }

    /// Where they are known in the chat.
    pub(crate) fn entity(&self) -> EntityRef {
        EntityRef::new("slack", "user", format!("{}/{}", self.team, self.user))
    }

    /// The name of their own credential, as the kind's rules have it.
    pub(crate) fn credential(&self) -> String {
        let Self {
            integration,
            team,
            user,
        } = self;
        format!("zoho-desk-{integration}-{team}-{user}")
    }

    /// Keeps who it is until the vendor sends them back.
    pub(crate) async fn begin(&self, ports: &Ports) -> Result<Begun> {
        let begun = Begun {
            state: random()?,
            cookie: random()?,
        };
        let grant = Grant {
            hash: hash("state", &begun.state),
            browser: hash("browser", &begun.cookie),
            expires_at: ports.clock.now() + GRANT_LIFE,
            purpose: json!(self),
        };
        ports.store.put_grant(grant).await?;
        Ok(begun)
    }

    /// Takes back what was kept, once, and only for the browser that began it.
    pub(crate) async fn back(ports: &Ports, state: &str, cookie: Option<&str>) -> Result<Self> {
        let refused = |why: &str| Err(Error::new(ErrorKind::Rejected, why));
        let now: Timestamp = ports.clock.now();
        let grant = ports.store.take_grant(&hash("state", state), now).await?;
        let Some(grant) = grant else {
            return refused("This sign-in was used already, or took too long. Ask again in Slack.");
        };
        if cookie.is_none_or(|cookie| hash("browser", cookie) != grant.browser) {
            return refused("This sign-in was begun in another browser. Ask again in Slack.");
        }
        serde_json::from_value(grant.purpose)
            .map_err(|_| Error::new(ErrorKind::Malformed, "This sign-in is of another version."))
    }
}

fn hash(what: &str, text: &str) -> String {
    digest(&["sign-in", what, text])
}

fn random() -> Result<String> {
    let mut bytes = [0_u8; RANDOM_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| {
        let why = format!("the system gives no random numbers: {error}");
        Error::new(ErrorKind::Unavailable, why)
    })?;
    let mut text = String::with_capacity(RANDOM_BYTES * 2);
    for byte in bytes {
        // Writing to a String cannot fail.
        write!(text, "{byte:02x}").unwrap_or_default();
    }
    Ok(text)
}
