use std::time::Duration;

use deskbridge_core::{ErrorKind, Retry};
use deskbridge_testkit::sandbox::slack::GENERAL;

use super::*;

fn numbered(number: usize, channel: &str) -> Action {
    Action {
        id: format!("act_{number:016}"),
        ..action(
            "post_message",
            json!({"channel": channel, "text": format!("message {number}")}),
        )
    }
}

fn wait(error: &Error) -> Duration {
    assert_eq!(error.kind(), ErrorKind::Paced, "{error}");
    match error.retry() {
        Retry::Later(Some(wait)) => wait,
        other => panic!("{other:?}"),
    }
}

/// Each comes back when it was told to, as the sweep has it.
#[tokio::test]
async fn a_burst_to_one_channel_keeps_slacks_rate_and_loses_nothing() {
    let mut desk = Desk::new().await;
    let mut waiting: Vec<(i64, Action)> = (0..200)
        .map(|number| (NOW, numbered(number, SUPPORT)))
        .collect();
    let (mut tries, mut refused) = (0, 0);
    while !waiting.is_empty() {
        let next = waiting.iter().map(|(at, _)| *at).min().unwrap();
        desk.pass(next - desk.now);
        let due = waiting.iter().position(|(at, _)| *at == next).unwrap();
        let (_, action) = waiting.remove(due);
        tries += 1;
        if let Err(error) = desk.carry_out(&action).await {
            let wait = i64::try_from(wait(&error).as_millis()).unwrap();
            refused += usize::from(error.http_status().is_some());
            waiting.push((desk.now + wait, action));
        }
    }
    let posted = desk.vendor.messages(TEAM, SUPPORT);
    assert_eq!(posted.len(), 200);
    assert_eq!(
        tries, 397,
        "three at once; each other asks for its turn, and goes when it comes"
    );
    assert_eq!(refused, 0, "Slack never had to refuse");
    let times: Vec<_> = posted.iter().map(|message| message.at).collect();
    assert!(times.windows(4).all(|four| four[3] - four[0] >= 1_000));
}

#[tokio::test]
async fn another_channel_goes_on_meanwhile() {
    let desk = Desk::new().await;
    for number in 1..=3 {
        desk.carry_out(&numbered(number, SUPPORT)).await.unwrap();
    }
    let error = desk.carry_out(&numbered(4, SUPPORT)).await.unwrap_err();
    assert_eq!(wait(&error), Duration::from_secs(1));
    desk.carry_out(&numbered(5, GENERAL)).await.unwrap();
}

/// Another process posts there too, so that our own count is not enough.
#[tokio::test]
async fn slacks_own_refusal_holds_the_channel_and_the_refused_goes_first() {
    let mut desk = Desk::new().await;
    let limited = HttpResponse {
        headers: vec![("retry-after".to_owned(), "9".to_owned())],
        ..answer(429, &json!({"ok": false, "error": "ratelimited"}))
    };
    desk.instead(Instead::Of(limited));
    let error = desk.carry_out(&numbered(1, SUPPORT)).await.unwrap_err();
    assert_eq!(wait(&error), Duration::from_secs(9));
    desk.pass(1_000);
    let error = desk.carry_out(&numbered(2, SUPPORT)).await.unwrap_err();
    assert_eq!(wait(&error), Duration::from_secs(9), "behind the first");
    desk.pass(8_000);
    desk.carry_out(&numbered(1, SUPPORT)).await.unwrap();
    desk.pass(1_000);
    desk.carry_out(&numbered(2, SUPPORT)).await.unwrap();
}
