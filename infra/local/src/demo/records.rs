//! Re:lation and kintone: what agents do in a message box becomes records.

use std::net::SocketAddr;
use std::path::Path;

use deskbridge_core::integration::IntegrationSpec;
use deskbridge_core::{Error, ErrorKind, Result};
use deskbridge_embedded::EmbeddedSecrets;
use deskbridge_testkit::sandbox::kintone::{self, ADD_ONLY, Kintone, Record};
use deskbridge_testkit::sandbox::relation::{self, Relation};

use super::account::Account;
use super::{Stage, eventually};
use crate::bundle::Bundle;
use crate::folder::{Applied, apply_one};

const DOCUMENT: &str = include_str!("ticket-records.yaml");
const FILE: &str = "ticket-records.yaml";
const BOX: u64 = 12;
const APP: u64 = 7;
/// The sandbox is asked every second, and minds it less than the vendor would.
const OFTEN: (&str, &str) = ("message_box: 12", "message_box: 12, poll_every_s: 1");
const CALLS_PER_MINUTE: u32 = 100_000;

/// The two sandbox vendors of this integration.
pub struct Vendors {
    pub relation: Relation,
    pub kintone: Kintone,
}

/// The integration between them, as its owner would write it.
pub fn document(relation_url: &str, kintone_url: &str) -> String {
    DOCUMENT
        .replace("RELATION_URL", relation_url)
        .replace("KINTONE_URL", kintone_url)
}

impl Vendors {
    pub async fn start() -> Result<Self> {
        Self::start_on([0, 0]).await.map_err(cannot_start)
    }

    /// Starts on the fourth and fifth port after `address`; on any others if these are taken.
    pub async fn start_beside(address: SocketAddr) -> Result<Self> {
        let port = |n: u16| address.port().checked_add(n).unwrap_or(0);
        match Self::start_on([port(4), port(5)]).await {
            Ok(vendors) => Ok(vendors),
            Err(_) => Self::start().await,
        }
    }

    async fn start_on([relation, kintone]: [u16; 2]) -> std::io::Result<Self> {
        let listen = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
        let relation = relation::Options {
            listen: listen(relation),
            calls_per_minute: CALLS_PER_MINUTE,
            ..relation::Options::default()
        };
        let kintone = kintone::Options {
            listen: listen(kintone),
            ..kintone::Options::default()
        };
        Ok(Self {
            relation: Relation::start(relation).await?,
            kintone: Kintone::start(kintone).await?,
        })
    }

    /// Stores the integration with its credentials.
    pub async fn install(&self, bundle: &Bundle, secrets: &EmbeddedSecrets) -> Result<()> {
        let token = |token: &str| [("api_token".to_owned(), token.to_owned())].into();
        secrets.set(
            "relation-main",
            token(&relation::Options::default().api_token),
        );
        secrets.set("kintone-visits", token(ADD_ONLY));
        match apply_one(bundle, Path::new(FILE), self.spec("ticket-records")?).await? {
            Applied::Refused { problems, .. } => {
                let text: Vec<_> = problems.iter().map(ToString::to_string).collect();
                Err(Error::new(ErrorKind::Misconfigured, text.join("; ")))
            }
            _ => {
                bundle.directory.forget();
                Ok(())
            }
        }
    }

    fn spec(&self, name: &str) -> Result<IntegrationSpec> {
        let document = document(&self.relation.url(), &self.kintone.url());
        let document = document.replace("name: ticket-records", &format!("name: {name}"));
        let document = document.replace(OFTEN.0, OFTEN.1);
        serde_saphyr::from_str(&document)
            .map_err(|error| Error::new(ErrorKind::Malformed, error.to_string()))
    }
}

pub(super) async fn play(stage: &Stage, account: &mut Account) -> Result<()> {
    account.heading("Re:lation to kintone: what agents do, as records");
    let (relation, records) = (&stage.records.relation, &stage.records);
    let customer = "yamada@example.com";
    let ticket = relation.human_receives_mail(BOX, customer, "返品したい", "お願いします");
    relation.human_labels(ticket, &[71], &[32]);
    relation.human_replies(ticket, customer, "承知しました。");
    let replied = record(records, |record| record.text("本文") == "承知しました。").await;
    account.step(&format!("an agent answers ticket {ticket}"), replied);
    relation.human_writes_memo(ticket, now(stage), "<p>電話で<br>確認済み</p>");
    let noted = record(records, |record| record.text("本文") == "電話で\n確認済み").await;
    account.step("writes a memo", noted);
    relation.human_sets_status(ticket, "closed");
    let closed = record(records, |record| record.text("状態") == "対応完了").await;
    account.step("closes the ticket", closed);
    let second = apply_one(
        &stage.bundle,
        Path::new("second.yaml"),
        records.spec("second")?,
    )
    .await?;
    let refused = match second {
        Applied::Refused { problems, .. } => {
            problems.first().map(|p| format!("refused: {}", p.field))
        }
        _ => None,
    };
    account.step("the same box is set up a second time", refused);
    Ok(())
}

fn now(stage: &Stage) -> i64 {
    stage.bundle.clock.now().as_millis()
}

async fn record(vendors: &Vendors, fits: impl Fn(&Record) -> bool) -> Option<String> {
    let find = async || {
        vendors
            .kintone
            .records(APP)
            .into_iter()
            .find(|record| fits(record))
    };
    let found = eventually(find).await?;
    let (id, status) = (found.id, found.text("状態"));
    Some(format!(
        "record {id}: {}, {status}, {}",
        found.text("件名"),
        found.text("区分")
    ))
}

fn cannot_start(error: std::io::Error) -> Error {
    let why = format!("cannot start a sandbox vendor: {error}");
    Error::new(ErrorKind::Unavailable, why)
}
