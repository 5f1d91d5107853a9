//! Two workers at the same alerts, in a thousand seeded runs: no extra ticket, no lost alert.

use std::sync::Arc;
use std::time::Duration;

use deskbridge_core::action::Action;
use deskbridge_local::bundle::Bundle;
use deskbridge_local::workers;
use deskbridge_testkit::sandbox::Fault;
use serde_json::json;

use crate::alert_autotask::{alert, post, world};
use it_support::World;

const RUNS: u64 = 1_000;
const WINDOW_MS: i64 = 300_000;

/// The rule as the document has it, for one series.
#[derive(Default)]
struct Expected {
    /// When the newest ticket's alert was received, and whether the ticket is open.
    newest: Option<(i64, bool)>,
    tickets: usize,
    notes: usize,
}

impl Expected {
    fn receive(&mut self, at: i64) {
        match self.newest {
            Some((since, true)) if at - since <= WINDOW_MS => self.notes += 1,
            _ => {
                self.tickets += 1;
                self.newest = Some((at, true));
            }
        }
    }

    fn complete(&mut self) {
        self.newest = self.newest.map(|(since, _)| (since, false));
    }
}

/// `SplitMix64`: the same seed gives the same run.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last as u64 + 1);
            items.swap(last, usize::try_from(other).unwrap());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_workers_make_the_tickets_and_notes_that_one_would_in_1000_seeded_runs() {
    let world = world().await;
    world.sandbox.autotask.set_requests_per_hour(10_000_000);
    let mut accepted = 0;
    for seed in 0..RUNS {
        accepted += run(&world, seed).await;
    }
    world.assert_nothing_lost(accepted).await;
    let tally = world.bundle.store.tally().await.unwrap();
    assert_eq!(tally.actions.get("delivered"), Some(&accepted), "{tally:?}");
    assert!(world.sandbox.autotask.most_under_way() <= 2);
}

/// Some bursts of one alert, some of them minutes apart, one of them perhaps with trouble, and in
/// between perhaps a person who completes the ticket.
async fn run(world: &World, seed: u64) -> u64 {
    let mut random = Seeded(seed);
    let title = format!("Race {seed}");
    let mut expected = Expected::default();
    let mut posted = 0;
    for _ in 0..=random.below(3) {
        let burst = 1 + random.below(3);
        for _ in 0..burst {
            expected.receive(deskbridge_core::ports::Clock::now(&*world.clock).as_millis());
        }
        let body = || alert(json!({ "title": title }));
        futures::future::join_all((0..burst).map(|_| post(world, body()))).await;
        posted += burst;
        let trouble = random.below(10) == 0;
        if trouble {
            let fault = random.pick(&[0, 1, 2]);
            let fault = [Fault::CommitThenReset, Fault::status(503), Fault::Refuse][fault].clone();
            let route = random.pick(&["/Tickets$", "/Notes$"]);
            world.sandbox.autotask.script().on("POST", route, fault);
        }
        work_off(world, &mut random, &title).await;
        if trouble {
            look_again(world).await;
            world.sandbox.autotask.script().clear();
        }
        check(world, seed, &title, &expected);
        if random.below(4) == 0 {
            complete_newest(world, &title);
            expected.complete();
        }
        let pause_s = random.pick(&[0, 1, 60, 120, 299, 300, 301, 400]);
        world.clock.advance(Duration::from_secs(pause_s));
    }
    world.clock.advance(Duration::from_secs(600));
    posted
}

/// Lets so much time pass that whatever was delayed, or must be looked for twice, has had its turn.
async fn look_again(world: &World) {
    for seconds in [25, 65, 65] {
        world.clock.advance(Duration::from_secs(seconds));
        world.bundle.sweep.sweep().await.unwrap();
        world.settle().await;
    }
}

/// Two workers evaluate at the same time; then each is given every action, as a queue may that
/// delivers twice and in any order.
async fn work_off(world: &World, random: &mut Seeded, title: &str) {
    let (one, other) = tokio::join!(
        workers::evaluate_waiting(&world.bundle),
        workers::evaluate_waiting(&world.bundle)
    );
    assert!(one + other > 0, "nothing was there to evaluate");
    let actions: Vec<Action> = newest_actions(world, title).await;
    let worker = |mut actions: Vec<Action>, random: &mut Seeded| {
        random.shuffle(&mut actions);
        let rests: Vec<_> = actions.iter().map(|_| random.below(6)).collect();
        tokio::spawn(dispatch_all(Arc::clone(&world.bundle), actions, rests))
    };
    let first = worker(actions.clone(), random);
    let second = worker(actions, random);
    first.await.unwrap();
    second.await.unwrap();
    world.settle().await;
}

async fn dispatch_all(bundle: Arc<Bundle>, actions: Vec<Action>, rests: Vec<u64>) {
    for (action, rests) in actions.iter().zip(rests) {
        for _ in 0..rests {
            tokio::task::yield_now().await;
        }
        bundle.dispatch.dispatch(action).await.unwrap();
    }
}

async fn newest_actions(world: &World, title: &str) -> Vec<Action> {
    let filter = deskbridge_core::ports::EventFilter {
        limit: 12,
        ..Default::default()
    };
    let events = world.bundle.store.events(filter).await.unwrap();
    let actions = events.iter().flat_map(|event| event.decision.actions());
    let ours = actions.filter(|action| action.params["title"] == title);
    ours.cloned().collect()
}

fn tickets(world: &World, title: &str) -> Vec<i64> {
    let tickets = world.sandbox.autotask.tickets_titled(title);
    tickets.iter().map(|ticket| ticket.id).collect()
}

fn complete_newest(world: &World, title: &str) {
    let newest = tickets(world, title).pop().unwrap();
    assert!(world.sandbox.autotask.human_complete(newest, "done"));
}

fn check(world: &World, seed: u64, title: &str, expected: &Expected) {
    let tickets = tickets(world, title);
    let notes = tickets
        .iter()
        .map(|id| world.sandbox.autotask.notes(*id).len());
    let found = (tickets.len(), notes.sum::<usize>());
    assert_eq!(found, (expected.tickets, expected.notes), "seed {seed}");
}
