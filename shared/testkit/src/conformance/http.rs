//! The suite of `VendorHttp`: what leaves, what comes back, and what an error promises.

use std::sync::Arc;
use std::time::Duration;

use deskbridge_core::http::{HttpRequest, HttpResponse, MAX_RESPONSE_BYTES, Method};
use deskbridge_core::ports::VendorHttp;
use deskbridge_core::{ErrorKind, Result};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// A client that may call loopback addresses.
pub trait VendorHttpHarness: Send + Sync {
    fn http(&self) -> Arc<dyn VendorHttp>;
}

/// Makes a test of each case of the suite.
#[macro_export]
macro_rules! vendor_http_conformance {
    ($fresh:expr) => {
        $crate::conformance_cases! { $fresh, $crate::conformance::http {
            a_refused_connection_was_certainly_not_sent
            a_connection_that_breaks_leaves_the_outcome_unknown
            a_vendor_that_never_answers_leaves_the_outcome_unknown
            a_cut_answer_leaves_the_outcome_unknown
            an_answer_that_never_ends_is_cut_off
            every_complete_answer_is_an_answer
            a_redirect_is_not_followed
            a_request_is_sent_once
            nothing_of_the_address_is_in_an_error
        } }
    };
}

pub async fn a_refused_connection_was_certainly_not_sent(harness: &dyn VendorHttpHarness) {
    let error = post(harness, &free_address().await)
        .await
        .expect_err("nobody listens");
    assert_eq!(error.kind(), ErrorKind::NotSent);
}

pub async fn a_connection_that_breaks_leaves_the_outcome_unknown(harness: &dyn VendorHttpHarness) {
    let (url, _) = vendor(Vec::new(), Ending::Close).await;
    assert_unknown(post(harness, &url).await);
}

pub async fn a_vendor_that_never_answers_leaves_the_outcome_unknown(
    harness: &dyn VendorHttpHarness,
) {
    let (url, _) = vendor(Vec::new(), Ending::Hang).await;
    assert_unknown(post(harness, &url).await);
}

pub async fn a_cut_answer_leaves_the_outcome_unknown(harness: &dyn VendorHttpHarness) {
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"half".to_vec();
    let (url, _) = vendor(answer, Ending::Close).await;
    assert_unknown(post(harness, &url).await);
}

pub async fn an_answer_that_never_ends_is_cut_off(harness: &dyn VendorHttpHarness) {
    let mut answer = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n".to_vec();
    answer.resize(answer.len() + MAX_RESPONSE_BYTES + 1, b'x');
    let (url, _) = vendor(answer, Ending::Close).await;
    assert_unknown(post(harness, &url).await);
}

pub async fn every_complete_answer_is_an_answer(harness: &dyn VendorHttpHarness) {
    for status in [200, 202, 400, 401, 404, 429, 454, 500, 503] {
        let answer =
            format!("HTTP/1.1 {status} X\r\nretry-after: 7\r\ncontent-length: 2\r\n\r\n{{}}");
        let (url, _) = vendor(answer.into_bytes(), Ending::Close).await;
        let answer = post(harness, &url).await.expect("an answer");
        assert_eq!(
            (answer.status, answer.body.as_slice()),
            (status, &b"{}"[..])
        );
        assert_eq!(answer.header("retry-after"), Some("7"));
    }
}

pub async fn a_redirect_is_not_followed(harness: &dyn VendorHttpHarness) {
    let elsewhere = free_address().await;
    let answer = format!("HTTP/1.1 307 X\r\nlocation: {elsewhere}\r\ncontent-length: 0\r\n\r\n");
    let (url, _) = vendor(answer.into_bytes(), Ending::Close).await;
    assert_eq!(post(harness, &url).await.expect("an answer").status, 307);
}

pub async fn a_request_is_sent_once(harness: &dyn VendorHttpHarness) {
    let (url, mut requests) = vendor(Vec::new(), Ending::Close).await;
    assert_unknown(post(harness, &url).await);
    assert!(requests.recv().await.is_some());
    assert!(requests.try_recv().is_err(), "it was repeated");
}

pub async fn nothing_of_the_address_is_in_an_error(harness: &dyn VendorHttpHarness) {
    let error = post(harness, &free_address().await)
        .await
        .expect_err("nobody listens");
    let shown = format!("{error} {error:?}");
    assert!(
        !shown.contains("canary") && !shown.contains("127.0.0.1"),
        "{shown}"
    );
    assert!(shown.contains("POST /things"), "{shown}");
}

async fn post(harness: &dyn VendorHttpHarness, url: &str) -> Result<HttpResponse> {
    let request = HttpRequest::new(Method::Post, format!("{url}/canary?canary"), "POST /things");
    let request = HttpRequest {
        timeout: Duration::from_millis(500),
        body: Some(b"{}".to_vec()),
        ..request
    };
    harness.http().send(request).await
}

fn assert_unknown(answer: Result<HttpResponse>) {
    let error = answer.expect_err("no answer");
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
}

async fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    format!("http://{}", listener.local_addr().expect("an address"))
}

#[derive(Clone, Copy)]
enum Ending {
    Close,
    Hang,
}

/// Listens, and answers every connection's first bytes with `answer`; reports each connection.
async fn vendor(answer: Vec<u8>, ending: Ending) -> (String, tokio::sync::mpsc::Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let (heard, requests) = tokio::sync::mpsc::channel(16);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut first = [0_u8; 4096];
            if stream.read(&mut first).await.is_err() {
                continue;
            }
            heard.send(()).await.ok();
            // The client may have heard enough before all is said.
            stream.write_all(&answer).await.ok();
            stream.flush().await.ok();
            if let Ending::Hang = ending {
                tokio::time::sleep(Duration::from_secs(60)).await;
            }
        }
    });
    (url, requests)
}
