use super::*;

fn problems(settings: Value) -> Vec<String> {
    let problems = Kintone::default().check(&connection(settings));
    problems.into_iter().map(|problem| problem.field).collect()
}

#[test]
fn a_sub_domain_and_an_app_are_enough() {
    for subdomain in [
        "example",
        "example.cybozu.com",
        "example.kintone.com",
        "Example.cybozu.cn",
    ] {
        let settings = json!({"subdomain": subdomain, "app": "7"});
        assert_eq!(problems(settings), [""; 0], "{subdomain}");
    }
    let all = json!({
        "subdomain": "example", "app": 7, "guest_space": 3, "key_field": "同期キー",
        "utc_offset": "-05:30", "users": {"taro": "t"}, "base_url": "https://gateway.example.com",
    });
    assert_eq!(problems(all), [""; 0]);
}

#[test]
fn each_mistake_is_named_with_its_place() {
    let with = |name: &str, value: Value| {
        let mut settings = json!({"subdomain": "example", "app": 7});
        settings[name] = value;
        settings
    };
    for (settings, place) in [
        (json!({"app": 7}), "subdomain"),
        (json!({"subdomain": "example"}), "app"),
        (with("subdomain", json!("evil.example")), "subdomain"),
        (with("subdomain", json!("a.b.cybozu.com")), "subdomain"),
        (
            with("subdomain", json!("https://example.cybozu.com")),
            "subdomain",
        ),
        (with("subdomain", json!("a@evil")), "subdomain"),
        (with("app", json!("対応履歴")), "app"),
        (with("app", json!(0)), "app"),
        (with("guest_space", json!("x")), "guest_space"),
        (with("key_field", json!("")), "key_field"),
        (with("utc_offset", json!("Asia/Tokyo")), "utc_offset"),
        (with("utc_offset", json!("+25:00")), "utc_offset"),
        (with("users", json!(["taro"])), "users"),
        (with("users", json!({"taro": 1})), "users"),
        (with("base_url", json!("x")), "base_url"),
        (with("api_token", json!("x")), "api_token"),
    ] {
        let expected = [format!("settings.kintone.{place}")];
        assert_eq!(problems(settings.clone()), expected, "{settings}");
    }
}

#[test]
fn a_missing_credential_is_a_mistake() {
    let mut connection = connection(json!({"subdomain": "example", "app": 7}));
    connection.credential = None;
    let problems = Kintone::default().check(&connection);
    assert_eq!(problems[0].field, "settings.kintone.credential");
}
