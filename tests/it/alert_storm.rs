//! Ten thousand alerts of two hundred titles in twenty minutes, against a tenant that counts its hour.

use std::collections::BTreeMap;
use std::time::Duration;

use deskbridge_core::ports::Clock as _;
use futures::future::join_all;
use serde_json::json;

use crate::alert_autotask::{alert, post, world};
use it_support::World;

const ALERTS: u64 = 10_000;
const TITLES: u64 = 200;
const MINUTES: u64 = 20;
/// 80 % of 10,000.
const MOST_PER_HOUR: usize = 8_000;
const WINDOW_MS: i64 = 300_000;

#[tokio::test]
async fn the_tenants_hour_holds_and_every_alert_is_a_ticket_or_a_note_or_visibly_delayed() {
    let world = world().await;
    let mut expected = Expected::default();
    for minute in 0..MINUTES {
        storm(&world, minute, &mut expected).await;
        world.bundle.sweep.sweep().await.unwrap();
        world.settle().await;
        world.clock.advance(Duration::from_secs(60));
    }
    let tally = world.bundle.store.tally().await.unwrap();
    let (open, delivered) = (tally.actions["open"], tally.actions["delivered"]);
    println!("after {MINUTES} minutes: {delivered} delivered, {open} delayed");
    assert_eq!(
        (tally.events, open + delivered),
        (ALERTS, ALERTS),
        "{tally:?}"
    );
    assert!(open > 0, "the hour was not full: {tally:?}");

    let mut minutes = 0;
    while world
        .bundle
        .store
        .tally()
        .await
        .unwrap()
        .actions
        .get("open")
        > Some(&0)
    {
        world.clock.advance(Duration::from_secs(60));
        world.bundle.sweep.sweep().await.unwrap();
        world.settle().await;
        minutes += 1;
        assert!(minutes < 6 * 60, "it never ends");
    }
    let autotask = &world.sandbox.autotask;
    let (tickets, notes) = (autotask.tickets().len(), autotask.note_count());
    let busiest = autotask.busiest_hour();
    println!(
        "after {minutes} minutes more: {tickets} tickets, {notes} notes; busiest hour {busiest}"
    );
    assert_eq!((tickets, notes), (expected.tickets, expected.notes));
    assert!(busiest <= MOST_PER_HOUR, "{busiest}");
    world.assert_nothing_lost(ALERTS).await;
}

/// The rule by receipt times, for each title.
#[derive(Default)]
struct Expected {
    newest: BTreeMap<u64, i64>,
    tickets: usize,
    notes: usize,
}

impl Expected {
    fn receive(&mut self, title: u64, at: i64) {
        match self.newest.get(&title) {
            Some(since) if at - since <= WINDOW_MS => self.notes += 1,
            _ => {
                self.tickets += 1;
                self.newest.insert(title, at);
            }
        }
    }
}

async fn storm(world: &World, minute: u64, expected: &mut Expected) {
    let per_minute = ALERTS / MINUTES;
    let titles: Vec<_> = (0..per_minute)
        .map(|n| (minute * per_minute + n).wrapping_mul(7_919) % TITLES)
        .collect();
    for batch in titles.chunks(50) {
        let posts = batch.iter().map(|title| {
            expected.receive(*title, world.clock.now().as_millis());
            post(world, alert(json!({ "title": format!("Storm {title}") })))
        });
        join_all(posts).await;
    }
}
