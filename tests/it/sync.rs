//! A message box of Re:lation that becomes records of kintone: each promise of the vendor's document.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use deskbridge_connectors::http::Targets;
use deskbridge_core::flow::poll::Poll;
use deskbridge_core::integration::{IntegrationSpec, Problem};
use deskbridge_core::ports::{Clock, Delivery, Message, Queue, Secrets, Sent};
use deskbridge_core::{Error, ErrorKind, Timestamp};
use deskbridge_embedded::EmbeddedSecrets;
use deskbridge_local::bundle::{Bundle, Options};
use deskbridge_local::demo::records::document;
use deskbridge_local::folder::{Applied, apply, apply_one};
use deskbridge_local::workers;
use deskbridge_testkit::clock::ManualClock;
use deskbridge_testkit::sandbox::Fault;
use deskbridge_testkit::sandbox::kintone::{self, ADD_ONLY, FULL, Kintone, Record};
use deskbridge_testkit::sandbox::relation::{self, Relation};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const BOX: u64 = 12;
const APP: u64 = 7;
const CUSTOMER: &str = "yamada@example.com";

/// Both vendors and a bundle between them, all of whose time the test owns.
struct World {
    bundle: Arc<Bundle>,
    clock: Arc<ManualClock>,
    secrets: Arc<EmbeddedSecrets>,
    relation: Relation,
    kintone: Kintone,
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
            secrets: Arc::clone(&secrets) as Arc<dyn Secrets>,
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

#[tokio::test]
async fn what_agents_do_becomes_a_record_each() {
    let world = World::start().await;
    let ticket = world.ticket();
    world.relation.human_labels(ticket, &[71], &[32]);
    world.reply(ticket, "承知しました");
    world.pass(2 * MINUTE).await;
    world
        .relation
        .human_writes_memo(ticket, world.clock.now().as_millis(), "<p>来店</p>");
    world.pass(2 * MINUTE).await;
    world.relation.human_sets_status(ticket, "closed");
    world.pass(2 * MINUTE).await;
    assert_eq!(world.texts("本文"), ["承知しました", "来店", ""]);
    assert_eq!(world.texts("状態"), ["未対応", "未対応", "対応完了"]);
    assert_eq!(world.texts("顧客名"), ["山田 花子", "山田 花子", ""]);
    assert_eq!(world.texts("区分"), ["至急"; 3]);
    assert_eq!(world.texts("チケット番号"), ["4711"; 3]);
}

#[tokio::test]
async fn the_sync_is_one_way() {
    let world = World::start().await;
    world.reply(world.ticket(), "承知しました");
    world.pass(HOUR).await;
    let requests = world.relation.requests();
    let written = requests
        .iter()
        .filter(|request| request.method != "GET" && !request.path.ends_with("/tickets/search"));
    assert_eq!(written.count(), 0);
}

#[tokio::test]
async fn only_what_is_done_after_the_setting_is_saved_is_synced() {
    let world = World::empty().await;
    let ticket = world.ticket();
    world.reply(ticket, "前");
    world.relation.human_sets_status(ticket, "closed");
    world.pass(HOUR).await;
    world.save(&world.document()).await;
    world.clock.advance(Duration::from_secs(1));
    world.tell_the_time();
    world.reply(ticket, "後");
    world.pass(HOUR).await;
    assert_eq!(world.texts("本文")[0], "後");
    assert!(!world.texts("本文").contains(&"前".to_owned()));
}

#[tokio::test]
async fn a_changed_mapping_applies_to_what_is_done_afterwards() {
    let world = World::start().await;
    let ticket = world.ticket();
    world.reply(ticket, "一");
    world.pass(2 * MINUTE).await;
    let changed = world
        .document()
        .replace("件名: title", "件名: \"{{ ticket.title }}!\"");
    world.save(&changed).await;
    world.reply(ticket, "二");
    world.pass(2 * MINUTE).await;
    assert_eq!(world.texts("件名"), ["返品したい", "返品したい!"]);
    assert_eq!(
        world.texts("本文"),
        ["一", "二"],
        "and nothing is synced again"
    );
}

#[tokio::test]
async fn a_changed_app_gets_what_is_done_afterwards() {
    let world = World::start().await;
    let ticket = world.ticket();
    world.reply(ticket, "一");
    world.pass(2 * MINUTE).await;
    world
        .save(&world.document().replace("app: 7", "app: 8"))
        .await;
    world.reply(ticket, "二");
    world.pass(2 * MINUTE).await;
    assert_eq!(world.texts("本文"), ["一"]);
    let asked = world.kintone.requests();
    assert!(asked.iter().any(|request| request.path.contains("app=8")));
}

#[tokio::test]
async fn another_box_is_watched_from_its_saving_on() {
    let world = World::start().await;
    let other = world.relation.human_receives_mail(15, CUSTOMER, "注文", "");
    world.reply(other, "前");
    world.pass(2 * MINUTE).await;
    world
        .save(
            &world
                .document()
                .replace("message_box: 12", "message_box: 15"),
        )
        .await;
    world.pass(MINUTE).await;
    world.reply(other, "後");
    world.pass(2 * MINUTE).await;
    assert_eq!(world.texts("本文"), ["後"]);
}

#[tokio::test]
async fn what_is_done_while_the_setting_is_deleted_is_not_caught_up() {
    let world = World::empty().await;
    let folder = world.data.path().join("config");
    std::fs::create_dir(&folder).unwrap();
    let file = folder.join("sync.yaml");
    let write = || std::fs::write(&file, world.document()).unwrap();
    let read = async || {
        apply(&world.bundle, &folder).await.unwrap();
        world.pass(MINUTE).await;
    };
    write();
    read().await;
    let ticket = world.ticket();
    world.reply(ticket, "一");
    world.pass(2 * MINUTE).await;
    std::fs::remove_file(&file).unwrap();
    read().await;
    world.reply(ticket, "二");
    world.pass(MINUTE).await;
    write();
    read().await;
    world.reply(ticket, "三");
    world.pass(2 * MINUTE).await;
    assert_eq!(world.texts("本文"), ["一", "三"]);
}

/// Even where nobody looked in between.
#[tokio::test]
async fn what_is_done_while_it_is_off_is_not_caught_up() {
    let world = World::start().await;
    let ticket = world.ticket();
    world
        .save(&world.document().replace("enabled: true", "enabled: false"))
        .await;
    world.reply(ticket, "切");
    world.clock.advance(MINUTE);
    world.tell_the_time();
    world.save(&world.document()).await;
    world.pass(MINUTE).await;
    world.reply(ticket, "入");
    world.pass(2 * MINUTE).await;
    assert_eq!(world.texts("本文"), ["入"]);
}

#[tokio::test]
async fn a_box_that_is_synced_takes_no_second_sync() {
    let world = World::start().await;
    let second = world.document().replace("ticket-records", "second");
    let problems = world.try_save("second.yaml", &second).await;
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].field, "settings.relation.message_box");
    assert!(
        problems[0].message.contains("ticket-records"),
        "{problems:?}"
    );
    let other_box = second.replace("message_box: 12", "message_box: 15");
    assert_eq!(
        world.try_save("second.yaml", &other_box).await,
        [],
        "with the same credentials"
    );
    world
        .save(&world.document().replace("enabled: true", "enabled: false"))
        .await;
    assert_eq!(
        world.try_save("second.yaml", &second).await.len(),
        1,
        "though the first is off"
    );
    assert_eq!(
        world.try_save("sync.yaml", &world.document()).await,
        [],
        "an edit is no second"
    );
}

#[tokio::test]
async fn several_boxes_share_one_credential() {
    let world = World::start().await;
    let second = world.document().replace("ticket-records", "second");
    let second = second.replace("message_box: 12", "message_box: 15");
    assert_eq!(world.try_save("second.yaml", &second).await, []);
    world.pass(MINUTE).await;
    world.reply(world.ticket(), "サポート");
    let order = world.relation.human_receives_mail(15, CUSTOMER, "注文", "");
    world.reply(order, "ご注文");
    world.pass(2 * MINUTE).await;
    let mut texts = world.texts("本文");
    texts.sort();
    assert_eq!(texts, ["ご注文", "サポート"]);
}

/// A queue whose messages arrive and whose answer does not.
struct Deaf(Arc<dyn Queue>);

#[async_trait]
impl Queue for Deaf {
    async fn send(&self, message: Message) -> deskbridge_core::Result<Sent> {
        self.0.send(message).await?;
        Err(Error::new(ErrorKind::Unavailable, "no answer"))
    }
    async fn receive(&self, max: usize, time: Duration) -> deskbridge_core::Result<Vec<Delivery>> {
        self.0.receive(max, time).await
    }
    async fn delete(&self, receipt: &str) -> deskbridge_core::Result<()> {
        self.0.delete(receipt).await
    }
    async fn release(&self, receipt: &str, delay: Duration) -> deskbridge_core::Result<()> {
        self.0.release(receipt, delay).await
    }
}

#[tokio::test]
async fn what_was_stored_before_a_crash_is_known_when_it_is_fetched_again() {
    let world = World::start().await;
    let poll = &world.bundle.poll;
    let crashing = Poll {
        directory: Arc::clone(&poll.directory),
        connectors: poll.connectors.clone(),
        store: Arc::clone(&poll.store),
        inbound: Arc::new(Deaf(Arc::clone(&poll.inbound))),
        secrets: Arc::clone(&poll.secrets),
        clock: Arc::clone(&poll.clock),
        http: Arc::clone(&poll.http),
    };
    world.reply(world.ticket(), "一度だけ");
    world.clock.advance(MINUTE);
    world.tell_the_time();
    crashing.poll().await.unwrap();
    world.work().await;
    assert_eq!(world.texts("本文"), ["一度だけ"]);
    world.pass(5 * MINUTE).await;
    assert_eq!(world.texts("本文"), ["一度だけ"]);
    let tally = world.bundle.store.tally().await.unwrap();
    assert_eq!((tally.events, tally.duplicates), (1, 1));
}

#[tokio::test]
async fn no_calls_left_is_waited_out_and_loses_nothing() {
    let world = World::start().await;
    world.relation.use_calls(60);
    world.reply(world.ticket(), "待つ");
    let before = world.relation.requests().len();
    world.pass(Duration::from_secs(30)).await;
    assert!(
        world.relation.requests().len() <= before + 1,
        "asked once, and no more"
    );
    world.pass(3 * MINUTE).await;
    assert_eq!(world.texts("本文"), ["待つ"]);
}

#[tokio::test]
async fn a_token_that_relation_does_not_take_is_tried_again_once_it_is_another() {
    let world = World::start().await;
    world.set_token("relation-main", "wrong");
    world.reply(world.ticket(), "あとで");
    world.pass(10 * MINUTE).await;
    let cursor = world
        .bundle
        .store
        .cursor("ticket-records", "relation")
        .await
        .unwrap()
        .unwrap();
    assert!(
        cursor
            .trouble
            .unwrap()
            .contains("does not accept the API token")
    );
    assert_eq!(world.texts("本文"), [""; 0]);
    world.set_token("relation-main", &relation::Options::default().api_token);
    world.pass(20 * MINUTE).await;
    assert_eq!(world.texts("本文"), ["あとで"]);
}

/// Faults after which a record must be there once, whether or not it was added.
fn faults() -> Vec<(&'static str, Fault)> {
    vec![
        ("refuse", Fault::Refuse),
        ("commit, then reset", Fault::CommitThenReset),
        ("commit, then 500", Fault::CommitThenStatus(500)),
        ("503", Fault::status(503)),
        ("HTML with 200", Fault::HtmlOk),
        ("commit, then HTML with 200", Fault::CommitThenHtml),
        (
            "too many at a time",
            Fault::TooManyRequests {
                retry_after: MINUTE,
            },
        ),
    ]
}

#[tokio::test]
async fn a_record_is_made_once_whatever_happens_where_a_field_takes_no_value_twice() {
    for (name, fault) in faults() {
        let world = World::start().await;
        world.kintone.script().on("POST", "/record.json", fault);
        world.reply(world.ticket(), "一度だけ");
        world.pass(30 * MINUTE).await;
        assert_eq!(world.texts("本文"), ["一度だけ"], "{name}");
        assert_eq!(world.tally("delivered").await, 1, "{name}");
    }
}

#[tokio::test]
async fn a_record_is_looked_for_before_it_is_made_again_where_the_token_may_read() {
    for (name, fault) in faults() {
        let world = World::empty().await;
        world.set_token("kintone-visits", FULL);
        world
            .save(&world.document().replace(", key_field: 同期キー", ""))
            .await;
        world.pass(MINUTE).await;
        world.kintone.script().on("POST", "/record.json", fault);
        world.reply(world.ticket(), "一度だけ");
        world.pass(30 * MINUTE).await;
        assert_eq!(world.texts("本文"), ["一度だけ"], "{name}");
        assert_eq!(world.tally("delivered").await, 1, "{name}");
    }
}

#[tokio::test]
async fn with_neither_a_person_is_asked() {
    let world = World::empty().await;
    world
        .save(&world.document().replace(", key_field: 同期キー", ""))
        .await;
    world.pass(MINUTE).await;
    world
        .kintone
        .script()
        .on("POST", "/record.json", Fault::CommitThenReset);
    let ticket = world.ticket();
    world.reply(ticket, "一");
    world.pass(10 * MINUTE).await;
    assert_eq!(world.tally("parked").await, 1);
    world.reply(ticket, "二");
    world.pass(10 * MINUTE).await;
    assert_eq!(world.texts("本文"), ["一", "二"], "and the next ones go on");
}

#[tokio::test]
async fn a_limit_of_kintone_delays_and_drops_nothing() {
    let world = World::start().await;
    let limit = Fault::TooManyRequests {
        retry_after: 10 * MINUTE,
    };
    world.kintone.script().on("POST", "/record.json", limit);
    let ticket = world.ticket();
    for body in ["一", "二", "三"] {
        world.reply(ticket, body);
    }
    world.pass(8 * MINUTE).await;
    assert_eq!(world.texts("本文"), [""; 0]);
    world.pass(20 * MINUTE).await;
    assert_eq!(world.texts("本文"), ["一", "二", "三"], "in order");
}

#[tokio::test]
async fn a_token_that_is_not_yet_applied_pauses_and_nothing_is_lost() {
    let world = World::start().await;
    world
        .kintone
        .human_changes_token(ADD_ONLY, |token| token.applied = false);
    world.reply(world.ticket(), "待つ");
    world.pass(30 * MINUTE).await;
    let state = world
        .bundle
        .store
        .credential_state("kintone-visits")
        .await
        .unwrap();
    assert!(state.paused.unwrap().why.contains("update app"));
    world
        .kintone
        .human_changes_token(ADD_ONLY, |token| token.applied = true);
    world.pass(2 * HOUR).await;
    assert_eq!(world.texts("本文"), ["待つ"]);
}

#[tokio::test]
async fn with_upsert_a_ticket_has_one_record_that_is_kept_up_to_date() {
    let world = World::empty().await;
    world.set_token("kintone-visits", FULL);
    let upsert = world
        .document()
        .replace("settings:\n", "settings:\n  mode: upsert\n");
    world.save(&upsert).await;
    world.pass(MINUTE).await;
    let ticket = world.ticket();
    world.reply(ticket, "一");
    world.pass(2 * MINUTE).await;
    world.reply(ticket, "二");
    world.relation.human_sets_status(ticket, "closed");
    world.pass(2 * MINUTE).await;
    assert_eq!(
        world.texts("本文"),
        ["二"],
        "the closing leaves the last message there"
    );
    assert_eq!(world.texts("状態"), ["対応完了"]);
    assert_eq!(world.records()[0].revision, 3);
}
