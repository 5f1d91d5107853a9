use super::*;

fn problems(settings: Value) -> Vec<String> {
    let problems = Opsgenie.check(&connection(settings));
    problems.into_iter().map(|problem| problem.field).collect()
}

#[test]
fn a_service_is_enough() {
    for service in ["opsgenie-us", "opsgenie-eu", "jsm"] {
        assert!(
            problems(json!({"service": service})).is_empty(),
            "{service}"
        );
    }
}

#[test]
fn everything_at_once_is_fine() {
    let settings = json!({
        "service": "jsm",
        "base_url": "http://127.0.0.1:8787",
        "credential": "opsgenie-support",
        "team": "サポート",
        "team_id": "1f2e3d4c-5b6a-4798-8a7b-6c5d4e3f2a1b",
        "cloud_id": "0f6b1c52-7d1a-4f0e-9a4e-6a1f6f3f0c11",
        "site": "your-site.atlassian.net",
        "webhook_credential": "opsgenie-hook",
    });
    assert_eq!(problems(settings), [""; 0]);
}

#[test]
fn each_mistake_is_named_with_its_place() {
    let us = |name: &str, value: Value| json!({"service": "opsgenie-us", name: value});
    let jsm = |name: &str, value: Value| json!({"service": "jsm", name: value});
    for (settings, place) in [
        (json!({}), "service"),
        (json!({"service": "opsgenie"}), "service"),
        (json!({"service": 7}), "service"),
        (us("base_url", json!("ftp://api.example.com")), "base_url"),
        (
            us("base_url", json!("https://a:b@api.example.com")),
            "base_url",
        ),
        (us("base_url", json!("api.example.com")), "base_url"),
        (us("base_url", json!(7)), "base_url"),
        (us("team", json!(" ")), "team"),
        (us("team_id", json!(7)), "team_id"),
        (us("api_key", json!("x")), "api_key"),
        (us("webhook_credential", json!("")), "webhook_credential"),
        (us("site", json!("a.atlassian.net")), "site"),
        (us("cloud_id", json!("a")), "cloud_id"),
        (jsm("site", json!("https://a.atlassian.net")), "site"),
        (jsm("site", json!("a.atlassian.net/x")), "site"),
        (jsm("site", json!("a")), "site"),
        (jsm("cloud_id", json!("../x")), "cloud_id"),
    ] {
        assert_eq!(
            problems(settings.clone()),
            [format!("settings.opsgenie.{place}")],
            "{settings}"
        );
    }
}

#[test]
fn settings_must_be_a_mapping_and_all_mistakes_are_named_at_once() {
    assert_eq!(problems(json!("jsm")), ["settings.opsgenie"]);
    assert_eq!(problems(json!({"team": 7, "color": "red"})).len(), 3);
}

#[test]
fn an_unknown_service_is_told_which_there_are() {
    let problems = Opsgenie.check(&connection(json!({"service": "compass"})));
    assert!(
        problems[0]
            .message
            .contains("opsgenie-us, opsgenie-eu, jsm"),
        "{problems:?}"
    );
}

#[test]
fn a_missing_credential_is_a_mistake() {
    let mut connection = connection(json!({"service": "jsm"}));
    connection.credential = None;
    let problems = Opsgenie.check(&connection);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].field, "settings.opsgenie.credential");
}
