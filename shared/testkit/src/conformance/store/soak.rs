//! A lane under random trouble: nothing is stranded, nothing overtakes.

use deskbridge_core::Timestamp;
use deskbridge_core::action::{ActionRecord, Claim, LEASE, Stage};
use deskbridge_core::ports::Store;

use super::super::samples::*;
use super::StoreHarness;

const ACTIONS: usize = 6;
const MAX_STEPS: usize = 600;

/// One lane, its dispatchers and the person who resolves what is parked.
struct Lane<'a> {
    store: &'a dyn Store,
    run: u64,
    random: u64,
    now: Timestamp,
    /// The numbers of the actions that a message is under way for.
    messages: Vec<usize>,
    held: Vec<ActionRecord>,
}

pub async fn a_lane_under_random_trouble_drains_in_order(harness: &dyn StoreHarness) {
    let store = harness.store();
    for run in 0..harness.soak_runs() {
        let mut lane = Lane {
            store: &*store,
            run,
            random: run,
            now: NOW,
            messages: (0..ACTIONS).rev().collect(),
            held: Vec::new(),
        };
        lane.first_claims().await;
        for step in 0.. {
            assert!(step < MAX_STEPS, "run {run} did not drain");
            if lane.open().await == 0 {
                break;
            }
            lane.step().await;
        }
    }
}

impl Lane<'_> {
    /// The queue brings the first messages in order; what follows may come in any order.
    async fn first_claims(&mut self) {
        while let Some(n) = self.messages.pop() {
            self.claim(n).await;
        }
    }

    async fn step(&mut self) {
        match self.below(6) {
            0 => self.now = self.now + seconds(7),
            1 => self.sweep().await,
            2 => self.resolve().await,
            3 if !self.messages.is_empty() => {
                let at = self.below(self.messages.len());
                let n = self.messages.swap_remove(at);
                self.claim(n).await;
            }
            _ if !self.held.is_empty() => {
                let at = self.below(self.held.len());
                let record = self.held.swap_remove(at);
                self.finish(record).await;
            }
            _ => {}
        }
    }

    async fn claim(&mut self, n: usize) {
        let mut action = creating(&self.id(n), &format!("lane {}", self.run));
        action.creates = n.is_multiple_of(3);
        let claim = self.store.claim(&action, self.now).await;
        if let Claim::Won(record) = claim.expect("answers") {
            for earlier in 0..n {
                let earlier = self.stored(earlier).await;
                assert!(!earlier.blocks(), "{} overtook in run {}", n, self.run);
            }
            self.held.push(*record);
        }
    }

    /// What a dispatcher makes of the action it holds; now and then it dies with it.
    async fn finish(&mut self, record: ActionRecord) {
        let (store, now) = (self.store, self.now);
        let current = self.stored(self.number(&record)).await;
        if current.fence != record.fence {
            return;
        }
        let woken = match self.below(5) {
            0 => {
                self.now = now + LEASE;
                None
            }
            1 => postpone(store, record, "later", now + seconds(5)).await,
            2 => park(store, record, now).await,
            _ => deliver(store, record, now).await,
        };
        // The message of the one that is woken may get lost: then the sweep finds it.
        let lost = self.below(2) == 0;
        self.messages
            .extend(woken.filter(|_| !lost).map(|w| self.number(&w)));
    }

    async fn sweep(&mut self) {
        let due = self.store.due(self.now, 100).await.expect("lists");
        for record in due {
            assert!(record.due_at.is_some(), "{} was stranded", record.action.id);
            let n = self.number(&record);
            self.messages.push(n);
        }
    }

    async fn resolve(&mut self) {
        let parked = self.store.parked(100).await.expect("lists");
        for record in parked {
            let woken = match self.below(2) {
                0 => deliver(self.store, record, self.now).await,
                _ => postpone(self.store, record, "send again", self.now).await,
            };
            drop(woken);
        }
    }

    async fn open(&self) -> usize {
        let mut open = 0;
        for n in 0..ACTIONS {
            let settled = matches!(self.stored(n).await.stage, Stage::Settled(_));
            open += usize::from(!settled);
        }
        open
    }

    async fn stored(&self, n: usize) -> ActionRecord {
        let record = self.store.action(&self.id(n)).await.expect("reads");
        record.expect("it was claimed before")
    }

    fn id(&self, n: usize) -> String {
        format!("{} {n}", self.run)
    }

    fn number(&self, record: &ActionRecord) -> usize {
        let number = record.action.id.split(' ').nth(1);
        number.and_then(|n| n.parse().ok()).expect("an id of ours")
    }

    /// The same numbers in every run of the suite.
    fn below(&mut self, n: usize) -> usize {
        self.random = self
            .random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.random >> 33).unwrap_or(0) % n.max(1)
    }
}
