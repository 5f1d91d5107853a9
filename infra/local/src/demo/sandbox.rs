//! The sandbox vendors with integrations between them, for `demo` and `serve --sandbox`.

use std::net::SocketAddr;
use std::path::Path;

use deskbridge_core::integration::IntegrationSpec;
use deskbridge_core::{Error, ErrorKind, Result};
use deskbridge_embedded::{EmbeddedSecrets, Fields};
use deskbridge_testkit::sandbox::DeliveryOutcome;
use deskbridge_testkit::sandbox::autotask::{self, Autotask};
use deskbridge_testkit::sandbox::kayako::{self, Kayako};
use deskbridge_testkit::sandbox::opsgenie::{self, Opsgenie};

use crate::bundle::Bundle;
use crate::folder::{Applied, apply_one};
use crate::keys;

pub const INTEGRATION: &str = "support-alerts";
pub const ALERTS: &str = "kaseya-alerts";
const DOCUMENT: &str = include_str!("support-alerts.yaml");
const ALERTS_DOCUMENT: &str = include_str!("kaseya-alerts.yaml");

pub struct Sandbox {
    pub kayako: Kayako,
    pub opsgenie: Opsgenie,
    pub autotask: Autotask,
}

/// The keys of the integrations' webhooks.
pub struct Keys {
    pub support: String,
    pub alerts: String,
}

impl Sandbox {
    pub async fn start() -> Result<Self> {
        Self::start_on([0; 3]).await.map_err(cannot_start)
    }

    /// Starts on the ports after `address`, so that the pages stay where they were the last
    /// time; on any others if these are taken.
    pub async fn start_beside(address: SocketAddr) -> Result<Self> {
        let port = |n: u16| address.port().checked_add(n).unwrap_or(0);
        match Self::start_on([port(1), port(2), port(3)]).await {
            Ok(sandbox) => Ok(sandbox),
            Err(_) => Self::start().await,
        }
    }

    async fn start_on([kayako, opsgenie, autotask]: [u16; 3]) -> std::io::Result<Self> {
        let listen = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
        let kayako = kayako::Options {
            listen: listen(kayako),
            ..kayako::Options::default()
        };
        let opsgenie = opsgenie::Options {
            listen: listen(opsgenie),
            ..opsgenie::Options::default()
        };
        let autotask = autotask::Options {
            listen: listen(autotask),
            ..autotask::Options::default()
        };
        Ok(Self {
            kayako: Kayako::start(kayako).await?,
            opsgenie: Opsgenie::start(opsgenie).await?,
            autotask: Autotask::start(autotask).await?,
        })
    }

    /// Returns the integration of Kayako and Opsgenie, as its owner would write it.
    pub fn document(&self) -> String {
        DOCUMENT
            .replace("KAYAKO_URL", &self.kayako.url())
            .replace("OPSGENIE_URL", &self.opsgenie.url())
    }

    /// Returns the integration that makes tickets of alerts.
    pub fn alerts_document(&self) -> String {
        ALERTS_DOCUMENT.replace("AUTOTASK_URL", &self.autotask.url())
    }

    /// Stores the integrations with their credentials and returns their keys.
    pub async fn install(&self, bundle: &Bundle, secrets: &EmbeddedSecrets) -> Result<Keys> {
        self.set_credentials(secrets);
        let keys = Keys {
            support: keys::random()?,
            alerts: keys::random()?,
        };
        let chosen = [(INTEGRATION, keys.support.as_str()), (ALERTS, &keys.alerts)];
        secrets.set(deskbridge_core::secret::WEBHOOK_KEYS, fields(chosen));
        install_one(bundle, &self.document()).await?;
        install_one(bundle, &self.alerts_document()).await?;
        bundle.directory.forget();
        Ok(keys)
    }

    pub fn set_credentials(&self, secrets: &EmbeddedSecrets) {
        let (kayako, opsgenie) = (kayako::Options::default(), opsgenie::Options::default());
        secrets.set(
            "kayako-john",
            fields([("email", &kayako.email), ("password", &kayako.password)]),
        );
        secrets.set("opsgenie-support", fields([("api_key", &opsgenie.api_key)]));
        let autotask = autotask::Options::default();
        let caller = [
            ("user_name", autotask.user_name.as_str()),
            ("secret", &autotask.secret),
            ("integration_code", &autotask.integration_code),
        ];
        secrets.set("autotask-main", fields(caller));
    }

    /// How many webhooks of Kayako and Opsgenie were taken with 202.
    pub fn webhooks_answered(&self) -> u64 {
        let all = [self.kayako.deliveries(), self.opsgenie.deliveries()].concat();
        let taken = all
            .iter()
            .filter(|sent| sent.outcome == DeliveryOutcome::Answered(202));
        taken.count() as u64
    }

    /// What an owner does in these vendors' settings: paste the address.
    pub fn send_webhooks_to(&self, address: SocketAddr, key: &str) {
        let url = |vendor: &str| format!("http://{address}/webhooks/{vendor}/{key}");
        self.kayako.send_webhooks_to(&url("kayako"), &[]);
        self.opsgenie.send_webhooks_to(&url("opsgenie"), &[]);
    }
}

async fn install_one(bundle: &Bundle, document: &str) -> Result<()> {
    let spec: IntegrationSpec = serde_saphyr::from_str(document)
        .map_err(|error| Error::new(ErrorKind::Malformed, error.to_string()))?;
    match apply_one(bundle, Path::new(""), spec).await? {
        Applied::Refused { problems, .. } => {
            let text: Vec<_> = problems.iter().map(ToString::to_string).collect();
            Err(Error::new(ErrorKind::Misconfigured, text.join("; ")))
        }
        _ => Ok(()),
    }
}

fn cannot_start(error: std::io::Error) -> Error {
    Error::new(
        ErrorKind::Unavailable,
        format!("cannot start a sandbox vendor: {error}"),
    )
}

fn fields<const N: usize>(fields: [(&str, &str); N]) -> Fields {
    fields
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}
