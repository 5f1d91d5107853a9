//! Dispatchers that truly meet, which the suite's one caller at a time cannot show.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use deskbridge_aws::DynamoStore;
use deskbridge_core::action::{ActionRecord, Claim, LEASE, Stage};
use deskbridge_core::outcome::Outcome;
use deskbridge_core::ports::Store;
use deskbridge_core::{ErrorKind, Timestamp};

use crate::bench::action;
use crate::or_skip;
use crate::store::Tables;

const START: i64 = 1_700_000_000_000;
const ACTIONS: usize = 8;
const DISPATCHERS: usize = 6;
const MAX_TURNS: usize = 2_000;

/// One lane, and those that work on it at the same time.
struct Lane {
    store: Arc<DynamoStore>,
    now: AtomicI64,
    messages: Mutex<VecDeque<String>>,
    /// How many hold an action at this moment.
    holders: AtomicUsize,
    settled: Mutex<Vec<String>>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn dispatchers_that_meet_neither_overtake_nor_strand() {
    let tables = or_skip!(Tables::fresh().await);
    let lane = Arc::new(Lane {
        store: Arc::clone(&tables.store),
        now: AtomicI64::new(START),
        messages: Mutex::default(),
        holders: AtomicUsize::new(0),
        settled: Mutex::default(),
    });
    // The queue brings the first messages in order.
    for n in 0..ACTIONS {
        let id = format!("act_{n}");
        if let Claim::Won(record) = lane.store.claim(&action(&id), lane.now()).await.unwrap() {
            lane.give_back(*record).await;
        }
    }
    let dispatchers = (0..DISPATCHERS).map(|_| tokio::spawn(Arc::clone(&lane).dispatch()));
    for dispatcher in dispatchers.collect::<Vec<_>>() {
        dispatcher.await.unwrap();
    }
    let expected: Vec<_> = (0..ACTIONS).map(|n| format!("act_{n}")).collect();
    assert_eq!(*lane.settled.lock().unwrap(), expected);
}

impl Lane {
    async fn dispatch(self: Arc<Self>) {
        for turn in 0.. {
            assert!(turn < MAX_TURNS, "the lane did not drain");
            if self.settled.lock().unwrap().len() == ACTIONS {
                return;
            }
            self.now.fetch_add(1, Ordering::SeqCst);
            let message = self.messages.lock().unwrap().pop_front();
            match message {
                Some(id) => self.work(&id, turn).await,
                None => self.sweep().await,
            }
        }
    }

    async fn work(&self, id: &str, turn: usize) {
        let claim = self.store.claim(&action(id), self.now()).await.unwrap();
        let Claim::Won(record) = claim else { return };
        assert_eq!(
            self.holders.fetch_add(1, Ordering::SeqCst),
            0,
            "{id} overtook"
        );
        tokio::task::yield_now().await;
        self.holders.fetch_sub(1, Ordering::SeqCst);
        match turn % 3 {
            0 => self.give_back(*record).await,
            _ => self.deliver(*record).await,
        }
    }

    async fn deliver(&self, mut record: ActionRecord) {
        let id = record.action.id.clone();
        record.settle(Outcome::Dead { why: "".into() }, self.now());
        self.settled.lock().unwrap().push(id);
        let woken = self.store.settle(record, Vec::new()).await.unwrap();
        // Every second message gets lost: then the sweep finds the row.
        let mut messages = self.messages.lock().unwrap();
        if let (Some(woken), true) = (woken, messages.len().is_multiple_of(2)) {
            messages.push_back(woken.action.id);
        }
    }

    async fn give_back(&self, mut record: ActionRecord) {
        record.stage = Stage::Ready;
        record.due_at = Some(self.now());
        assert_eq!(self.store.settle(record, Vec::new()).await.unwrap(), None);
    }

    async fn sweep(&self) {
        let due = self.store.due(self.now(), 100).await.unwrap();
        let ids = due.into_iter().map(|record| record.action.id);
        // Twice, so that two dispatchers meet at it.
        let ids: Vec<_> = ids.flat_map(|id| [id.clone(), id]).collect();
        self.messages.lock().unwrap().extend(ids);
    }

    /// A millisecond a turn, so that no lease ends.
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.now.load(Ordering::SeqCst))
    }
}

/// The holder comes back after its lease, just as another one takes over: one of them is refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_late_holder_and_its_successor_never_both_write() {
    let tables = or_skip!(Tables::fresh().await);
    let start = Timestamp::from_millis(START);
    for round in 0..40 {
        let id = format!("act_{round}");
        let Claim::Won(mut late) = tables.store.claim(&lone(&id), start).await.unwrap() else {
            panic!("not won");
        };
        late.settle(Outcome::Dead { why: "".into() }, start + LEASE);
        let (store, again) = (Arc::clone(&tables.store), lone(&id));
        let successor = tokio::spawn(async move { store.claim(&again, start + LEASE).await });
        let settled = tables.store.settle(*late, Vec::new()).await;
        match (successor.await.unwrap().unwrap(), settled) {
            (Claim::Won(record), Err(error)) => {
                assert_eq!(error.kind(), ErrorKind::Conflict);
                let stored = tables.store.action(&id).await.unwrap();
                assert_eq!(stored, Some(*record));
            }
            (Claim::Settled(_), Ok(None)) => {}
            other => panic!("round {round}: {other:?}"),
        }
    }
}

fn lone(id: &str) -> deskbridge_core::action::Action {
    deskbridge_core::action::Action {
        order_key: format!("lane of {id}"),
        ..action(id)
    }
}
