use serde_json::json;

use crate::support::{Does, SECRET, Stage, error_type, get, web};

const STEPS: [&str; 10] = [
    "Validate request body contains simple json (key-value pairs)",
    "Validate draft definition",
    "Validate request body against simple input schema",
    "Perform authentication",
    "Resolve request URL template",
    "Resolve request header templates",
    "Resolve request body template",
    "Execute",
    "Resolve translation map",
    "Apply output transformation",
];

#[tokio::test]
async fn names_the_ten_steps_of_the_vendor_in_their_order() {
    let stage = Stage::new(get("https://api.example.com/${input.id}")).await;
    stage.will([Does::Late(
        std::time::Duration::from_millis(70),
        200,
        json!({"a": 1}),
    )]);
    let trace = stage.run("go", json!({"id": "7"})).await.trace;
    let names: Vec<_> = trace.operations.iter().map(|each| each.name).collect();
    assert_eq!(names, STEPS);
    assert!(trace.success && trace.operations.iter().all(|each| each.success));
    assert_eq!(
        trace.operations[4].result,
        Some(json!("https://api.example.com/7"))
    );
    assert_eq!(trace.operations[7].millis, 70);
    assert_eq!(trace.final_result, Some(json!({"a": 1})));
}

#[tokio::test]
async fn names_the_step_that_failed() {
    let stage = Stage::new(get("https://api.example.com/")).await;
    stage.will([Does::Text(200, "nope")]);
    let finished = stage.run("go", json!({})).await;
    assert_eq!(error_type(&finished), "TARGET_NOT_JSON");
    let error = finished.trace.error.unwrap();
    assert_eq!(
        error["failedStep"],
        json!({"step": 9, "name": "Resolve translation map"})
    );
}

#[tokio::test]
async fn a_secret_is_blank_wherever_a_template_puts_it() {
    let stage = Stage::new(json!({"type": "web-services", "credential": "main", "credential_type": "user-defined", "actions": {"go": {"request": {
        "method": "POST",
        "url": "https://api.example.com/?k=$esc.uriEncode(${credentials.password})",
        "headers": {"Authorization": "Basic $encoding.base64(\"${credentials.userName}:${credentials.password}\")", "X-Key": "${credentials.password}"},
        "body": "{\"key\": \"$esc.jsonString($credentials.password)\", \"form\": \"$esc.url($credentials.password)\"}",
    }}}}))
    .await;
    stage.will([Does::Answer(
        400,
        json!({"message": format!("bad key {SECRET}")}),
    )]);
    let finished = stage.run("go", json!({})).await;
    let sent = stage.sent();
    assert!(
        sent[0].own_headers.iter().any(|(_, value)| value == SECRET),
        "the target gets it"
    );
    let shown =
        serde_json::to_string(&finished.trace).unwrap() + &finished.result.unwrap_err().to_string();
    let forms = [
        SECRET,
        "YW5uOnMzY3JldC1jYW5hcnkvKz0",
        "s3cret%2Dcanary",
        "s3cret-canary%2F",
        "s3cret-canary",
    ];
    for form in forms {
        assert!(!shown.contains(form), "{form} in {shown}");
    }
}

#[tokio::test]
async fn a_reference_that_prints_itself_is_a_warning() {
    let stage = Stage::new(get("https://api.example.com/?$filter=x&id=${input.gone}")).await;
    stage.will([Does::Answer(200, json!({}))]);
    let finished = stage.run("go", json!({})).await;
    let warnings = finished.trace.warnings.join("\n");
    assert!(
        warnings.contains("$filter") && warnings.contains("${input.gone}"),
        "{warnings}"
    );
    assert_eq!(
        stage.sent_one().0,
        "https://api.example.com/?$filter=x&id=${input.gone}"
    );
}

#[tokio::test]
async fn steps_9_and_10_run_again_on_a_saved_answer_without_a_call() {
    let stage = Stage::new(web(json!({
        "request": {"method": "GET", "url": "https://api.example.com/"},
        "response": {"values": {"n": "$.items.size()"}, "success": "{\"n\": ${n}}}"},
    })))
    .await;
    let call = stage.call("go", json!({}));
    let finished = stage.runner.replay(&call, r#"{"items": [1, 2, 3]}"#).await;
    assert_eq!(finished.result.unwrap(), json!({"n": 3}));
    let names: Vec<_> = finished
        .trace
        .operations
        .iter()
        .map(|each| each.name)
        .collect();
    assert_eq!(names, STEPS[8..]);
    assert!(
        finished.trace.warnings[0].contains("more than one JSON value"),
        "one brace too many goes through"
    );
    assert!(stage.sent().is_empty());
}

#[tokio::test]
async fn an_unknown_name_in_the_success_template_fails_in_the_vendors_words() {
    let stage = Stage::new(web(json!({
        "request": {"method": "GET", "url": "https://api.example.com/"},
        "response": {"success": "{\"x\": ${gone}}"},
    })))
    .await;
    let finished = stage
        .runner
        .replay(&stage.call("go", json!({})), "{}")
        .await;
    assert_eq!(error_type(&finished), "TEMPLATE_FAILED");
    let message = finished.result.unwrap_err().message;
    assert!(
        message.contains("Variable $gone has not been set at line 1, column 7"),
        "{message}"
    );
}
