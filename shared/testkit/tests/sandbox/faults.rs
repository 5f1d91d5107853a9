//! Each fault looks to a client as its name says.

use std::time::{Duration, Instant};

use deskbridge_testkit::sandbox::Fault;
use deskbridge_testkit::sandbox::opsgenie::Opsgenie;
use reqwest::RequestBuilder;
use serde_json::json;

use crate::support::{PATIENCE, ask, client, opsgenie};

fn create(sandbox: &Opsgenie, alias: &str) -> RequestBuilder {
    client()
        .post(format!("{}/v2/alerts", sandbox.url()))
        .header("authorization", "GenieKey og-sandbox-key")
        .body(json!({ "message": "m", "alias": alias }).to_string())
}

async fn created(sandbox: &Opsgenie, alias: &str) -> usize {
    assert!(sandbox.settled(PATIENCE).await);
    sandbox.created_count(alias)
}

/// The words of an error and of its causes.
fn words(error: &reqwest::Error) -> String {
    let mut all = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        all = format!("{all}: {inner}");
        cause = inner.source();
    }
    all
}

#[tokio::test]
async fn a_host_that_is_down_refuses_connections_until_it_is_up_again() {
    let sandbox = opsgenie().await;
    let keeps_alive = client();
    let url = sandbox.url();
    assert_eq!(ask(keeps_alive.get(&url)).await.status, 200);
    sandbox.script().down().await;
    let error = keeps_alive.get(&url).send().await.unwrap_err();
    assert!(error.is_connect(), "{}", words(&error));
    sandbox.script().up().await;
    assert_eq!(ask(keeps_alive.get(&url)).await.status, 200);
}

#[tokio::test]
async fn a_refused_request_ends_without_an_answer_and_without_effect() {
    let sandbox = opsgenie().await;
    sandbox.script().on("POST", "/v2/alerts", Fault::Refuse);
    let error = create(&sandbox, "a").send().await.unwrap_err();
    assert!(
        words(&error).contains("connection closed before message completed"),
        "{}",
        words(&error)
    );
    assert_eq!(created(&sandbox, "a").await, 0);
    assert_eq!(
        ask(create(&sandbox, "a")).await.status,
        202,
        "one fault meets one request"
    );
    assert_eq!(created(&sandbox, "a").await, 1);
    let log = sandbox.requests();
    assert_eq!((log[0].status, &log[0].fault), (None, &Some(Fault::Refuse)));
    assert_eq!((log[1].status, &log[1].fault), (Some(202), &None));
}

#[tokio::test]
async fn a_reset_comes_before_or_after_the_commit_as_ordered() {
    for (fault, commits) in [(Fault::ResetBeforeCommit, 0), (Fault::CommitThenReset, 1)] {
        let sandbox = opsgenie().await;
        sandbox.script().on("POST", "/v2/alerts", fault);
        let error = create(&sandbox, "a").send().await.unwrap_err();
        assert!(
            words(&error).to_lowercase().contains("reset"),
            "{}",
            words(&error)
        );
        assert_eq!(created(&sandbox, "a").await, commits);
    }
}

#[tokio::test]
async fn a_cut_answer_resets_after_its_first_bytes() {
    let sandbox = opsgenie().await;
    sandbox.script().on(
        "POST",
        "/v2/alerts",
        Fault::CommitThenCut { after_bytes: 320 },
    );
    let response = create(&sandbox, "a").send().await.unwrap();
    assert_eq!(response.status().as_u16(), 202, "the head arrived");
    assert!(response.text().await.is_err(), "the body did not");
    assert_eq!(created(&sandbox, "a").await, 1);
}

#[tokio::test]
async fn a_hang_after_the_commit_lasts_until_the_client_gives_up() {
    let sandbox = opsgenie().await;
    sandbox
        .script()
        .on("POST", "/v2/alerts", Fault::CommitThenHang(None));
    let patience = Duration::from_millis(300);
    let error = create(&sandbox, "a")
        .timeout(patience)
        .send()
        .await
        .unwrap_err();
    assert!(error.is_timeout(), "{}", words(&error));
    assert_eq!(created(&sandbox, "a").await, 1);
}

#[tokio::test]
async fn a_bounded_hang_ends_in_a_closed_connection() {
    let sandbox = opsgenie().await;
    let fault = Fault::CommitThenHang(Some(Duration::from_millis(50)));
    sandbox.script().on("POST", "/v2/alerts", fault);
    let error = create(&sandbox, "a")
        .timeout(PATIENCE)
        .send()
        .await
        .unwrap_err();
    assert!(!error.is_timeout(), "{}", words(&error));
    assert_eq!(created(&sandbox, "a").await, 1);
}

#[tokio::test]
async fn a_delayed_request_is_done_even_when_the_client_has_gone() {
    let sandbox = opsgenie().await;
    let delay = Duration::from_millis(200);
    sandbox
        .script()
        .times(2, "POST", "/v2/alerts", Fault::Delay(delay));
    let begun = Instant::now();
    assert_eq!(ask(create(&sandbox, "patient")).await.status, 202);
    assert!(begun.elapsed() >= delay);
    let patience = Duration::from_millis(50);
    assert!(
        create(&sandbox, "hasty")
            .timeout(patience)
            .send()
            .await
            .unwrap_err()
            .is_timeout()
    );
    let deadline = Instant::now() + PATIENCE;
    while sandbox.created_count("hasty") == 0 {
        assert!(
            Instant::now() < deadline,
            "the delayed create never happened"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn statuses_and_stray_pages_commit_only_if_they_say_so() {
    let cases = [
        (Fault::status(503), 503, 0),
        (Fault::status_with(500, "{\"message\":\"oops\"}"), 500, 0),
        (Fault::CommitThenStatus(500), 500, 1),
        (Fault::HtmlOk, 200, 0),
        (Fault::CommitThenHtml, 200, 1),
        (
            Fault::TooManyRequests {
                retry_after: Duration::from_secs(7),
            },
            429,
            0,
        ),
    ];
    for (fault, status, commits) in cases {
        let sandbox = opsgenie().await;
        sandbox.script().on("*", "/v2/alerts$", fault.clone());
        let answer = ask(create(&sandbox, "a")).await;
        assert_eq!(answer.status, status, "{fault:?}");
        assert_eq!(created(&sandbox, "a").await, commits, "{fault:?}");
        let html = answer
            .header("content-type")
            .unwrap()
            .starts_with("text/html");
        assert_eq!(html, matches!(fault, Fault::HtmlOk | Fault::CommitThenHtml));
    }
}

#[tokio::test]
async fn faults_wait_for_their_request_and_their_turn() {
    let sandbox = opsgenie().await;
    sandbox
        .script()
        .after(1, 2, "POST", "/v2/alerts$", Fault::status(503));
    sandbox
        .script()
        .on("DELETE", "/tags?tags=", Fault::status(502));
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(ask(create(&sandbox, "a")).await.status);
    }
    assert_eq!(seen, [202, 503, 503, 202]);
    assert_eq!(sandbox.script().waiting(), 1);
    let tags = format!("{}/v2/alerts/a/tags?tags=x", sandbox.url());
    let request = client()
        .delete(tags)
        .header("authorization", "GenieKey og-sandbox-key");
    assert_eq!(ask(request).await.status, 502);
    assert_eq!(sandbox.script().waiting(), 0);
}

#[tokio::test]
async fn a_dropped_sandbox_ends_its_connections() {
    let sandbox = opsgenie().await;
    let (client, url) = (client(), sandbox.url());
    let second = sandbox.clone();
    drop(sandbox);
    assert_eq!(
        ask(client.get(&url)).await.status,
        200,
        "a clone keeps it up"
    );
    drop(second);
    let deadline = Instant::now() + PATIENCE;
    while client.get(&url).send().await.is_ok() {
        assert!(Instant::now() < deadline, "still answering");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
