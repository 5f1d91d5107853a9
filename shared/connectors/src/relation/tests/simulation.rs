//! A month of three boxes behind one token: crashes, other programs' calls, and clocks that jump.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::*;

const DAYS: i64 = 30;
const BOXES: [u64; 3] = [12, 15, 16];
/// As `flow::poll` has them.
const LEASE: i64 = 90 * SECOND;
const LONGEST_WAIT: i64 = 60 * MINUTE;

/// A small generator, so that a seed is the whole story.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn once_in(&mut self, times: u64) -> bool {
        self.roll(times) == 0
    }
}

/// What `flow::poll` keeps of one box.
struct Watch {
    connection: Connection,
    cursor: Option<Value>,
    due_at: i64,
}

struct Month {
    vendor: vendor::Relation,
    relation: Relation,
    dice: Dice,
    watches: Vec<Watch>,
    /// The vendor's time, and how wrong our clock is.
    time: i64,
    wrong: i64,
    not_before: i64,
    /// When our own calls were made, by the vendor's time.
    calls: Mutex<Vec<i64>>,
    told: BTreeSet<String>,
    expected: BTreeSet<String>,
    /// Closed tickets, with the number of closings; open ones.
    closed: BTreeMap<u64, usize>,
    open: Vec<(u64, u64)>,
    crashes: usize,
}

#[async_trait]
impl VendorHttp for Month {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        self.calls.lock().unwrap().push(self.time);
        self.vendor.send(request).await
    }
}

impl Month {
    async fn new(seed: u64) -> Self {
        let vendor = vendor::Relation::start(Options::default()).await.unwrap();
        vendor.set_time(START);
        let watches = BOXES.map(|number| Watch {
            connection: connection(&vendor.url(), number),
            cursor: None,
            due_at: 0,
        });
        Self {
            vendor,
            relation: Relation::default(),
            dice: Dice(seed),
            watches: watches.into(),
            time: START,
            wrong: 0,
            not_before: 0,
            calls: Mutex::default(),
            told: BTreeSet::new(),
            expected: BTreeSet::new(),
            closed: BTreeMap::new(),
            open: Vec::new(),
            crashes: 0,
        }
    }

    fn now(&self) -> i64 {
        self.time + self.wrong
    }

    fn pass(&mut self, millis: i64) {
        self.time += millis;
        self.vendor.set_time(self.time);
    }

    fn agents_work(&mut self) {
        let number = BOXES[self.dice.roll(3) as usize];
        let ticket = match self.open.len() as u64 {
            0 => None,
            n if self.dice.once_in(4) && n < 60 => None,
            n => Some(self.open[self.dice.roll(n) as usize]),
        };
        let (number, ticket) = ticket.unwrap_or_else(|| {
            let new = self
                .vendor
                .human_receives_mail(number, "yamada@example.com", "質問", "");
            self.open.push((number, new));
            (number, new)
        });
        let mut expect = |activity: &str, id: Option<u64>| {
            self.expected
                .insert(format!("{number}/{activity}/{}", id.unwrap()));
        };
        match self.dice.roll(6) {
            0 => expect(
                "message_sent",
                self.vendor.human_replies(ticket, "a@example.com", "返信"),
            ),
            1 => {
                let back = self.dice.roll(40) as i64 * 60 * MINUTE;
                let memo = self
                    .vendor
                    .human_writes_memo(ticket, self.time - back, "メモ");
                expect("record_memo", memo);
            }
            2 => expect(
                "call_memo",
                self.vendor.human_writes_call_memo(ticket, "電話"),
            ),
            3 => {
                self.vendor.human_sets_status(ticket, "closed");
                *self.closed.entry(ticket).or_default() += 1;
                self.open.retain(|(_, id)| *id != ticket);
            }
            4 => self.vendor.human_labels(ticket, &[71], &[]),
            _ => {
                let draft = self.vendor.human_drafts(ticket, "a@example.com", "下書き");
                if self.dice.once_in(2) {
                    self.vendor.human_sends(ticket, draft.unwrap());
                    expect("message_sent", draft);
                }
            }
        }
    }

    async fn poll(&mut self) {
        for index in 0..self.watches.len() {
            let now = self.now();
            let later = |at: i64| at > now && at - now <= LONGEST_WAIT;
            if later(self.watches[index].due_at) || later(self.not_before) {
                continue;
            }
            self.ask(index).await;
        }
    }

    async fn ask(&mut self, index: usize) {
        let watch = &self.watches[index];
        let credential = credential();
        let ask = Ask {
            http: self,
            now: Timestamp::from_millis(self.now()),
            connection: &watch.connection,
            credential: &credential,
            since: Timestamp::from_millis(START),
            cursor: watch.cursor.as_ref(),
        };
        let fetched = self.relation.fetch(&ask).await;
        let now = self.now();
        self.watches[index].due_at = now + LEASE;
        let page = match fetched {
            Ok(page) => page,
            Err(error) => {
                let deskbridge_core::Retry::Later(Some(wait)) = error.retry() else {
                    panic!("{error}");
                };
                self.not_before = now + wait.as_millis() as i64;
                return;
            }
        };
        if self.dice.once_in(25) {
            self.crashes += 1;
            return;
        }
        for body in &page.bodies {
            let incoming = self
                .relation
                .read(body, &self.watches[index].connection, "sync");
            let deskbridge_core::dedup::DedupKey::Once(key) = incoming.unwrap().key else {
                panic!("an activity has a key");
            };
            self.told.insert(key);
        }
        if self.dice.once_in(25) {
            // After the events, before the cursor.
            self.crashes += 1;
            return;
        }
        let millis = |wait: Duration| wait.as_millis() as i64;
        self.not_before = self
            .not_before
            .max(page.rest.map_or(0, |rest| now + millis(rest)));
        let watch = &mut self.watches[index];
        watch.cursor = Some(page.cursor);
        watch.due_at = now + millis(page.again_after);
    }

    fn trouble(&mut self) {
        if self.dice.once_in(30) {
            let used = self.dice.roll(70) as usize;
            self.vendor.use_calls(used);
        }
        if self.dice.once_in(500) {
            self.wrong = (self.dice.roll(5) as i64 - 2) * 11 * 60 * MINUTE;
        }
        if self.dice.once_in(300) {
            // Nobody polls for half a day.
            self.pass(12 * 60 * MINUTE);
        }
    }

    fn most_calls_in_a_minute(&self) -> usize {
        let calls = self.calls.lock().unwrap();
        let in_minute = |(at, first): (usize, &i64)| {
            calls[at..]
                .iter()
                .take_while(|call| **call < first + MINUTE)
                .count()
        };
        calls
            .iter()
            .enumerate()
            .map(in_minute)
            .max()
            .unwrap_or_default()
    }
}

#[tokio::test]
async fn in_a_month_of_trouble_every_activity_is_told_once_within_the_budget() {
    live_through(4_711).await;
}

/// `cargo nextest run --run-ignored only -E 'test(twenty_months)'`: some minutes.
#[test]
#[ignore = "takes minutes; one month runs with every test run"]
fn twenty_months_of_trouble_are_lived_through() {
    let lives = |first: u64| {
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.enable_all().build().unwrap();
        (first..=20)
            .step_by(2)
            .for_each(|seed| runtime.block_on(live_through(seed)));
    };
    std::thread::scope(|scope| {
        scope.spawn(|| lives(1));
        scope.spawn(|| lives(2));
    });
}

async fn live_through(seed: u64) {
    let mut month = Month::new(seed).await;
    month.poll().await;
    while month.time < START + DAYS * DAY {
        for _ in 0..month.dice.roll(6) {
            month.agents_work();
        }
        let step = (1 + month.dice.roll(44)) as i64 * MINUTE;
        month.pass(step);
        month.trouble();
        month.poll().await;
    }
    for _ in 0..60 {
        month.pass(MINUTE);
        month.poll().await;
    }
    let closings = |told: &&String| told.contains("ticket_closed");
    let closed = month.told.iter().filter(closings).count();
    assert_eq!(closed, month.closed.values().sum::<usize>(), "seed {seed}");
    let others = month.told.iter().filter(|told| !closings(told)).cloned();
    let others: BTreeSet<_> = others.collect();
    assert_eq!(others, month.expected, "seed {seed}");
    let (told, crashes) = (month.told.len(), month.crashes);
    let busiest = month.most_calls_in_a_minute();
    println!(
        "seed {seed}: {told} activities, {crashes} crashes, {busiest} calls in a minute at most"
    );
    assert!(crashes > 100 && month.expected.len() > 1_000, "seed {seed}");
    assert!(busiest <= 60, "seed {seed}");
}
