use std::collections::BTreeSet;
use std::time::Duration;

use deskbridge_core::dedup::DedupKey;

use super::*;

async fn polling() -> Desk {
    Desk::with(Options::default(), json!({ "mode": "poll" })).await
}

#[tokio::test]
async fn tickets_changes_comments_mails_and_ratings_are_told_in_their_order() {
    let mut desk = polling().await;
    assert_eq!(desk.told().await.len(), 0);
    desk.pass(MINUTE);
    let id = desk.ticket("Printer");
    assert_eq!(desk.told().await.len(), 1);
    desk.pass(MINUTE);
    desk.vendor.human_comments(&id, BOB, "<p>Looked</p>", false);
    desk.pass(SECOND);
    desk.vendor.human_writes_mail(&id, "Still burning");
    desk.pass(SECOND);
    desk.vendor.human_sets_status(&id, "Resolved");
    desk.pass(SECOND);
    desk.vendor.human_rates(&id, "GOOD", "Thanks");
    desk.pass(MINUTE);
    let told = desk.told().await;
    assert_eq!(
        desk.types(&told),
        [
            "comment_added",
            "thread_added",
            "ticket_updated",
            "rating_received"
        ]
    );
    let updated = desk.read(&told[2]);
    assert_eq!(updated.data["changes"]["closed"], true);
    assert_eq!(
        updated.data["changes"]["status"],
        json!({"changed": true, "from": "Open", "to": "Resolved"})
    );
    let comment = desk.read(&told[0]);
    assert_eq!(comment.data["ticket"]["number"], "4711");
    assert_eq!(comment.data["comment"]["text"], "Looked");
    let rating = desk.read(&told[3]);
    assert_eq!(
        (&rating.data["rating"]["rating"], &rating.subject.id),
        (&json!("good"), &id)
    );
}

#[tokio::test]
async fn what_happened_before_the_watch_began_is_nobodys() {
    let mut desk = polling().await;
    desk.vendor.set_time(START - 10 * MINUTE);
    let id = desk.ticket("Old");
    desk.vendor.human_comments(&id, BOB, "old", false);
    desk.vendor.human_rates(&id, "BAD", "");
    desk.vendor.set_time(START);
    assert_eq!(desk.told().await.len(), 0);
    desk.pass(MINUTE);
    desk.vendor.human_sets_priority(&id, "High");
    let told = desk.told().await;
    assert_eq!(desk.types(&told), ["ticket_updated"]);
    assert_eq!(
        desk.read(&told[0]).data["changes"]["known"],
        false,
        "it was not seen before"
    );
}

#[tokio::test]
async fn a_crash_before_the_cursor_is_kept_tells_the_same_again() {
    let mut desk = polling().await;
    desk.told().await;
    desk.pass(MINUTE);
    let id = desk.ticket("Printer");
    desk.vendor.human_comments(&id, BOB, "a", false);
    let lost = desk.ask().await.unwrap();
    let kept = desk.fetch().await;
    assert_eq!(lost.bodies.len(), 2);
    assert_eq!(lost.bodies, kept.bodies);
    assert_eq!(desk.fetch().await.bodies.len(), 0);
}

#[tokio::test]
async fn a_webhook_and_the_poll_give_one_event() {
    let mut desk = Desk::with(Options::default(), json!({ "mode": "both" })).await;
    desk.subscribe("http://127.0.0.1:9/webhooks/zoho-desk/key")
        .await
        .unwrap();
    desk.told().await;
    desk.pass(MINUTE);
    let id = desk.ticket("Printer");
    let mut told = desk.told().await;
    for step in 0..4 {
        desk.pass(MINUTE);
        match step {
            0 => desk.vendor.human_sets_status(&id, "対応中"),
            1 => drop(desk.vendor.human_comments(&id, BOB, "a", true)),
            2 => drop(desk.vendor.human_replies(&id, BOB, "b")),
            _ => desk.vendor.human_escalates(&id),
        }
        told.extend(desk.told().await);
    }
    let keys = |bodies: &[Value]| -> BTreeSet<String> {
        bodies
            .iter()
            .map(|body| format!("{:?}", desk.read(body).key))
            .collect()
    };
    assert_eq!(keys(&told).len(), 5);
    assert_eq!(keys(&told), keys(&desk.posted()));
}

#[tokio::test]
async fn what_changes_in_the_second_of_the_look_is_seen_by_the_next_one() {
    let mut desk = polling().await;
    desk.told().await;
    desk.pass(MINUTE);
    let id = desk.ticket("Printer");
    assert_eq!(desk.told().await.len(), 1);
    desk.vendor.human_sets_status(&id, "Resolved");
    desk.vendor.human_comments(&id, BOB, "a", false);
    let told = desk.told().await;
    assert_eq!(desk.types(&told), ["comment_added", "ticket_updated"]);
}

#[tokio::test]
async fn a_ticket_that_becomes_overdue_is_told_although_nothing_changed_it() {
    let mut desk = polling().await;
    desk.told().await;
    desk.pass(MINUTE);
    let id = desk.ticket("Printer");
    desk.vendor.human_sets_due(&id, START + 10 * MINUTE);
    desk.told().await;
    desk.pass(10 * MINUTE);
    let told = desk.told().await;
    assert_eq!(desk.types(&told), ["ticket_updated"]);
    assert_eq!(desk.read(&told[0]).data["changes"]["overdue"], true);
    desk.pass(MINUTE);
    assert_eq!(desk.told().await.len(), 0, "once");
}

#[tokio::test]
async fn a_flood_is_read_in_pages_of_few_calls_and_none_is_lost() {
    let mut desk = polling().await;
    desk.told().await;
    desk.pass(MINUTE);
    for n in 0..230 {
        desk.ticket(&format!("Printer {n}"));
        if n % 50 == 0 {
            desk.pass(SECOND);
        }
    }
    let mut keys = BTreeSet::new();
    let mut pages = 0;
    loop {
        let before = desk.http.routes().len();
        let page = desk.fetch().await;
        assert!(
            desk.http.routes().len() - before <= 23,
            "few calls for each page"
        );
        keys.extend(
            page.bodies
                .iter()
                .map(|body| format!("{:?}", desk.read(body).key)),
        );
        pages += 1;
        if !page.again_after.is_zero() {
            break;
        }
    }
    assert_eq!(keys.len(), 230);
    assert!(pages > 5);
}

#[tokio::test]
async fn the_last_credits_of_a_day_are_left_to_commands() {
    let mut desk = polling().await;
    desk.vendor.use_credits(99_498);
    let page = desk.fetch().await;
    assert_eq!(page.again_after, Duration::from_secs(900));
    assert!(page.trouble.is_some() && page.rest.is_none());
}

#[tokio::test]
async fn a_page_that_fails_leaves_the_cursor_where_it_was() {
    let mut desk = polling().await;
    desk.told().await;
    desk.pass(MINUTE);
    desk.ticket("Printer");
    desk.http.answers("GET /tickets/{id}", 502, "");
    desk.ask().await.unwrap_err();
    assert_eq!(desk.told().await.len(), 1);
}

#[tokio::test]
async fn ratings_alone_may_be_asked_for_beside_webhooks() {
    let mut desk = Desk::with(Options::default(), json!({ "ratings": true })).await;
    desk.told().await;
    desk.pass(MINUTE);
    let id = desk.ticket("Printer");
    desk.vendor.human_rates(&id, "OKAY", "");
    desk.vendor.human_rates(&id, "BAD", "");
    desk.pass(SECOND);
    desk.vendor.human_rates(&id, "GOOD", "");
    let told = desk.told().await;
    assert_eq!(desk.types(&told), ["rating_received"; 3]);
    let keys: Vec<DedupKey> = told.iter().map(|body| desk.read(body).key).collect();
    assert!(keys[0] != keys[1] && keys[1] != keys[2]);
    assert_eq!(desk.http.count("GET /tickets/search"), 0);
}

#[tokio::test]
async fn a_ticket_that_cannot_be_read_holds_up_no_other_and_is_seen() {
    let mut desk = polling().await;
    desk.told().await;
    desk.pass(MINUTE);
    desk.ticket("Huge");
    desk.ticket("Printer");
    desk.http.answers("GET /tickets/{id}", 200, "<html>");
    let told = desk.told().await;
    assert_eq!(told.len(), 2);
    let drift = desk
        .zoho
        .read(&told[0], &desk.connection, "desk")
        .unwrap_err();
    assert_eq!(drift.field, "payload");
    assert_eq!(desk.types(&told[1..]), ["ticket_added"]);
}

#[test]
fn what_is_watched_is_the_portal_unless_nothing_has_to_be_asked_for() {
    let zoho = ZohoDesk::default();
    let watched = |settings| zoho.watched(&connection("https://desk.example.com", settings));
    assert!(watched(json!({})).is_none());
    assert!(watched(json!({ "ratings": true })).is_some());
    let what = watched(json!({ "mode": "both" })).unwrap();
    assert_eq!(what.what, "https://desk.example.com 60022843030");
}

#[tokio::test]
async fn other_departments_are_not_told() {
    let settings = json!({ "mode": "poll", "departments": [BILLING] });
    let mut desk = Desk::with(Options::default(), settings).await;
    desk.told().await;
    desk.pass(MINUTE);
    let other = desk.ticket("Printer");
    desk.vendor.human_rates(&other, "BAD", "");
    desk.vendor
        .human_opens_ticket(BILLING, "a@example.com", "Refund");
    let told = desk.told().await;
    assert_eq!(desk.types(&told), ["ticket_added"]);
}
