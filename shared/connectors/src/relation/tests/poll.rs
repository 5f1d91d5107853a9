use std::time::Duration;

use deskbridge_core::{ErrorKind, Retry};

use super::*;

const CUSTOMER: &str = "yamada@example.com";

#[tokio::test]
async fn each_kind_of_activity_is_noticed_once() {
    let mut desk = Desk::new().await;
    assert_eq!(desk.told().await, [""; 0]);
    desk.pass(MINUTE);
    let vendor = desk.vendor.clone();
    let ticket = vendor.human_receives_mail(BOX, CUSTOMER, "返品したい", "お願いします");
    vendor
        .human_replies(ticket, CUSTOMER, "承知しました")
        .unwrap();
    assert_eq!(
        desk.told().await,
        ["message_sent"],
        "what a customer writes is no activity"
    );
    desk.pass(MINUTE);
    let memo = vendor.human_writes_memo(ticket, desk.now - DAY, "<div>来店</div>");
    assert!(memo.is_some());
    assert_eq!(
        desk.told().await,
        ["record_memo"],
        "dated back, and written now"
    );
    desk.pass(MINUTE);
    vendor.human_writes_call_memo(ticket, "電話した").unwrap();
    let chat = vendor.human_chats(ticket).unwrap();
    assert_eq!(desk.told().await, ["call_memo"]);
    desk.pass(MINUTE);
    vendor.human_ends_chat(ticket, chat);
    assert_eq!(desk.told().await, ["chat_ended"]);
    desk.pass(MINUTE);
    vendor.human_sets_status(ticket, "closed");
    assert_eq!(desk.told().await, ["ticket_closed"]);
    desk.pass(MINUTE);
    vendor.human_labels(ticket, &[71], &[]);
    assert_eq!(desk.told().await, [""; 0], "a label is none");
}

#[tokio::test]
async fn what_happens_in_the_second_of_a_look_is_seen_by_the_next_one() {
    let mut desk = Desk::new().await;
    desk.pass(MINUTE);
    let vendor = desk.vendor.clone();
    let ticket = vendor.human_receives_mail(BOX, CUSTOMER, "返品したい", "お願いします");
    vendor
        .human_replies(ticket, CUSTOMER, "承知しました")
        .unwrap();
    assert_eq!(desk.told().await, ["message_sent"]);
    vendor.human_writes_memo(ticket, desk.now, "来店").unwrap();
    desk.pass(MINUTE);
    assert_eq!(
        desk.told().await,
        ["record_memo"],
        "the ticket's time is the same as before"
    );
}

#[tokio::test]
async fn only_what_happened_after_the_setting_was_saved_counts() {
    let mut desk = Desk::new().await;
    let vendor = desk.vendor.clone();
    vendor.set_time(START - DAY);
    let ticket = vendor.human_receives_mail(BOX, CUSTOMER, "返品したい", "");
    vendor
        .human_replies(ticket, CUSTOMER, "前日の返信")
        .unwrap();
    let closed = vendor.human_receives_mail(BOX, CUSTOMER, "済んだこと", "");
    vendor.human_sets_status(closed, "closed");
    vendor.set_time(START);
    assert_eq!(desk.told().await, [""; 0]);
    desk.pass(MINUTE);
    vendor
        .human_replies(ticket, CUSTOMER, "今日の返信")
        .unwrap();
    let page = desk.fetch().await;
    assert_eq!(page.bodies.len(), 1);
    assert_eq!(page.bodies[0]["message"]["body"], "今日の返信");
}

#[tokio::test]
async fn a_draft_counts_when_it_is_sent() {
    let mut desk = Desk::new().await;
    let vendor = desk.vendor.clone();
    let ticket = vendor.human_receives_mail(BOX, CUSTOMER, "質問", "");
    let draft = vendor.human_drafts(ticket, CUSTOMER, "下書き").unwrap();
    assert_eq!(desk.told().await, [""; 0]);
    desk.pass(5 * DAY);
    vendor.human_sends(ticket, draft);
    assert_eq!(desk.told().await, ["message_sent"]);
}

#[tokio::test]
async fn closing_an_old_ticket_without_a_message_is_noticed() {
    let mut desk = Desk::new().await;
    let vendor = desk.vendor.clone();
    let ticket = vendor.human_receives_mail(BOX, CUSTOMER, "古いもの", "");
    assert_eq!(desk.told().await, [""; 0]);
    desk.pass(20 * DAY);
    assert_eq!(desk.told().await, [""; 0]);
    vendor.human_sets_status(ticket, "closed");
    desk.pass(MINUTE);
    assert_eq!(desk.told().await, ["ticket_closed"]);
}

#[tokio::test]
async fn a_ticket_that_is_closed_again_is_told_again_under_a_key_of_its_own() {
    let mut desk = Desk::new().await;
    let vendor = desk.vendor.clone();
    let ticket = vendor.human_receives_mail(BOX, CUSTOMER, "質問", "");
    desk.told().await;
    let mut keys = Vec::new();
    for _ in 0..3 {
        desk.pass(MINUTE);
        vendor.human_sets_status(ticket, "closed");
        let page = desk.fetch().await;
        keys.extend(page.bodies.iter().map(|body| desk.key(body)));
        desk.pass(MINUTE);
        vendor.human_sets_status(ticket, "open");
        assert_eq!(desk.told().await, [""; 0]);
    }
    keys.dedup();
    assert_eq!(keys.len(), 3, "{keys:?}");
}

#[tokio::test]
async fn after_a_crash_the_same_is_told_with_the_same_keys() {
    let mut desk = Desk::new().await;
    let vendor = desk.vendor.clone();
    let ticket = vendor.human_receives_mail(BOX, CUSTOMER, "質問", "");
    desk.told().await;
    desk.pass(MINUTE);
    vendor.human_replies(ticket, CUSTOMER, "返信").unwrap();
    vendor.human_sets_status(ticket, "closed");
    let lost = desk.ask().await.unwrap();
    desk.pass(MINUTE);
    vendor.human_labels(ticket, &[71], &[]);
    let again = desk.fetch().await;
    let keys = |page: &Page| {
        page.bodies
            .iter()
            .map(|body| desk.key(body))
            .collect::<Vec<_>>()
    };
    assert_eq!(keys(&lost).len(), 2);
    assert_eq!(
        keys(&lost),
        keys(&again),
        "though the ticket has changed since"
    );
}

#[tokio::test]
async fn a_ticket_that_is_deleted_is_forgotten() {
    let mut desk = Desk::new().await;
    let vendor = desk.vendor.clone();
    let ticket = vendor.human_receives_mail(BOX, CUSTOMER, "質問", "");
    desk.told().await;
    vendor.human_deletes(ticket);
    desk.pass(MINUTE);
    assert_eq!(desk.told().await, [""; 0]);
}

#[tokio::test]
async fn the_body_brings_the_names_behind_the_ids_and_the_customer() {
    let mut desk = Desk::new().await;
    let vendor = desk.vendor.clone();
    desk.told().await;
    let ticket = vendor.human_receives_mail(BOX, CUSTOMER, "返品したい", "");
    vendor.human_labels(ticket, &[72, 999], &[32]);
    vendor.human_assigns(ticket, "taro");
    vendor
        .human_replies(ticket, "山田 花子 <YAMADA@example.com>", "承知")
        .unwrap();
    desk.pass(MINUTE);
    let body = desk.fetch().await.bodies.remove(0);
    assert_eq!(
        body["ticket"]["labels"],
        json!(["お問い合わせ/返品", "999"])
    );
    assert_eq!(
        body["ticket"]["case_categories"],
        json!(["お問い合わせ > 配送"])
    );
    assert_eq!(body["ticket"]["assignee_name"], "大阪 太郎");
    assert_eq!(body["message_box"]["name"], "サポート");
    let data = read(&body).unwrap().data;
    assert_eq!(
        data["customer"]["code"], "C-0001",
        "not the one whose address contains it"
    );
    assert_eq!(data["customer"]["company"], "株式会社山田商店");
    assert!(body["ticket"].get("messages").is_none());
}

#[tokio::test]
async fn with_few_calls_left_the_others_get_them() {
    let mut desk = Desk::new().await;
    desk.vendor.use_calls(29);
    let page = desk.fetch().await;
    assert_eq!(page.rest, Some(Duration::from_secs(60)));
    assert_eq!(page.again_after, Duration::from_secs(60));
    assert_eq!(desk.vendor.calls().len(), 30, "one call, and no more");
    desk.pass(MINUTE);
    let page = desk.fetch().await;
    assert_eq!(page.rest, None, "the pass goes on where it was");
}

#[tokio::test]
async fn no_calls_left_is_a_403_that_waits_for_the_reset() {
    let desk = Desk::new().await;
    desk.vendor.use_calls(60);
    let error = desk.ask().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(error.retry(), Retry::Later(Some(Duration::from_secs(60))));
}

#[tokio::test]
async fn a_403_with_calls_left_is_a_missing_right() {
    let options = Options {
        closed_boxes: vec![BOX],
        ..Options::default()
    };
    let error = Desk::with(options).await.ask().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.retry()),
        (ErrorKind::Rejected, Retry::Never)
    );
    assert!(
        error.message().contains("may not read this message box"),
        "{error}"
    );
}

#[tokio::test]
async fn every_status_has_its_meaning() {
    let left = [("x-ratelimit-remaining", "10")];
    for (status, kind) in [
        (400, ErrorKind::Rejected),
        (401, ErrorKind::Unauthorized),
        (403, ErrorKind::Rejected),
        (404, ErrorKind::NotFound),
        (415, ErrorKind::Rejected),
        (429, ErrorKind::RateLimited),
        (500, ErrorKind::Unavailable),
        (503, ErrorKind::Unavailable),
    ] {
        let error = Always::new(status, &left, r#"{"message":"no"}"#)
            .fetch()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), kind, "{status}");
    }
    let error = Always::new(200, &left, "<html>").fetch().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
}

#[tokio::test]
async fn a_clock_that_is_wrong_makes_no_wait_longer_than_a_minute() {
    for reset in ["1", "99999999999"] {
        let headers = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", reset)];
        let error = Always::new(403, &headers, "{}").fetch().await.unwrap_err();
        let Retry::Later(Some(wait)) = error.retry() else {
            panic!("{error}");
        };
        assert!(wait <= Duration::from_secs(60), "{wait:?}");
    }
}

#[tokio::test]
async fn a_box_of_many_pages_is_seen_whole() {
    let mut desk = Desk::new().await;
    let vendor = desk.vendor.clone();
    let tickets: Vec<_> = (0..130)
        .map(|n| vendor.human_receives_mail(BOX, CUSTOMER, &format!("質問 {n}"), ""))
        .collect();
    let mut told = Vec::new();
    for round in 0..40 {
        if round == 20 {
            tickets
                .iter()
                .for_each(|ticket| vendor.human_sets_status(*ticket, "closed"));
        }
        told.extend(desk.told().await);
        desk.pass(MINUTE);
    }
    assert_eq!(told.len(), 130);
    assert_eq!(vendor.calls_refused(), 0);
}

#[tokio::test]
async fn a_ticket_that_cannot_be_read_is_recorded_and_holds_nothing_up() {
    let mut desk = Desk::new().await;
    desk.told().await;
    let state = desk.cursor.clone().unwrap();
    let mut state = super::super::poll::State::read(&state).unwrap();
    state.begin_pass();
    let row =
        serde_json::from_value(json!({"ticket_id": 1, "last_updated_at": "2023-11-14T22:14:00Z"}));
    state.saw(super::super::poll::Scan::New, 1, &[row.unwrap()]);
    state.unreadable(1);
    let row =
        serde_json::from_value(json!({"ticket_id": 1, "last_updated_at": "2023-11-14T22:14:00Z"}));
    state.saw(super::super::poll::Scan::Open, 1, &[row.unwrap()]);
    assert_eq!(
        state.next(),
        super::super::poll::Next::Nothing,
        "until it changes again"
    );
    let drift = read(&json!({"unreadable": "too large", "ticket": {"ticket_id": 1}}));
    assert_eq!(drift.unwrap_err().field, "ticket");
}
