//! Slack, where its own client does not look: limits, addresses for answers, triggers, and the page.

use std::time::Duration;

use deskbridge_testkit::sandbox::Fault;
use deskbridge_testkit::sandbox::slack::{
    ANN, Doors, LEADS, OTHER_TEAM, Options, SUPPORT, Slack, TEAM, TOKEN, signature,
};
use serde_json::{Value, json};

use crate::support::{Answer, Receiver, ask, client};

const NOW: i64 = 1_700_000_000_000;

async fn slack() -> Slack {
    let slack = Slack::start(Options::default()).await.unwrap();
    slack.set_time(NOW);
    slack
}

async fn call(slack: &Slack, method: &str, body: Value) -> Answer {
    let url = format!("{}/api/{method}", slack.url());
    let request = client().post(url).bearer_auth(TOKEN);
    let request = request.header("content-type", "application/json; charset=utf-8");
    ask(request.body(body.to_string())).await
}

async fn post(slack: &Slack, channel: &str) -> Answer {
    call(
        slack,
        "chat.postMessage",
        json!({"channel": channel, "text": "hello"}),
    )
    .await
}

async fn receiver(slack: &Slack) -> Receiver {
    let receiver = Receiver::start().await;
    let url = receiver.url.clone();
    slack.send_requests_to(Doors {
        commands: url.clone(),
        interactions: url.clone(),
        events: url,
    });
    receiver
}

#[tokio::test]
async fn a_channel_takes_three_at_once_and_then_one_a_second() {
    let slack = slack().await;
    for _ in 0..3 {
        assert_eq!(post(&slack, SUPPORT).await.json()["ok"], true);
    }
    let limited = post(&slack, SUPPORT).await;
    assert_eq!(
        (limited.status, limited.header("retry-after")),
        (429, Some("1"))
    );
    assert_eq!(
        post(&slack, "C0GENERAL").await.status,
        200,
        "another channel is free"
    );
    slack.set_time(NOW + 1_000);
    assert_eq!(post(&slack, SUPPORT).await.status, 200);
    assert_eq!(post(&slack, SUPPORT).await.status, 429);
    assert_eq!(slack.messages(TEAM, SUPPORT).len(), 4);
}

#[tokio::test]
async fn a_lost_answer_is_a_message_all_the_same() {
    let slack = slack().await;
    slack
        .script()
        .on("POST", "chat.postMessage", Fault::CommitThenStatus(503));
    assert_eq!(post(&slack, SUPPORT).await.status, 503);
    assert_eq!(slack.messages(TEAM, SUPPORT).len(), 1);
    let wait = Duration::from_secs(9);
    slack.script().on(
        "POST",
        "chat.postMessage",
        Fault::TooManyRequests { retry_after: wait },
    );
    let limited = post(&slack, SUPPORT).await;
    assert_eq!(
        (limited.status, limited.header("retry-after")),
        (429, Some("9"))
    );
    assert_eq!(limited.json()["error"], "ratelimited");
}

#[tokio::test]
async fn an_address_for_answers_is_good_five_times_and_for_half_an_hour() {
    let slack = slack().await;
    let fields = |typed: &str| -> String {
        let mut pairs = url::form_urlencoded::parse(typed.as_bytes());
        pairs
            .find(|(name, _)| name == "response_url")
            .unwrap()
            .1
            .into_owned()
    };
    let url = fields(&slack.typed((TEAM, ANN, LEADS), "/desk", "mine").body);
    let body = json!({"text": "here", "response_type": "in_channel"}).to_string();
    for _ in 0..5 {
        let answer = ask(client().post(&url).body(body.clone())).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, "ok"));
    }
    let sixth = ask(client().post(&url).body(body.clone())).await;
    assert_eq!(
        (sixth.status, &sixth.json()["error"]),
        (404, &json!("used_url"))
    );
    assert_eq!(
        slack.messages(TEAM, LEADS).len(),
        5,
        "though the app is not in the channel"
    );
    let url = fields(&slack.typed((TEAM, ANN, LEADS), "/desk", "mine").body);
    slack.set_time(NOW + 30 * 60 * 1_000 + 1);
    let late = ask(client().post(&url).body(body)).await;
    assert_eq!(late.json()["error"], "expired_url");
}

#[tokio::test]
async fn a_trigger_opens_one_form_within_three_seconds() {
    let slack = slack().await;
    let view = json!({"type": "modal", "title": {"type": "plain_text", "text": "A form"},
        "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}]});
    let trigger = |slack: &Slack| {
        let body = slack.typed((TEAM, ANN, SUPPORT), "/desk", "create").body;
        body.split("trigger_id=").nth(1).unwrap().to_owned()
    };
    let first = json!({"trigger_id": trigger(&slack), "view": view});
    assert_eq!(
        call(&slack, "views.open", first.clone()).await.json()["ok"],
        true
    );
    let again = call(&slack, "views.open", first).await.json();
    assert_eq!(again["error"], "exchanged_trigger_id");
    let late = json!({"trigger_id": trigger(&slack), "view": view});
    slack.set_time(NOW + 3_001);
    assert_eq!(
        call(&slack, "views.open", late).await.json()["error"],
        "expired_trigger_id"
    );
    assert_eq!(slack.views().len(), 1);
}

#[tokio::test]
async fn its_requests_are_signed_at_the_time_it_goes_by() {
    let slack = slack().await;
    let receiver = receiver(&slack).await;
    let said = slack
        .human_types((TEAM, ANN, SUPPORT), "/desk", "mine & more")
        .await;
    assert_eq!(
        said.status, 202,
        "what the app answered is what people are shown"
    );
    let headers = receiver.headers().remove(0);
    let (request, _) = slack.said().remove(0);
    assert_eq!(headers["x-slack-request-timestamp"], "1700000000");
    let expected = signature("slack-sandbox-signing-secret", NOW / 1_000, &request.body);
    assert_eq!(headers["x-slack-signature"], expected);
    assert!(
        request.body.contains("text=mine+%26+more"),
        "{}",
        request.body
    );
    slack.say_again(&request).await;
    assert_eq!(receiver.headers()[1]["x-slack-retry-num"], "1");
}

/// The digits are those of Slack's own page on verifying requests.
#[test]
fn a_signature_is_the_one_of_slacks_example() {
    let body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V\
                &channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=\
                &response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN\
                &trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    assert_eq!(
        signature("8f742231b10e8888abcd99yyyzzz85a5", 1_531_420_618, body),
        "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    );
}

#[tokio::test]
async fn an_app_that_is_removed_says_so_twice_and_its_token_is_good_no_more() {
    let slack = slack().await;
    let receiver = receiver(&slack).await;
    slack.human_uninstalls(TEAM).await;
    let types: Vec<_> = receiver
        .bodies()
        .iter()
        .map(|body| body["event"]["type"].clone())
        .collect();
    assert_eq!(types, ["tokens_revoked", "app_uninstalled"]);
    assert_eq!(
        post(&slack, SUPPORT).await.json()["error"],
        "account_inactive"
    );
}

#[tokio::test]
async fn the_page_shows_messages_as_people_see_them_and_runs_nothing() {
    let slack = slack().await;
    let text = "*Closed* <https://desk.example.com/?a=\"b|#42 &lt;script&gt;>";
    let blocks = json!([{"type": "section", "text": {"type": "mrkdwn", "text": text}}]);
    call(
        &slack,
        "chat.postMessage",
        json!({"channel": SUPPORT, "text": "x", "blocks": blocks}),
    )
    .await;
    let page = ask(client().get(slack.url())).await.text;
    assert!(page.contains("<b>Closed</b>"), "{page}");
    assert!(
        page.contains("<a href=\"https://desk.example.com/?a=%22b\">#42 &lt;script&gt;</a>"),
        "{page}"
    );
    assert!(page.contains("Other (without the app)") && !page.contains("<script"));
    assert!(slack.messages(OTHER_TEAM, SUPPORT).is_empty());
}
