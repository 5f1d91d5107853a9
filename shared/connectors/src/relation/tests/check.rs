use deskbridge_core::connector::Connector as _;

use super::*;

fn problems(settings: Value) -> Vec<String> {
    let mut connection = connection("http://localhost", BOX);
    connection.settings = settings;
    let problems = Relation::default().check(&connection);
    problems.into_iter().map(|problem| problem.field).collect()
}

#[test]
fn a_sub_domain_and_a_box_are_enough() {
    assert_eq!(
        problems(json!({"subdomain": "example", "message_box": 12})),
        [""; 0]
    );
    let all = json!({
        "subdomain": "example", "message_box": "12", "poll_every_s": 10, "customers": false,
        "webhook_credential": "hook", "base_url": "https://gateway.example.com",
    });
    assert_eq!(problems(all), [""; 0]);
}

#[test]
fn each_mistake_is_named_with_its_place() {
    let with = |name: &str, value: Value| {
        let mut settings = json!({"subdomain": "example", "message_box": 12});
        settings[name] = value;
        settings
    };
    for (settings, place) in [
        (json!({"message_box": 12}), "subdomain"),
        (json!({"subdomain": "example"}), "message_box"),
        (
            with("subdomain", json!("https://example.relationapp.jp")),
            "subdomain",
        ),
        (with("subdomain", json!("evil.example/x")), "subdomain"),
        (with("subdomain", json!("-a")), "subdomain"),
        (with("message_box", json!(0)), "message_box"),
        (with("message_box", json!("サポート")), "message_box"),
        (with("poll_every_s", json!(0)), "poll_every_s"),
        (with("poll_every_s", json!("60")), "poll_every_s"),
        (with("customers", json!("yes")), "customers"),
        (with("base_url", json!("ftp://a")), "base_url"),
        (with("api_token", json!("x")), "api_token"),
        (with("webhook_credential", json!("")), "webhook_credential"),
    ] {
        let expected = [format!("settings.relation.{place}")];
        assert_eq!(problems(settings.clone()), expected, "{settings}");
    }
}

#[test]
fn a_missing_credential_is_a_mistake() {
    let mut connection = connection("http://localhost", BOX);
    connection.credential = None;
    let problems = Relation::default().check(&connection);
    assert_eq!(problems[0].field, "settings.relation.credential");
}

#[test]
fn what_is_watched_is_one_box_of_one_sub_domain() {
    let relation = Relation::default();
    let watched = |subdomain: &str, message_box: Value| {
        let mut connection = connection("http://localhost", BOX);
        connection.settings = json!({"subdomain": subdomain, "message_box": message_box});
        relation.watched(&connection).map(|watched| watched.what)
    };
    assert_eq!(
        watched("Example", json!(12)),
        watched("example", json!("12"))
    );
    assert_ne!(watched("example", json!(12)), watched("example", json!(13)));
    assert_ne!(watched("example", json!(12)), watched("other", json!(12)));
}
