use super::*;

fn fields(settings: Value) -> Vec<String> {
    let problems = Autotask::default().check(&connection(settings));
    problems.into_iter().map(|problem| problem.field).collect()
}

#[test]
fn a_credential_is_enough() {
    assert_eq!(fields(json!({})), [""; 0]);
    let without = Connection {
        credential: None,
        ..connection(json!({}))
    };
    let problems = Autotask::default().check(&without);
    assert_eq!(problems[0].field, "settings.autotask.credential");
}

#[test]
fn everything_at_once_is_fine() {
    let settings = json!({
        "base_url": "http://127.0.0.1:9103",
        "creator": 29_682_885,
        "key_field": "udf:Alert key",
        "budget_share": 0.5,
    });
    assert_eq!(fields(settings), [""; 0]);
}

#[test]
fn each_mistake_is_named_with_its_place() {
    let table = [
        (json!({"base_url": "ftp://x.example"}), "base_url"),
        (json!({"creator": "me"}), "creator"),
        (json!({"key_field": "title"}), "key_field"),
        (json!({"key_field": "udf: "}), "key_field"),
        (json!({"budget_share": 0}), "budget_share"),
        (json!({"budget_share": 80}), "budget_share"),
        (json!({"secret": "x"}), "secret"),
    ];
    for (settings, place) in table {
        let found = fields(settings.clone());
        assert_eq!(found, [format!("settings.autotask.{place}")], "{settings}");
    }
}
