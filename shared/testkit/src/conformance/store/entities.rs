//! Links and what we last wrote.

use deskbridge_core::link::{Awaited, Entity, EntityChange, EntityRef, Written};

use super::super::samples::*;
use super::StoreHarness;

pub async fn an_unknown_entity_is_an_empty_row(harness: &dyn StoreHarness) {
    let row = row(harness, "one", subject("1")).await;
    assert_eq!(row, Entity::unknown(subject("1")));
}

pub async fn entities_come_in_the_order_asked(harness: &dyn StoreHarness) {
    let known = EntityChange::Ended {
        entity: subject("2"),
        at: NOW,
        done: true,
    };
    change(harness, "one", vec![known]).await;
    let asked = [subject("3"), subject("2"), subject("1"), subject("2")];
    let rows = harness.store().entities("one", &asked).await;
    let rows = rows.expect("reads");
    let answered: Vec<_> = rows.iter().map(|row| row.entity.clone()).collect();
    assert_eq!(answered, asked);
    let ended: Vec<_> = rows.iter().map(|row| row.ended_at.is_some()).collect();
    assert_eq!(ended, [false, true, false, true]);
}

pub async fn a_link_is_never_replaced(harness: &dyn StoreHarness) {
    let linked = |peer: &str, made_by: &str| EntityChange::Link {
        entity: subject("1"),
        link: link(peer, made_by),
    };
    change(harness, "one", vec![linked("7", "act_1")]).await;
    change(harness, "one", vec![linked("8", "act_2")]).await;
    let row = row(harness, "one", subject("1")).await;
    assert_eq!(row.link("target"), Some(&link("7", "act_1")));
}

pub async fn what_is_unlinked_has_no_counterpart(harness: &dyn StoreHarness) {
    let linked = |peer: &str| EntityChange::Link {
        entity: subject("1"),
        link: link(peer, "act_1"),
    };
    let unlinked = EntityChange::Unlink {
        entity: subject("1"),
        connector: "target".to_owned(),
    };
    change(harness, "one", vec![linked("7")]).await;
    change(harness, "one", vec![unlinked]).await;
    assert_eq!(row(harness, "one", subject("1")).await.link("target"), None);
    change(harness, "one", vec![linked("8")]).await;
    let again = row(harness, "one", subject("1")).await;
    assert_eq!(again.link("target"), Some(&link("8", "act_1")));
}

pub async fn a_newer_counterpart_takes_the_place_of_one_that_ended(harness: &dyn StoreHarness) {
    let relinked = |peer: &str, made_by: &str| EntityChange::Relink {
        entity: subject("1"),
        link: link(peer, made_by),
    };
    change(harness, "one", vec![relinked("7", "act_1"), ended(1, true)]).await;
    change(harness, "one", vec![relinked("8", "act_2")]).await;
    let row = row(harness, "one", subject("1")).await;
    assert_eq!(row.link("target"), Some(&link("8", "act_2")));
    assert!(!row.ended, "the newer one has not ended");
    assert_eq!(row.ended_at, Some(NOW + seconds(1)), "the time is kept");
}

pub async fn an_end_that_took_effect_is_known_from_then_on(harness: &dyn StoreHarness) {
    let mut known = Vec::new();
    for (after, done) in [(5, false), (6, true), (9, false)] {
        change(harness, "one", vec![ended(after, done)]).await;
        known.push(row(harness, "one", subject("1")).await.ended);
    }
    assert_eq!(known, [false, true, true]);
}

pub async fn an_older_end_that_took_effect_is_known_too(harness: &dyn StoreHarness) {
    for (after, done) in [(9, false), (5, true)] {
        change(harness, "one", vec![ended(after, done)]).await;
    }
    let row = row(harness, "one", subject("1")).await;
    assert_eq!((row.ended, row.ended_at), (true, Some(NOW + seconds(9))));
}

pub async fn written_values_are_forgotten_one_by_one(harness: &dyn StoreHarness) {
    let wrote = |field: &str| EntityChange::Written {
        entity: subject("1"),
        field: field.to_owned(),
        written: Written {
            value: "closed".to_owned(),
            at: NOW,
            action_id: "act_1".to_owned(),
        },
    };
    change(harness, "one", vec![wrote("status"), wrote("owner")]).await;
    let forget = EntityChange::Forget {
        entity: subject("1"),
        field: "status".to_owned(),
    };
    change(harness, "one", vec![forget]).await;
    let row = row(harness, "one", subject("1")).await;
    let fields: Vec<_> = row.written.keys().collect();
    assert_eq!(fields, ["owner"]);
}

pub async fn older_counterparts_come_and_go_one_by_one(harness: &dyn StoreHarness) {
    let (entity, peer) = (subject("1"), |id: &str| {
        EntityRef::new("target", "alert", id)
    });
    let older = |id: &str| EntityChange::Older {
        entity: entity.clone(),
        peer: peer(id),
    };
    change(harness, "one", vec![older("7"), older("8")]).await;
    change(harness, "one", vec![older("7")]).await;
    let left = EntityChange::Left {
        entity: entity.clone(),
        peer: peer("7"),
    };
    change(harness, "one", vec![left.clone()]).await;
    change(harness, "one", vec![left]).await;
    let row = row(harness, "one", entity.clone()).await;
    assert_eq!(row.older.into_iter().collect::<Vec<_>>(), [peer("8")]);
}

pub async fn what_is_awaited_never_moves_back(harness: &dyn StoreHarness) {
    let awaited = |after: u64, id: &str| Awaited {
        since: NOW + seconds(after),
        action_id: id.to_owned(),
    };
    let waits = |rule: &str, awaited: Awaited| EntityChange::Awaited {
        entity: subject("1"),
        rule: rule.to_owned(),
        awaited,
    };
    for (after, id) in [(5, "act_1"), (9, "act_2"), (7, "act_3"), (9, "act_0")] {
        change(harness, "one", vec![waits("quiet", awaited(after, id))]).await;
    }
    change(harness, "one", vec![waits("other", awaited(1, "act_4"))]).await;
    // Together with an end that is too late: only that is left out.
    change(harness, "one", vec![ended(9, true)]).await;
    let both = vec![ended(5, true), waits("other", awaited(2, "act_5"))];
    change(harness, "one", both).await;
    let row = row(harness, "one", subject("1")).await;
    assert_eq!(row.awaited["quiet"], awaited(9, "act_2"));
    assert_eq!(row.awaited["other"], awaited(2, "act_5"));
    assert_eq!(row.ended_at, Some(NOW + seconds(9)));
}

pub async fn an_end_never_moves_back(harness: &dyn StoreHarness) {
    for after in [5, 9, 7] {
        change(harness, "one", vec![ended(after, true)]).await;
    }
    let row = row(harness, "one", subject("1")).await;
    assert_eq!(row.ended_at, Some(NOW + seconds(9)));
}

pub async fn entities_of_integrations_are_apart(harness: &dyn StoreHarness) {
    let linked = EntityChange::Link {
        entity: subject("1"),
        link: link("7", "act_1"),
    };
    change(harness, "one", vec![linked]).await;
    let other = row(harness, "two", subject("1")).await;
    assert_eq!(other, Entity::unknown(subject("1")));
}

fn ended(after: u64, done: bool) -> EntityChange {
    EntityChange::Ended {
        entity: subject("1"),
        at: NOW + seconds(after),
        done,
    }
}

async fn row(harness: &dyn StoreHarness, integration: &str, entity: EntityRef) -> Entity {
    let rows = harness.store().entities(integration, &[entity]).await;
    rows.expect("reads").remove(0)
}

async fn change(harness: &dyn StoreHarness, integration: &str, changes: Vec<EntityChange>) {
    let changed = harness.store().change_entities(integration, changes).await;
    changed.expect("writes");
}
