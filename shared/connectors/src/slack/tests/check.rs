use super::*;

fn problems(settings: Value) -> Vec<String> {
    let problems = Slack::default().check(&connection(settings));
    problems.into_iter().map(|problem| problem.field).collect()
}

#[test]
fn nothing_needs_to_be_set() {
    assert_eq!(problems(json!({})), [""; 0]);
    let all = json!({
        "credential": "slack-acme", "webhook_credential": "webhook-slack",
        "base_url": "https://gateway.example.com",
    });
    assert_eq!(problems(all), [""; 0]);
}

#[test]
fn each_mistake_is_named_with_its_place() {
    for (settings, place) in [
        (json!({"base_url": "ftp://x"}), "base_url"),
        (json!({"credential": ""}), "credential"),
        (json!({"webhook_credential": 1}), "webhook_credential"),
        (json!({"bot_token": "xoxb-1"}), "bot_token"),
    ] {
        assert_eq!(problems(settings), [format!("settings.slack.{place}")]);
    }
    assert_eq!(problems(json!([])), ["settings.slack"]);
}

#[tokio::test]
async fn a_trial_says_whose_token_it_is_and_what_it_lacks() {
    let desk = Desk::new().await;
    desk.vendor.human_takes_scope(TEAM, "groups:history");
    let trial = deskbridge_core::connector::Trial {
        http: &desk,
        now: Timestamp::from_millis(NOW),
        connection: &desk.connection,
        credential: &desk.credential,
    };
    let tried = desk.slack.try_connection(&trial).await.unwrap().unwrap();
    assert_eq!(tried.says, "workspace Acme, as deskbridge");
    let fact = |name: &str| {
        tried
            .facts
            .iter()
            .find(|(known, _)| known == name)
            .unwrap()
            .1
            .clone()
    };
    assert_eq!(
        (fact("team"), fact("missing scopes")),
        (TEAM.to_owned(), "groups:history".to_owned())
    );
    let wrong = credential("xoxb-wrong");
    let trial = deskbridge_core::connector::Trial {
        credential: &wrong,
        ..trial
    };
    let error = desk.slack.try_connection(&trial).await.unwrap_err();
    assert!(error.message().contains("install it again"), "{error}");
}
