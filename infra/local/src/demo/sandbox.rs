//! The sandbox vendors with an integration between them, for `demo` and `serve --sandbox`.

use std::net::SocketAddr;
use std::path::Path;

use deskbridge_core::integration::IntegrationSpec;
use deskbridge_core::{Error, ErrorKind, Result};
use deskbridge_embedded::{EmbeddedSecrets, Fields};
use deskbridge_testkit::sandbox::DeliveryOutcome;
use deskbridge_testkit::sandbox::kayako::{self, Kayako};
use deskbridge_testkit::sandbox::opsgenie::{self, Opsgenie};

use crate::bundle::Bundle;
use crate::folder::{Applied, apply_one};
use crate::keys;

pub const INTEGRATION: &str = "support-alerts";
const DOCUMENT: &str = include_str!("support-alerts.yaml");

pub struct Sandbox {
    pub kayako: Kayako,
    pub opsgenie: Opsgenie,
}

impl Sandbox {
    pub async fn start() -> Result<Self> {
        Self::start_on([0, 0]).await.map_err(cannot_start)
    }

    /// Starts on the two ports after `address`, so that the pages stay where they were the last
    /// time; on any others if these are taken.
    pub async fn start_beside(address: SocketAddr) -> Result<Self> {
        let port = |n: u16| address.port().checked_add(n).unwrap_or(0);
        match Self::start_on([port(1), port(2)]).await {
            Ok(sandbox) => Ok(sandbox),
            Err(_) => Self::start().await,
        }
    }

    async fn start_on([kayako, opsgenie]: [u16; 2]) -> std::io::Result<Self> {
        let listen = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
        let kayako = kayako::Options {
            listen: listen(kayako),
            ..kayako::Options::default()
        };
        let opsgenie = opsgenie::Options {
            listen: listen(opsgenie),
            ..opsgenie::Options::default()
        };
        Ok(Self {
            kayako: Kayako::start(kayako).await?,
            opsgenie: Opsgenie::start(opsgenie).await?,
        })
    }

    /// Returns the integration between the two, as its owner would write it.
    pub fn document(&self) -> String {
        DOCUMENT
            .replace("KAYAKO_URL", &self.kayako.url())
            .replace("OPSGENIE_URL", &self.opsgenie.url())
    }

    /// Stores the integration with its credentials and returns its key.
    pub async fn install(&self, bundle: &Bundle, secrets: &EmbeddedSecrets) -> Result<String> {
        self.set_credentials(secrets);
        let key = keys::random()?;
        secrets.set(keys::CREDENTIAL, fields([(INTEGRATION, &key)]));
        let spec: IntegrationSpec = serde_saphyr::from_str(&self.document())
            .map_err(|error| Error::new(ErrorKind::Malformed, error.to_string()))?;
        match apply_one(bundle, Path::new("support-alerts.yaml"), spec).await? {
            Applied::Refused { problems, .. } => {
                let text: Vec<_> = problems.iter().map(ToString::to_string).collect();
                Err(Error::new(ErrorKind::Misconfigured, text.join("; ")))
            }
            _ => {
                bundle.directory.forget();
                Ok(key)
            }
        }
    }

    pub fn set_credentials(&self, secrets: &EmbeddedSecrets) {
        let (kayako, opsgenie) = (kayako::Options::default(), opsgenie::Options::default());
        secrets.set(
            "kayako-john",
            fields([("email", &kayako.email), ("password", &kayako.password)]),
        );
        secrets.set("opsgenie-support", fields([("api_key", &opsgenie.api_key)]));
    }

    /// How many webhooks of both vendors were taken with 202.
    pub fn webhooks_answered(&self) -> u64 {
        let all = [self.kayako.deliveries(), self.opsgenie.deliveries()].concat();
        let taken = all
            .iter()
            .filter(|sent| sent.outcome == DeliveryOutcome::Answered(202));
        taken.count() as u64
    }

    /// What an owner does in both vendors' settings: paste the address.
    pub fn send_webhooks_to(&self, address: SocketAddr, key: &str) {
        let url = |vendor: &str| format!("http://{address}/webhooks/{vendor}/{key}");
        self.kayako.send_webhooks_to(&url("kayako"), &[]);
        self.opsgenie.send_webhooks_to(&url("opsgenie"), &[]);
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
