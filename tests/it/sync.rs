//! A message box of Re:lation that becomes records of kintone.

mod document;
mod records;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use deskbridge_connectors::http::Targets;
use deskbridge_core::Timestamp;
use deskbridge_core::integration::{IntegrationSpec, Problem};
use deskbridge_core::ports::Clock;
use deskbridge_embedded::EmbeddedSecrets;
use deskbridge_local::bundle::{Bundle, Options};
use deskbridge_local::demo::records::document;
use deskbridge_local::folder::{Applied, apply_one};
use deskbridge_local::workers;
use deskbridge_testkit::clock::ManualClock;
use deskbridge_testkit::sandbox::kintone::{self, ADD_ONLY, Kintone, Record};
use deskbridge_testkit::sandbox::relation::{self, Relation};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const BOX: u64 = 12;
const APP: u64 = 7;
const CUSTOMER: &str = "yamada@example.com";

/// Both vendors and a bundle between them, all of whose time the test owns.
pub(crate) struct World {
    bundle: Arc<Bundle>,
    clock: Arc<ManualClock>,
    secrets: Arc<EmbeddedSecrets>,
    relation: Relation,
    pub(crate) kintone: Kintone,
    data: tempfile::TempDir,
}

impl World {
    /// With the setting saved, and the box looked at for the first time.
    async fn start() -> Self {
        let world = Self::empty().await;
        world.save(&world.document()).await;
        world.pass(MINUTE).await;
        world
    }

    async fn empty() -> Self {
        let data = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::new(Timestamp::from_millis(1_790_000_000_000)));
        let secrets = Arc::new(EmbeddedSecrets::from_map([]));
        let bundle = Bundle::open(Options {
            data: data.path().join("data"),
            secrets: Arc::clone(&secrets),
            targets: Targets::Any,
            clock: Arc::clone(&clock) as _,
        });
        let world = Self {
            bundle: Arc::new(bundle.unwrap()),
            clock,
            secrets,
            relation: Relation::start(relation::Options::default()).await.unwrap(),
            kintone: Kintone::start(kintone::Options::default()).await.unwrap(),
            data,
        };
        world.set_token("relation-main", &relation::Options::default().api_token);
        world.set_token("kintone-visits", ADD_ONLY);
        world.tell_the_time();
        world
    }

    /// For a judge: one message, synced by a mapping to fields of every type.
    pub(crate) async fn with_a_record_of_every_type() -> Self {
        let world = Self::empty().await;
        let more = "  fields:
    本文_書式: body
    対応日: activity_at
    対応時刻: activity_at
    担当者: assignee
    担当組織: '{{ \"sales\" }}'
    担当グループ: '{{ \"support\" }}'
";
        let users = ", users: { taro: taro.osaka@example.com }, key_field";
        let document = world.document().replace(", key_field", users);
        let (head, fields) = document.split_once("  fields:").unwrap();
        let (_, fields) = fields.split_once('\n').unwrap();
        world.save(&format!("{head}{more}{fields}")).await;
        world.pass(HOUR + MINUTE).await;
        let ticket = world.ticket();
        world.relation.human_labels(ticket, &[71, 72], &[32]);
        world.relation.human_assigns(ticket, "taro");
        world.reply(ticket, "一行\n二行 <太字>");
        world.pass(2 * MINUTE).await;
        assert_eq!(world.records().len(), 1);
        world
    }

    fn set_token(&self, credential: &str, token: &str) {
        let field = ("api_token".to_owned(), token.to_owned());
        self.secrets.set(credential, [field].into());
    }

    fn document(&self) -> String {
        document(&self.relation.url(), &self.kintone.url())
    }

    async fn save(&self, document: &str) {
        assert_eq!(self.try_save("sync.yaml", document).await, []);
    }

    async fn try_save(&self, file: &str, document: &str) -> Vec<Problem> {
        let spec: IntegrationSpec = serde_saphyr::from_str(document).unwrap();
        let applied = apply_one(&self.bundle, file.as_ref(), spec).await.unwrap();
        self.bundle.directory.forget();
        match applied {
            Applied::Refused { problems, .. } => problems,
            _ => Vec::new(),
        }
    }

    fn tell_the_time(&self) {
        let now = self.clock.now().as_millis();
        self.relation.set_time(now);
        self.kintone.set_time(now);
    }

    /// Lets time pass in steps of at most ten seconds.
    async fn pass(&self, time: Duration) {
        let end = self.clock.now() + time;
        loop {
            self.work().await;
            let left = end.since(self.clock.now());
            if left.is_zero() {
                return;
            }
            let step = if time > HOUR {
                MINUTE
            } else {
                Duration::from_secs(10)
            };
            self.clock.advance(left.min(step));
            self.tell_the_time();
        }
    }

    async fn work(&self) {
        while self.bundle.poll.poll().await.unwrap().more {}
        self.bundle.sweep.sweep().await.unwrap();
        loop {
            let evaluated = workers::evaluate_waiting(&self.bundle).await;
            let dispatched = workers::dispatch_waiting(&self.bundle).await;
            if evaluated + dispatched == 0 {
                return;
            }
        }
    }

    fn records(&self) -> Vec<Record> {
        self.kintone.records(APP)
    }

    /// The texts of one field, in the order of the records.
    fn texts(&self, field: &str) -> Vec<String> {
        self.records()
            .iter()
            .map(|record| record.text(field).to_owned())
            .collect()
    }

    fn ticket(&self) -> u64 {
        self.relation
            .human_receives_mail(BOX, CUSTOMER, "返品したい", "お願いします")
    }

    fn reply(&self, ticket: u64, body: &str) {
        self.relation.human_replies(ticket, CUSTOMER, body).unwrap();
    }

    async fn tally(&self, word: &str) -> u64 {
        let tally = self.bundle.store.tally().await.unwrap();
        tally.actions.get(word).copied().unwrap_or_default()
    }
}
