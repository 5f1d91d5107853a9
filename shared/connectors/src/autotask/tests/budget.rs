use std::time::Duration;

use deskbridge_core::{ErrorKind, Retry};

use super::*;

fn used(count: u64) -> String {
    fixture!("api_threshold").replace("120", &count.to_string())
}

async fn note(desk: &Desk) -> Result<Done> {
    desk.run("add_note", json!({"note": "n"})).await
}

#[tokio::test]
async fn above_the_share_nothing_is_sent_and_everybody_waits() {
    let desk = Desk::new();
    desk.answers_now("GET /ThresholdInformation", 200, &used(8_000));
    let error = note(&desk).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(error.retry(), Retry::Later(Some(Duration::from_secs(180))));
    assert!(
        error.message().starts_with("8000 of this Autotask's 10000"),
        "{error}"
    );
    assert_eq!(
        desk.routes(),
        ["GET /zoneInformation", "GET /ThresholdInformation"]
    );
}

#[tokio::test]
async fn the_share_is_the_owners() {
    let mut desk = Desk::new();
    desk.answers_now("GET /ThresholdInformation", 200, &used(8_000));
    desk.connection = connection(json!({"budget_share": 0.9}));
    assert!(note(&desk).await.is_ok());
    desk.connection = connection(json!({"budget_share": 0.1}));
    assert!(note(&desk).await.is_err());
}

#[tokio::test]
async fn the_count_is_read_again_after_fifty_calls_or_a_minute() {
    let mut desk = Desk::new();
    for _ in 0..49 {
        note(&desk).await.unwrap();
    }
    // The first note also read the list of fields.
    assert_eq!(desk.count("GET /ThresholdInformation"), 1);
    note(&desk).await.unwrap();
    assert_eq!(desk.count("GET /ThresholdInformation"), 2);
    desk.now = NOW + Duration::from_secs(60);
    note(&desk).await.unwrap();
    assert_eq!(desk.count("GET /ThresholdInformation"), 3);
}

#[tokio::test]
async fn our_own_calls_since_the_reading_count_too() {
    let desk = Desk::new();
    desk.answers_now("GET /ThresholdInformation", 200, &used(7_890));
    let mut sent = 0;
    while note(&desk).await.is_ok() {
        sent += 1;
    }
    // Ten calls were left above the reserve of a hundred, of which one read the list of fields.
    assert_eq!(sent, 9);
    assert_eq!(desk.count("GET /ThresholdInformation"), 1);
}

#[tokio::test]
async fn too_many_threads_are_a_short_wait_whatever_the_status() {
    for status in [429, 500] {
        let desk = Desk::new();
        desk.answers_now(
            "POST /Tickets/128926/Notes",
            status,
            fixture!("error_threads"),
        );
        let error = note(&desk).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RateLimited);
        assert_eq!(error.retry(), Retry::Later(Some(Duration::from_secs(5))));
    }
}
