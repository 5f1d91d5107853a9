use std::time::Duration;

use deskbridge_core::ports::Clock as _;
use serde_json::json;

use crate::support::{Does, Stage, error_type, get, post};

/// A generator that needs no crate: the sequence is the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

#[tokio::test]
async fn the_deadline_is_kept_in_ten_thousand_runs_with_slow_targets() {
    let (read, write) = (
        Stage::new(get("https://api.example.com/")).await,
        Stage::new(post("https://api.example.com/", "{}")).await,
    );
    let mut numbers = Numbers(7);
    for number in 0..10_000_u32 {
        let stage = if number % 2 == 0 { &read } else { &write };
        let mut call = stage.call("go", json!({}));
        call.trace = false;
        call.deadline = stage.clock.now() + Duration::from_millis(100 + numbers.below(9_900));
        stage.will((0..3).map(|_| match numbers.below(5) {
            0 => Does::NotReached,
            1 => Does::Answer(503, json!({})),
            2 => Does::With(429, vec![("retry-after", "2")], json!({})),
            _ => Does::Late(Duration::from_millis(numbers.below(12_000)), 200, json!({})),
        }));
        let finished = stage.runner.run(&call).await;
        assert!(
            stage.clock.now() < call.deadline,
            "run {number} ended after its deadline"
        );
        if let Err(error) = &finished.result {
            let known = [
                "TIMEOUT",
                "OUTCOME_UNKNOWN",
                "TARGET_UNREACHABLE",
                "TARGET_FAILED",
                "RATE_LIMITED",
            ];
            assert!(known.contains(&error.error_type.name()), "{error}");
            let unknown = error.error_type.name() == "OUTCOME_UNKNOWN";
            assert!(!unknown || number % 2 == 1, "a read is never unknown");
        }
        stage.clear();
        stage.sent();
    }
}

#[tokio::test]
async fn a_write_that_is_not_answered_in_time_is_unknown_not_failed() {
    let stage = Stage::new(post("https://api.example.com/", "{}")).await;
    stage.will([Does::Late(Duration::from_secs(40), 200, json!({}))]);
    let finished = stage.run("go", json!({})).await;
    assert_eq!(error_type(&finished), "OUTCOME_UNKNOWN");
}

#[tokio::test]
async fn the_actions_own_limit_counts_where_it_is_shorter() {
    let mut settings = post("https://api.example.com/", "{}");
    settings["actions"]["go"]["timeout_seconds"] = json!(3);
    let stage = Stage::new(settings).await;
    stage.will([Does::Late(Duration::from_secs(4), 200, json!({}))]);
    let start = stage.clock.now();
    assert_eq!(
        error_type(&stage.run("go", json!({})).await),
        "OUTCOME_UNKNOWN"
    );
    assert_eq!(stage.clock.now().since(start), Duration::from_secs(3));
}

#[tokio::test]
async fn a_wait_that_does_not_fit_is_told_instead_of_taken() {
    let stage = Stage::new(get("https://api.example.com/")).await;
    stage.will([Does::With(429, vec![("retry-after", "120")], json!({}))]);
    let start = stage.clock.now();
    let finished = stage.run("go", json!({})).await;
    assert_eq!(error_type(&finished), "RATE_LIMITED");
    assert!(finished.result.unwrap_err().message.contains("120 s"));
    assert_eq!(stage.clock.now(), start);
}

#[tokio::test]
async fn without_time_nothing_is_sent() {
    let stage = Stage::new(post("https://api.example.com/", "{}")).await;
    let mut call = stage.call("go", json!({}));
    call.deadline = stage.clock.now();
    assert_eq!(error_type(&stage.runner.run(&call).await), "TIMEOUT");
    assert!(stage.sent().is_empty());
}
