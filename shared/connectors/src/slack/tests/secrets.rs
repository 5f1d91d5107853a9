use super::*;

/// Whatever Slack answers, and even where it repeats what it was sent.
#[tokio::test]
async fn no_error_and_no_request_shows_a_token_or_an_address_for_answers() {
    const SECRET: &str = "T0/secret-part-of-an-address";
    for status in [200, 302, 400, 401, 403, 404, 429, 500] {
        for (operation, params) in [
            ("post_message", json!({"channel": SUPPORT, "text": "hello"})),
            ("find_user_by_email", json!({"email": "ann@example.com"})),
            (
                "respond",
                json!({"response_url": format!("https://hooks.slack.com/{SECRET}"), "text": "x"}),
            ),
        ] {
            let desk = Desk::new().await;
            let desk = Desk {
                connection: connection(json!({})),
                ..desk
            };
            let told = json!({"ok": false, "error": format!("bad token {TOKEN}"), "response_metadata": {"messages": [TOKEN]}});
            desk.instead(Instead::Of(answer(status, &told)));
            let action = action(operation, params);
            let call = desk.call(&action);
            let prepared = desk.slack.prepare(&call).await.unwrap();
            let prepared_shown = format!("{prepared:?}");
            let sent = desk.slack.send(&call, prepared).await;
            let error = sent.unwrap_err();
            let shown = format!("{prepared_shown} {error:?} {error}");
            assert!(!shown.contains(TOKEN) && !shown.contains("ann@"), "{shown}");
            assert!(!shown.contains(SECRET), "{shown}");
        }
    }
}

#[test]
fn an_installation_does_not_show_its_token() {
    let body = json!({
        "ok": true, "access_token": "xoxb-fresh", "token_type": "bot", "scope": "commands",
        "team": {"id": "T1", "name": "Acme"}, "authed_user": {"id": "U1"},
    });
    let installed = crate::slack::oauth::installation(&answer(200, &body)).unwrap();
    assert!(!format!("{installed:?}").contains("xoxb"));
}
