use std::time::Duration;

use super::*;

/// 23:05, when the ticket's alert was received.
const FIVE_PAST: Timestamp = NOW;

fn linked() -> Desk {
    let mut desk = Desk::new();
    desk.target = None;
    desk.link = Some(Link {
        peer: crate::autotask::ticket(128_926),
        origin: "alert".into(),
        made_by: "act_0".into(),
        since: FIVE_PAST,
    });
    desk
}

fn alert() -> Value {
    json!({"company": 175, "title": "t", "category": 112, "note": "Again", "repeat_window_s": 300})
}

async fn received(desk: &Desk, after: Duration) -> String {
    let done = desk.run_at("open_ticket", alert(), FIVE_PAST + after).await;
    done.unwrap().detail
}

#[tokio::test]
async fn an_alert_within_five_minutes_is_a_note_on_the_ticket() {
    let desk = linked();
    let detail = received(&desk, Duration::from_secs(180)).await;
    assert_eq!(detail, "ticket 128926: note added");
    assert_eq!(desk.count("POST /Tickets"), 0);
    desk.assert_requests("repeated_alert");
}

#[tokio::test]
async fn five_minutes_sharp_is_still_within_and_a_millisecond_more_is_not() {
    for (after_ms, note) in [
        (299_000, true),
        (299_999, true),
        (300_000, true),
        (300_001, false),
        (301_000, false),
    ] {
        let detail = received(&linked(), Duration::from_millis(after_ms)).await;
        assert_eq!(detail.ends_with("note added"), note, "{after_ms}");
    }
}

#[tokio::test]
async fn a_complete_ticket_takes_no_note_however_soon() {
    let desk = linked();
    let complete = fixture!("api_ticket").replace("\"status\": 8", "\"status\": 5");
    desk.answers_now("GET /Tickets/128926", 200, &complete);
    let detail = received(&desk, Duration::from_secs(1)).await;
    assert_eq!(detail, "ticket 128926: opened");
}

#[tokio::test]
async fn a_ticket_that_is_gone_takes_no_note() {
    for (status, body) in [(200, r#"{"item": null}"#), (404, "")] {
        let desk = linked();
        desk.answers_now("GET /Tickets/128926", status, body);
        let detail = received(&desk, Duration::from_secs(1)).await;
        assert_eq!(detail, "ticket 128926: opened");
    }
}

#[tokio::test]
async fn the_status_is_read_each_time() {
    let desk = linked();
    received(&desk, Duration::from_secs(1)).await;
    received(&desk, Duration::from_secs(2)).await;
    assert_eq!(desk.count("GET /Tickets/128926"), 2);
}

#[tokio::test]
async fn no_window_makes_every_alert_a_ticket() {
    let desk = linked();
    let mut params = alert();
    params["repeat_window_s"] = json!(0);
    let done = desk.run("open_ticket", params).await.unwrap();
    assert_eq!(done.detail, "ticket 128926: opened");
    assert_eq!(desk.count("GET /Tickets/128926"), 0);
}

#[tokio::test]
async fn an_alert_received_before_the_tickets_own_is_a_repeat_too() {
    let desk = linked();
    let before = FIVE_PAST - Duration::from_secs(1);
    let done = desk.run_at("open_ticket", alert(), before).await.unwrap();
    assert_eq!(done.detail, "ticket 128926: note added");
}
