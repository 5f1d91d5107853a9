//! What becomes of a record when kintone or the network misbehaves.

use deskbridge_testkit::sandbox::Fault;
use deskbridge_testkit::sandbox::kintone::FULL;

use super::*;

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
