//! The host runs a real runtime, and says what became of one that is none.
#![cfg(test)]

use deskbridge_lambda_host::{Failure, Function};
use serde_json::{Value, json};
use tokio::process::Command;

async fn hello() -> Function {
    let command = Command::new(env!("CARGO_BIN_EXE_lambda-hello"));
    Function::start(command).await.unwrap()
}

#[tokio::test]
async fn each_event_gets_its_response() {
    let mut function = hello().await;
    for _ in 0..3 {
        let body = function.invoke("{}").await.unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body, json!({ "statusCode": 200, "body": "hello" }));
    }
    function.stop().await.unwrap();
}

#[tokio::test]
async fn a_start_has_its_figures() {
    let mut function = hello().await;
    assert!(function.ready_after().is_none());
    function.idle().await.unwrap();
    assert!(function.ready_after().is_some());
    let usage = function.usage().unwrap();
    assert!(!usage.processor.is_zero());
    assert!(usage.resident > 0);
}

#[tokio::test]
async fn an_event_that_fails_is_told_from_a_response() {
    let mut function = hello().await;
    let unreadable = function.invoke("no JSON").await;
    assert!(
        matches!(unreadable, Err(Failure::Handler(_))),
        "{unreadable:?}"
    );
    function.invoke("{}").await.unwrap();
}

#[tokio::test]
async fn a_process_that_ends_fails_its_start() {
    let mut function = Function::start(Command::new("false")).await.unwrap();
    let ended = function.idle().await;
    assert!(matches!(ended, Err(Failure::Process(_))), "{ended:?}");
}
