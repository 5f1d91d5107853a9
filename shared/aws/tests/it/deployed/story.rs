//! A webhook becomes an alert, once; what cannot be read ends where a person sees it.

use std::time::Duration;

use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use deskbridge_connectors::http::{Client, Targets};
use deskbridge_core::Timestamp;
use deskbridge_core::event::{ENVELOPE_VERSION, Envelope};
use deskbridge_core::http::{HttpRequest, HttpResponse, Method};
use deskbridge_core::ports::{Store as _, VendorHttp as _};
use deskbridge_local::demo::eventually;
use deskbridge_local::demo::kayako_opsgenie::example;
use deskbridge_local::demo::sandbox::{INTEGRATION, Sandbox};
use serde_json::{Value, json};

use super::stack::Stack;
use crate::whole::credentials;

const POISON: &str = "this is no envelope";
/// The inbound queue's, and a second.
const VISIBILITY: Duration = Duration::from_secs(361);
const MAX_RECEIVES: usize = 10;
const PATIENCES: usize = 8;
/// Two messages that wait for as long are received together.
const DELAY: Duration = Duration::from_secs(60);

pub(super) async fn play(stack: &Stack) {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.opsgenie.set_processing_delay(Duration::ZERO);
    let key = configure(stack, &sandbox).await;
    let received_at = one_webhook_makes_one_alert(stack, &sandbox, &key).await;
    a_wrong_key_is_refused(stack).await;
    a_batch_repeats_only_its_bad_record(stack, &sandbox, envelope(received_at)).await;
}

/// As an owner does it: a token by invoking the function, and with it credentials and an integration.
/// Returns the key that its addresses end in.
async fn configure(stack: &Stack, sandbox: &Sandbox) -> String {
    let token = stack.first_token();
    for (name, fields) in credentials() {
        let path = format!("credentials/{name}");
        let body = json!({ "fields": fields });
        let answer = manage(stack, &token, Method::Put, &path, &body).await;
        assert_eq!(answer.status, 200, "{}", text(&answer));
    }
    let document: Value = serde_saphyr::from_str(&sandbox.document()).unwrap();
    let path = format!("integrations/{INTEGRATION}");
    let created = manage(stack, &token, Method::Put, &path, &document).await;
    assert_eq!(created.status, 201, "{}", text(&created));
    let tried = manage(
        stack,
        &token,
        Method::Post,
        &format!("{path}/try"),
        &json!({}),
    )
    .await;
    assert_eq!(tried.status, 200, "{}", text(&tried));
    let created: Value = serde_json::from_slice(&created.body).unwrap();
    let address = created["addresses"][0].as_str().unwrap();
    address.rsplit('/').next().unwrap().to_owned()
}

async fn manage(
    stack: &Stack,
    token: &str,
    method: Method,
    path: &str,
    body: &Value,
) -> HttpResponse {
    let url = format!("{}/admin/v1/{path}", stack.ministack.url);
    let request = HttpRequest::new(method, url, "management API");
    let request = request
        .header("host", &stack.api)
        .header("authorization", format!("Bearer {token}"));
    Client::new(Targets::Any)
        .unwrap()
        .send(request.json(body))
        .await
        .unwrap()
}

/// Returns when it was received.
async fn one_webhook_makes_one_alert(stack: &Stack, sandbox: &Sandbox, key: &str) -> Timestamp {
    let answer = post(stack, key).await;
    assert_eq!(answer.status, 202, "{}", text(&answer));
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(body["status"], "accepted");
    let alerts = || sandbox.opsgenie.alerts().len();
    soon("an alert", async || alerts() == 1).await;

    assert_eq!(post(stack, key).await.status, 202);
    let event_id = body["event_id"].as_str().unwrap();
    let repeated = async || {
        let event = stack.store.event(event_id).await.unwrap();
        event.is_some_and(|event| event.duplicates == 1)
    };
    soon("the repeat is counted", repeated).await;
    let settled = async || {
        let actions = stack.store.actions_of(event_id).await.unwrap();
        actions.len() == 1 && actions[0].is_settled()
    };
    soon("the action is settled", settled).await;
    assert_eq!(alerts(), 1);
    let event = stack.store.event(event_id).await.unwrap();
    event.unwrap().received_at
}

async fn a_wrong_key_is_refused(stack: &Stack) {
    let answer = post(stack, "another-key").await;
    assert_eq!(answer.status, 404);
    assert!(!text(&answer).contains("another-key"));
}

async fn a_batch_repeats_only_its_bad_record(stack: &Stack, sandbox: &Sandbox, good: Envelope) {
    let (inbound, dlq) = (
        stack.queue("InboundQueue").await,
        stack.queue("InboundDlq").await,
    );
    let good = serde_json::to_string(&good).unwrap();
    let entries = [("good", good.as_str()), ("bad", POISON)].map(|(id, body)| {
        let entry = SendMessageBatchRequestEntry::builder()
            .id(id)
            .message_body(body);
        entry.delay_seconds(DELAY.as_secs() as i32).build().unwrap()
    });
    let batch = stack.sqs.send_message_batch().queue_url(&inbound);
    let sent = batch
        .set_entries(Some(entries.to_vec()))
        .send()
        .await
        .unwrap();
    assert_eq!(sent.failed, []);
    stack.ministack.advance(DELAY);

    let alerts = || sandbox.opsgenie.alerts().len();
    soon("the good one's alert", async || alerts() == 2).await;
    for _ in 0..MAX_RECEIVES {
        let hidden = async || stack.messages(&inbound).await == (0, 1);
        soon("the bad one alone was handed back", hidden).await;
        stack.ministack.advance(VISIBILITY);
    }
    let dead = async || stack.messages(&dlq).await == (1, 0);
    soon("one message was given up", dead).await;
    assert_eq!(stack.messages(&inbound).await, (0, 0));
    let received = stack
        .sqs
        .receive_message()
        .queue_url(&dlq)
        .send()
        .await
        .unwrap();
    assert_eq!(received.messages()[0].body(), Some(POISON));
    assert_eq!(alerts(), 2);
}

/// Functions start cold here, as slowly as the machine is busy.
async fn soon(what: &str, mut seen: impl AsyncFnMut() -> bool) {
    for _ in 0..PATIENCES {
        let yes = eventually(async || seen().await.then_some(())).await;
        if yes.is_some() {
            return;
        }
    }
    panic!("{what}: not seen");
}

async fn post(stack: &Stack, key: &str) -> HttpResponse {
    let url = format!("{}/webhooks/kayako/{key}", stack.ministack.url);
    let request = HttpRequest::new(Method::Post, url, "POST /webhooks/kayako");
    let request = request.header("host", &stack.api).json(&example());
    Client::new(Targets::Any)
        .unwrap()
        .send(request)
        .await
        .unwrap()
}

/// As the webhook function sends it, of another conversation.
fn envelope(received_at: Timestamp) -> Envelope {
    let mut body = example();
    body["Case ID"] = "10".into();
    Envelope {
        version: ENVELOPE_VERSION,
        event_id: "evt_deployed_10".to_owned(),
        delivery_id: "delivery 10".to_owned(),
        integration: INTEGRATION.to_owned(),
        connector: "kayako".to_owned(),
        received_at,
        suppressed: false,
        body: body.to_string(),
    }
}

fn text(answer: &HttpResponse) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}
