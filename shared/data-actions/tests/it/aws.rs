//! Roles that are assumed, functions that are called, and what their failures mean.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use deskbridge_core::http::HttpRequest;
use serde_json::{Value, json};

use crate::support::{Does, Stage, body, error_type};

const ARN: &str = "arn:aws:lambda:eu-central-1:123456789012:function:find";
const ASSUMED: &str = "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials><AccessKeyId>ASIA0001</AccessKeyId><SecretAccessKey>assumed-secret</SecretAccessKey><SessionToken>assumed-session/+=</SessionToken><Expiration>2026-11-22T08:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";
const KEYS: [(&str, &str); 4] = [
    ("ARN", "arn:aws:iam::123456789012:role/flow"),
    ("externalId", "org-1"),
    ("accessKeyId", "AKIA0001"),
    ("secretAccessKey", "own-secret-canary"),
];

fn settings(url: &str) -> Value {
    json!({"type": "aws-lambda", "credential": "main", "region": "eu-central-1", "actions": {"go": {"request": {
        "method": "POST", "url": url, "headers": {"x-caller": "flow"}, "body": "{\"id\": \"$!{input.id}\"}",
    }}}})
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> &'a str {
    let mut headers = request.headers.iter();
    let found = headers.find(|(key, _)| *key == name);
    found.map(|(_, value)| value.as_str()).unwrap_or_default()
}

fn failed(error: Value) -> Does {
    Does::With(200, vec![("x-amz-function-error", "Unhandled")], error)
}

#[tokio::test]
async fn a_role_is_assumed_once_and_signs_every_call() {
    let stage = Stage::with(settings(ARN), &KEYS).await;
    let done = Does::Answer(200, json!({"statusCode": 400}));
    stage.will([Does::Text(200, ASSUMED), done.clone(), done]);
    for _ in 0..2 {
        let finished = stage.run("go", json!({"id": "7"})).await;
        assert_eq!(
            finished.result.unwrap(),
            json!({"statusCode": 400}),
            "what is returned is a success"
        );
        let trace = serde_json::to_string(&finished.trace).unwrap();
        assert!(!trace.contains("secret") && !trace.contains("assumed-session"));
    }
    let sent = stage.sent();
    assert_eq!(sent.len(), 3);
    assert_eq!(sent[0].url, "https://sts.eu-central-1.amazonaws.com/");
    assert!(body(&sent[0]).ends_with("&ExternalId=org-1"));
    let signed = header(&sent[0], "authorization");
    assert!(
        signed.starts_with("AWS4-HMAC-SHA256 Credential=AKIA0001/"),
        "{signed}"
    );
    let call = &sent[2];
    assert_eq!(
        call.url,
        "https://lambda.eu-central-1.amazonaws.com/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu%2Dcentral%2D1%3A123456789012%3Afunction%3Afind/invocations"
    );
    let signed = header(call, "authorization");
    assert!(
        signed.starts_with("AWS4-HMAC-SHA256 Credential=ASIA0001/"),
        "{signed}"
    );
    assert_eq!(header(call, "x-amz-security-token"), "assumed-session/+=");
    let context = STANDARD
        .decode(header(call, "x-amz-client-context"))
        .unwrap();
    assert_eq!(context, br#"{"x-caller":"flow"}"#);
}

#[tokio::test]
async fn a_function_that_throws_has_refused_and_one_that_was_stopped_may_have_taken_effect() {
    let cases = [
        (
            json!({"errorType": "NotFound", "errorMessage": "No such customer"}),
            "TARGET_FAILED",
        ),
        (
            json!({"errorType": "Sandbox.Timedout", "errorMessage": "Task timed out"}),
            "OUTCOME_UNKNOWN",
        ),
        (
            json!({"errorMessage": "Task timed out after 3.00 seconds"}),
            "OUTCOME_UNKNOWN",
        ),
        (json!({"errorType": "Runtime.ExitError"}), "OUTCOME_UNKNOWN"),
    ];
    for (error, expected) in cases {
        let stage = Stage::with(settings(ARN), &KEYS).await;
        stage.will([Does::Text(200, ASSUMED), failed(error.clone())]);
        let finished = stage.run("go", json!({})).await;
        assert_eq!(error_type(&finished), expected, "{error}");
        assert_eq!(finished.result.unwrap_err().target_status, Some(500));
    }
}

#[tokio::test]
async fn which_function_is_called_is_never_an_inputs_choice() {
    let chosen = "arn:aws:lambda:eu-central-1:123456789012:function:${input.id}";
    let stage = Stage::with(settings(chosen), &KEYS).await;
    stage.will([Does::Text(200, ASSUMED)]);
    let finished = stage.run("go", json!({"id": "delete-everything"})).await;
    assert_eq!(error_type(&finished), "REQUEST_REFUSED");
    let stage = Stage::with(settings("find-customer"), &KEYS).await;
    stage.will([Does::Text(200, ASSUMED)]);
    assert_eq!(
        error_type(&stage.run("go", json!({})).await),
        "MISCONFIGURED"
    );
}

#[tokio::test]
async fn a_refused_role_and_missing_keys_say_what_to_do() {
    let denied = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>canary</Message></Error></ErrorResponse>";
    let stage = Stage::with(settings(ARN), &KEYS).await;
    stage.will([Does::Text(403, denied)]);
    let finished = stage.run("go", json!({})).await;
    assert_eq!(error_type(&finished), "INVALID_CREDENTIALS");
    let message = finished.result.unwrap_err().message;
    assert!(
        message.contains("AccessDenied") && !message.contains("canary"),
        "{message}"
    );
    let stage = Stage::with(settings(ARN), &KEYS[..2]).await;
    let finished = stage.run("go", json!({})).await;
    assert_eq!(error_type(&finished), "MISCONFIGURED");
    assert!(
        finished
            .result
            .unwrap_err()
            .message
            .contains("AWS_ACCESS_KEY_ID")
    );
}
