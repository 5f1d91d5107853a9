use serde_json::{Value, json};

use super::*;

fn fields(mapping: &Value) -> Fields {
    Fields::compile("settings.alert", "fields", mapping.as_object().unwrap())
        .unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn text(source: &Value, body: &Value) -> Result<String, Drift> {
    fields(&json!({ "title": source })).over(body).text("title")
}

#[test]
fn a_field_is_a_path_a_template_or_a_text() {
    let body = json!({"host": "srv-b", "msg": "power lost", "n": 3, "ok": false});
    for (source, expected) in [
        ("$.msg", "power lost"),
        ("{{ body.host }}: {{ body.msg }}", "srv-b: power lost"),
        ("{{ body.host | upper }}", "SRV-B"),
        ("$.n", "3"),
        ("$.ok", "false"),
        ("disk", "disk"),
        ("$5 fee", "$5 fee"),
        ("", ""),
        ("$.absent", ""),
    ] {
        assert_eq!(
            text(&json!(source), &body).as_deref(),
            Ok(expected),
            "{source}"
        );
    }
}

#[test]
fn the_first_of_several_that_finds_something_counts() {
    let body = json!({"summary": " ", "message": null, "name": "x"});
    let several = json!([
        "$.summary",
        "$.message",
        "{{ body.missing }}",
        "$.name",
        "$.last"
    ]);
    assert_eq!(text(&several, &body).as_deref(), Ok("x"));
}

#[test]
fn what_does_not_fit_names_the_field_and_the_path() {
    let mapping = fields(&json!({"title": ["$.title", "$.name"], "link": "{{ body.url }}"}));
    let body = json!({"title": ""});
    let reading = mapping.over(&body);
    let drift = reading.required("title").unwrap_err();
    assert_eq!(
        drift,
        Drift::new("fields.title", "$.title, $.name found nothing")
    );
    assert_eq!(reading.text("link").unwrap_err().field, "fields.link");
    let nested = json!({"title": {"canary": 1}});
    let drift = mapping.over(&nested).text("title").unwrap_err();
    assert!(
        drift.why.starts_with("$.title, $.name is a list"),
        "{drift:?}"
    );
    assert!(!drift.why.contains("canary"));
}

#[test]
fn values_of_the_body_are_never_templates_or_paths() {
    let body = json!({"title": "{{ 7 * 7 }}", "path": "$.title"});
    assert_eq!(text(&json!("$.title"), &body).as_deref(), Ok("{{ 7 * 7 }}"));
    assert_eq!(
        text(&json!("{{ body.title }}"), &body).as_deref(),
        Ok("{{ 7 * 7 }}")
    );
    assert_eq!(text(&json!("$.path"), &body).as_deref(), Ok("$.title"));
}

#[test]
fn a_filter_finds_one_text_or_it_does_not_fit() {
    let tags = |tags: Value| json!({ "tags": tags });
    let host = json!("$.tags[?(@.key == 'host')].value");
    let one = tags(json!([{"key": "site", "value": "x"}, {"key": "host", "value": "srv-b"}]));
    assert_eq!(text(&host, &one).as_deref(), Ok("srv-b"));
    assert_eq!(text(&host, &tags(json!([]))).as_deref(), Ok(""));
    let two = tags(json!([{"key": "host", "value": "a"}, {"key": "host", "value": "b"}]));
    assert_eq!(text(&host, &two).unwrap_err().field, "fields.title");
}

#[test]
fn a_template_bomb_runs_out_of_its_budget() {
    let bomb = "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}x";
    assert_eq!(
        text(&json!(bomb), &json!({})).unwrap_err().field,
        "fields.title"
    );
}

#[test]
fn every_wrong_field_is_named() {
    let mapping = json!({
        "title": "{{ body.", "link": "$[", "device": {"a": 1}, "type": ["$.a", ["$.b"]], "id": "$.id",
    });
    let refused = Fields::compile("settings.alert", "fields", mapping.as_object().unwrap());
    let fields: Vec<_> = refused
        .err()
        .unwrap_or_default()
        .into_iter()
        .map(|problem| problem.field)
        .collect();
    let expected =
        ["title", "link", "device", "type"].map(|f| format!("settings.alert.fields.{f}"));
    assert_eq!(fields, expected);
}

#[test]
fn the_same_settings_are_compiled_once_and_others_anew() {
    let memory = Memory::default();
    let compiled = |settings: &Value| memory.get_or(settings, || Ok::<_, ()>(settings.clone()));
    let first = compiled(&json!({"a": 1})).unwrap();
    let again = memory.get_or(&json!({"a": 1}), || Err(()));
    assert!(std::sync::Arc::ptr_eq(&first, &again.unwrap()));
    assert_eq!(*compiled(&json!({"a": 2})).unwrap(), json!({"a": 2}));
    assert_eq!(memory.get_or(&json!({"a": 3}), || Err(())), Err(()));
}
