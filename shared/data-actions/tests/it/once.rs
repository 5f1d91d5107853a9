use std::time::Duration;

use deskbridge_data_actions::Execution;
use serde_json::json;

use crate::support::{Does, Stage, error_type, get, post};

fn keyed(stage: &Stage, key: &str, input: serde_json::Value) -> Execution {
    Execution {
        request_key: Some(key.to_owned()),
        ..stage.call("go", input)
    }
}

#[tokio::test]
async fn a_repeat_gets_the_first_result_also_after_a_restart() {
    let stage = Stage::new(post("https://api.example.com/", "{}")).await;
    stage.will([Does::Answer(201, json!({"id": 7}))]);
    let call = keyed(&stage, "conversation-1/create", json!({"a": "x"}));
    let first = stage.runner.run(&call).await.result.unwrap();
    let stage = stage.restarted();
    let again = stage.runner.run(&call).await;
    assert_eq!(
        (again.result.unwrap(), first),
        (json!({"id": 7}), json!({"id": 7}))
    );
    assert_eq!(stage.sent().len(), 1, "one call for both");
    assert!(
        again.trace.warnings[0].contains("first call"),
        "{:?}",
        again.trace.warnings
    );
}

#[tokio::test]
async fn an_unknown_outcome_stays_unknown_and_is_never_sent_again() {
    let stage = Stage::new(post("https://api.example.com/", "{}")).await;
    stage.will([Does::Breaks]);
    let call = keyed(&stage, "k", json!({}));
    let first = stage.runner.run(&call).await;
    let second = stage.runner.run(&call).await;
    assert_eq!(
        (error_type(&first), error_type(&second)),
        ("OUTCOME_UNKNOWN", "OUTCOME_UNKNOWN")
    );
    let reference =
        |finished: deskbridge_data_actions::Finished| finished.result.unwrap_err().reference;
    assert_eq!(
        reference(first),
        reference(second),
        "one reference for one call"
    );
    assert_eq!(stage.sent().len(), 1);
}

#[tokio::test]
async fn what_took_no_effect_may_be_tried_again_with_the_same_key() {
    let stage = Stage::new(post("https://api.example.com/", "{}")).await;
    stage.will([
        Does::Answer(422, json!({})),
        Does::Answer(200, json!({"id": 8})),
    ]);
    let call = keyed(&stage, "k", json!({}));
    assert_eq!(error_type(&stage.runner.run(&call).await), "TARGET_FAILED");
    assert_eq!(
        stage.runner.run(&call).await.result.unwrap(),
        json!({"id": 8})
    );
    assert_eq!(
        stage.runner.run(&call).await.result.unwrap(),
        json!({"id": 8})
    );
    assert_eq!(stage.sent().len(), 2);
}

#[tokio::test]
async fn a_key_names_one_input() {
    let stage = Stage::new(post("https://api.example.com/", "{}")).await;
    stage.will([Does::Answer(200, json!({}))]);
    stage
        .runner
        .run(&keyed(&stage, "k", json!({"a": "1"})))
        .await
        .result
        .unwrap();
    let other = stage
        .runner
        .run(&keyed(&stage, "k", json!({"a": "2"})))
        .await;
    assert_eq!(error_type(&other), "REQUEST_KEY_REUSED");
}

#[tokio::test]
async fn of_two_at_once_one_is_sent_and_the_other_is_told_so() {
    let stage = Stage::new(post("https://api.example.com/", "{}")).await;
    stage.will([Does::Answer(200, json!({"id": 1}))]);
    let call = keyed(&stage, "k", json!({}));
    let (first, second) = tokio::join!(stage.runner.run(&call), stage.runner.run(&call));
    let told = |finished: &deskbridge_data_actions::Finished| match &finished.result {
        Ok(value) => value.to_string(),
        Err(error) => error.error_type.name().to_owned(),
    };
    let mut both = [told(&first), told(&second)];
    both.sort();
    assert!(both.contains(&"{\"id\":1}".to_owned()), "{both:?}");
    assert!(
        both.iter()
            .all(|each| each == "IN_PROGRESS" || each == "{\"id\":1}"),
        "{both:?}"
    );
    assert_eq!(stage.sent().len(), 1);
}

#[tokio::test]
async fn a_write_whose_process_died_is_unknown_once_its_time_is_over() {
    let stage = Stage::new(post("https://api.example.com/", "{}")).await;
    let call = keyed(&stage, "k", json!({}));
    // The process dies while the target takes its time: the future is dropped in mid-call.
    stage.will([Does::Stuck]);
    let died = tokio::time::timeout(Duration::from_millis(200), stage.runner.run(&call)).await;
    assert!(died.is_err());
    let stage = stage.restarted();
    assert_eq!(error_type(&stage.runner.run(&call).await), "IN_PROGRESS");
    stage.clock.advance(Duration::from_secs(60));
    assert_eq!(
        error_type(&stage.runner.run(&call).await),
        "OUTCOME_UNKNOWN"
    );
    assert_eq!(stage.sent().len(), 1);
}

#[tokio::test]
async fn a_read_that_died_is_simply_read_again() {
    let stage = Stage::new(get("https://api.example.com/")).await;
    stage.will([Does::Stuck, Does::Answer(200, json!({"n": 1}))]);
    let call = keyed(&stage, "k", json!({}));
    let died = tokio::time::timeout(Duration::from_millis(200), stage.runner.run(&call)).await;
    assert!(died.is_err());
    assert_eq!(
        stage.runner.run(&call).await.result.unwrap(),
        json!({"n": 1})
    );
}
