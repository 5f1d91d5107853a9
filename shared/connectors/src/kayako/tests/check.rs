use serde_json::json;

use super::*;

fn fields(settings: Value) -> Vec<String> {
    let problems = Kayako::default().check(&connection(settings));
    problems.into_iter().map(|problem| problem.field).collect()
}

#[test]
fn a_sub_domain_is_enough() {
    assert!(fields(json!({"subdomain": "john"})).is_empty());
    assert!(fields(json!({"base_url": "http://127.0.0.1:8787"})).is_empty());
}

#[test]
fn everything_at_once_is_fine() {
    let settings = json!({
        "subdomain": "john-2",
        "base_url": "https://help.example.com",
        "credential": "kayako-john",
        "requester_id": 12,
        "channel": "MAIL",
        "webhook": {
            "open": ["新規"],
            "close": ["解決済み", "クローズ"],
            "keys": {"case_id": "ケース ID"},
        },
        "webhook_credential": "kayako-webhook",
    });
    assert_eq!(fields(settings), [""; 0]);
}

fn assert_places<const N: usize>(table: [(Value, &str); N]) {
    for (settings, place) in table {
        let found = fields(settings.clone());
        assert_eq!(found, [format!("settings.kayako.{place}")], "{settings}");
    }
}

#[test]
fn each_mistake_is_named_with_its_place() {
    let also = |name: &str, value: Value| json!({"subdomain": "j", name: value});
    assert_places([
        (json!({}), "subdomain"),
        (json!({"subdomain": ""}), "subdomain"),
        (json!({"subdomain": 7}), "subdomain"),
        (json!({"subdomain": "john.kayako.com"}), "subdomain"),
        (json!({"subdomain": "-john"}), "subdomain"),
        (json!({"subdomain": "a".repeat(64)}), "subdomain"),
        (json!({"base_url": "ftp://help.example.com"}), "base_url"),
        (
            json!({"base_url": "https://a:b@help.example.com"}),
            "base_url",
        ),
        (also("requester_id", json!("me")), "requester_id"),
        (also("requester_id", json!(-1)), "requester_id"),
        (also("channel", json!("mail")), "channel"),
        (also("password", json!("x")), "password"),
        (also("webhook_credential", json!("")), "webhook_credential"),
        (also("webhook", json!([])), "webhook"),
    ]);
}

#[test]
fn each_mistake_about_webhooks_is_named_with_its_place() {
    let webhook = |name: &str, value: Value| json!({"subdomain": "j", "webhook": {name: value}});
    assert_places([
        (webhook("opens", json!([])), "webhook.opens"),
        (webhook("open", json!("New")), "webhook.open"),
        (webhook("open", json!([1])), "webhook.open"),
        (webhook("close", json!([" "])), "webhook.close"),
        (webhook("close", json!([" new"])), "webhook.close"),
        (webhook("open", json!(["Closed"])), "webhook.close"),
        (webhook("keys", json!("x")), "webhook.keys"),
        (webhook("keys", json!({"id": "x"})), "webhook.keys.id"),
        (
            webhook("keys", json!({"status": ""})),
            "webhook.keys.status",
        ),
    ]);
}

#[test]
fn settings_must_be_a_mapping() {
    assert_eq!(fields(json!("john")), ["settings.kayako"]);
}

#[test]
fn all_mistakes_are_named_at_once() {
    let found = fields(json!({"channel": "SMS", "requester_id": "me"}));
    assert_eq!(found.len(), 3, "{found:?}");
}

#[test]
fn a_missing_credential_is_a_mistake() {
    let mut connection = connection(json!({"subdomain": "john"}));
    connection.credential = None;
    let problems = Kayako::default().check(&connection);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].field, "settings.kayako.credential");
}
