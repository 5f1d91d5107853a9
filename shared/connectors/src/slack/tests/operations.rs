use deskbridge_core::ErrorKind;
use deskbridge_core::Retry;
use deskbridge_testkit::sandbox::slack::{ANN, GENERAL, LEADS};

use super::*;

fn notification() -> Value {
    json!({
        "channel": SUPPORT, "headline": "Ticket *closed* by <@U0BOB>", "ticket": ticket(),
        "note": "Dear all,\n> it works <!here>\n\nAnn", "buttons": ["comment", "reply", "close"],
        "context": "Zoho Desk · Sales",
    })
}

#[tokio::test]
async fn a_notification_is_posted_with_its_card_and_buttons() {
    let desk = Desk::new().await;
    let done = desk.run("post_message", notification()).await.unwrap();
    let message = desk.vendor.messages(TEAM, SUPPORT).remove(0);
    assert_eq!(done.entity.unwrap().id, format!("{SUPPORT}/{}", message.ts));
    assert_eq!(
        json!(done.result),
        json!({"channel": SUPPORT, "ts": message.ts})
    );
    assert_snapshot("post_message", &desk.sent("POST chat.postMessage"));
}

#[tokio::test]
async fn a_message_goes_into_its_thread() {
    let desk = Desk::new().await;
    let first = desk.vendor.human_writes((TEAM, ANN, SUPPORT), "hello");
    let params = json!({"channel": SUPPORT, "text": "Done", "thread_ts": first.ts});
    desk.run("post_message", params).await.unwrap();
    assert_eq!(
        desk.vendor.messages(TEAM, SUPPORT)[1].thread_ts,
        Some(first.ts)
    );
}

#[tokio::test]
async fn blocks_of_the_owners_own_are_sent_as_they_are() {
    let desk = Desk::new().await;
    let blocks = json!([{"type": "divider"}]);
    let params = json!({"channel": SUPPORT, "text": "<a>", "blocks": blocks});
    desk.run("post_message", params).await.unwrap();
    let sent = desk.sent("POST chat.postMessage");
    assert_eq!(
        (&sent["blocks"], &sent["text"]),
        (&blocks, &json!("&lt;a&gt;"))
    );
}

#[tokio::test]
async fn a_direct_message_opens_its_channel_once() {
    let mut desk = Desk::new().await;
    for _ in 0..2 {
        let params = json!({"user": ANN, "headline": "Assigned to you", "ticket": ticket()});
        desk.run("direct_message", params).await.unwrap();
        desk.pass(2_000);
    }
    let channel = desk.vendor.direct_channel(TEAM, ANN).unwrap();
    assert_eq!(desk.vendor.messages(TEAM, &channel).len(), 2);
    let requests = desk.requests.lock().unwrap();
    let opened = requests
        .iter()
        .filter(|request| request.call == "POST conversations.open");
    assert_eq!(opened.count(), 1);
}

#[tokio::test]
async fn a_direct_message_goes_to_whom_the_action_is_about() {
    let desk = Desk::new().await;
    let action = action("direct_message", json!({"text": "hello"}));
    let about = crate::slack::user(TEAM, ANN);
    let call = Call {
        target: Some(&about),
        ..desk.call(&action)
    };
    let prepared = desk.slack.prepare(&call).await.unwrap();
    desk.slack.send(&call, prepared).await.unwrap();
    assert!(desk.vendor.direct_channel(TEAM, ANN).is_some());
    let error = desk
        .run("direct_message", json!({"text": "hello"}))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Misconfigured);
}

#[tokio::test]
async fn a_message_is_changed_where_it_stands() {
    let desk = Desk::new().await;
    desk.run("post_message", notification()).await.unwrap();
    let ts = desk.vendor.messages(TEAM, SUPPORT)[0].ts.clone();
    let params = json!({"channel": SUPPORT, "ts": ts, "text": "Closed"});
    desk.run("update_message", params).await.unwrap();
    let messages = desk.vendor.messages(TEAM, SUPPORT);
    assert_eq!((messages.len(), messages[0].edited), (1, true));
    let params = json!({"channel": SUPPORT, "ts": 1.5, "text": "Closed"});
    let error = desk.run("update_message", params).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Misconfigured);
}

#[tokio::test]
async fn an_ephemeral_message_is_for_one_person() {
    let desk = Desk::new().await;
    let params = json!({"channel": SUPPORT, "user": ANN, "text": "Only you"});
    desk.run("post_ephemeral", params).await.unwrap();
    let message = desk.vendor.messages(TEAM, SUPPORT).remove(0);
    assert_eq!(message.only_for.as_deref(), Some(ANN));
}

fn response_url(desk: &Desk) -> String {
    let typed = desk.vendor.typed((TEAM, ANN, SUPPORT), "/desk", "mine");
    let body = Slack::default();
    let text = deskbridge_core::connector::Webhook::json(
        &body,
        Some("application/x-www-form-urlencoded"),
        &typed.body,
        None,
    );
    let body: Value = serde_json::from_str(&text.unwrap()).unwrap();
    body["response_url"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_command_is_answered_to_one_or_to_all() {
    let desk = Desk::new().await;
    let url = response_url(&desk);
    let params = json!({"response_url": url, "headline": "Your tickets", "tickets": [ticket()]});
    desk.run("respond", params.clone()).await.unwrap();
    desk.run("respond_in_channel", params).await.unwrap();
    let seen: Vec<_> = desk
        .vendor
        .messages(TEAM, SUPPORT)
        .into_iter()
        .map(|message| message.only_for)
        .collect();
    assert_eq!(seen, [Some(ANN.to_owned()), None]);
    let requests = desk.requests.lock().unwrap();
    let with_token = |request: &HttpRequest| {
        request
            .headers
            .iter()
            .any(|(name, _)| *name == "authorization")
    };
    assert!(
        !requests.iter().any(with_token),
        "no token goes to an address from a body"
    );
}

#[tokio::test]
async fn an_answer_that_comes_too_late_or_too_often_is_refused() {
    let mut desk = Desk::new().await;
    let url = response_url(&desk);
    let params = json!({"response_url": url, "text": "here"});
    for _ in 0..5 {
        desk.run("respond", params.clone()).await.unwrap();
    }
    let sixth = desk.run("respond", params).await.unwrap_err();
    assert!(sixth.message().contains("used_url"), "{sixth}");
    let params = json!({"response_url": response_url(&desk), "text": "here"});
    desk.pass(30 * 60 * 1_000 + 1);
    let late = desk.run("respond", params).await.unwrap_err();
    assert_eq!(
        (late.kind(), late.retry()),
        (ErrorKind::Rejected, Retry::Never)
    );
}

#[tokio::test]
async fn an_answer_goes_to_slack_and_nowhere_else() {
    let public = Desk::new().await;
    let public = Desk {
        connection: connection(json!({})),
        ..public
    };
    for url in [
        "https://evil.example/commands/1",
        "http://hooks.slack.com/commands/1",
        "https://hooks.slack.com.evil.example/1",
        "https://hooks.slack.com:8443/1",
        "https://hooks.slack.com@evil.example/1",
        "https://user:word@hooks.slack.com/1",
        "not an address",
    ] {
        let params = json!({"response_url": url, "text": "here"});
        let error = public.run("respond", params).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Rejected, "{url}");
        assert!(!error.message().contains(url));
    }
    assert!(public.requests.lock().unwrap().is_empty());
    let params = json!({"response_url": "https://hooks.slack.com/commands/T/1/x", "text": "here"});
    let action = action("respond", params);
    public.slack.prepare(&public.call(&action)).await.unwrap();
}

#[tokio::test]
async fn a_form_is_opened_for_what_was_just_done() {
    let mut desk = Desk::new().await;
    let trigger = |desk: &Desk| {
        let typed = desk.vendor.typed((TEAM, ANN, SUPPORT), "/desk", "create");
        let fields = crate::form::to_json(&typed.body).unwrap();
        let fields: Value = serde_json::from_str(&fields).unwrap();
        fields["trigger_id"].clone()
    };
    for form in ["comment", "reply", "create", "confirm"] {
        let params = json!({
            "trigger_id": trigger(&desk), "form": form, "ticket": ticket(), "text": "It jams",
            "subject": "Printer", "keep": {"ticket": "4000000012345"},
            "departments": [{"id": "77", "name": "Sales"}, {"id": "", "name": "None"}],
        });
        desk.run("open_form", params).await.unwrap();
        let sent = desk.sent("POST views.open");
        assert_snapshot(&format!("form_{form}"), &sent["view"]);
    }
    assert_eq!(desk.vendor.views().len(), 4);
    let late = trigger(&desk);
    desk.pass(3_001);
    let params = json!({"trigger_id": late, "form": "comment"});
    let error = desk.run("open_form", params).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.retry()),
        (ErrorKind::Rejected, Retry::Never)
    );
    assert!(
        error.message().contains("the person has to ask again"),
        "{error}"
    );
}

#[tokio::test]
async fn a_form_that_no_rule_knows_or_that_keeps_too_much_is_the_rules_mistake() {
    let desk = Desk::new().await;
    for params in [
        json!({"trigger_id": "1", "form": "survey"}),
        json!({"trigger_id": "1", "form": "comment", "keep": {"text": "x".repeat(3_000)}}),
    ] {
        let error = desk.run("open_form", params).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Misconfigured);
    }
}

#[tokio::test]
async fn a_person_is_found_by_their_address() {
    let desk = Desk::new().await;
    let params = json!({"email": "ann@example.com"});
    let done = desk.run("find_user_by_email", params).await.unwrap();
    assert_eq!(json!(done.result), json!({"user": ANN, "name": "ann"}));
    let params = json!({"email": "nobody@example.com"});
    let error = desk
        .run("find_user_by_email", params.clone())
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.retry()),
        (ErrorKind::NotFound, Retry::Never)
    );
    desk.vendor.human_takes_scope(TEAM, "users:read.email");
    let error = desk.run("find_user_by_email", params).await.unwrap_err();
    assert_eq!(
        error.retry(),
        Retry::Never,
        "a right to read stops nothing else: {error}"
    );
}

#[tokio::test]
async fn a_channel_without_the_app_takes_messages_if_it_is_public() {
    let desk = Desk::new().await;
    let to = |channel: &str| json!({"channel": channel, "text": "hello"});
    desk.run("post_message", to(GENERAL)).await.unwrap();
    let error = desk.run("post_message", to(LEADS)).await.unwrap_err();
    assert!(error.message().contains("invite it there"), "{error}");
    desk.vendor.human_invites(TEAM, LEADS);
    desk.run("post_message", to(LEADS)).await.unwrap();
}

#[tokio::test]
async fn a_message_with_nothing_in_it_is_the_rules_mistake() {
    let desk = Desk::new().await;
    for params in [
        json!({"channel": SUPPORT}),
        json!({"channel": SUPPORT, "text": " ", "buttons": ["dance"]}),
        json!({"channel": SUPPORT, "blocks": "none"}),
        json!({"text": "hello"}),
    ] {
        let error = desk.run("post_message", params).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Misconfigured);
    }
    assert!(desk.requests.lock().unwrap().is_empty());
}
