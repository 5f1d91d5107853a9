use deskbridge_data_actions::{check_beside, compile};
use serde_json::{Value, json};

use crate::support::{get, spec, stored};

fn problems(settings: Value) -> Vec<String> {
    let problems = compile(&spec(settings)).err().unwrap_or_default();
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn each_mistake_is_named_with_its_place() {
    let cases = [
        (
            json!({"type": "fax", "actions": {}}),
            "settings.type: must be one of: aws-lambda, dynamics-365, function, genesys-cloud, google, salesforce, web-services, zendesk",
        ),
        (
            json!({"type": "zendesk", "actions": {}}),
            "settings.credential: names no credential",
        ),
        (
            json!({"type": "genesys-cloud", "credential": "c", "region": "x", "actions": {}}),
            "settings.region: must be one of",
        ),
        (
            json!({"type": "web-services", "base_url": "https://x.example", "actions": {}}),
            "settings.base_url",
        ),
        (
            json!({"type": "web-services", "credential": "c", "credential_type": "user-defined-oauth", "actions": {}}),
            "settings.login",
        ),
        (
            json!({"type": "web-services", "actions": {"a/b": {"request": {"method": "GET", "url": "https://x.example"}}}}),
            "settings.actions.a/b",
        ),
        (
            json!({"type": "web-services", "actions": {"a": {}}}),
            "settings.actions.a: needs either",
        ),
        (
            json!({"type": "web-services", "actions": {"a": {"request": {"method": "GET", "url": "#if("}}}}),
            "settings.actions.a.config.request.requestUrlTemplate",
        ),
        (
            json!({"type": "web-services", "actions": {"a": {"request": {"method": "GET", "url": "x", "headers": {"Host": "y"}}}}}),
            "headers.Host",
        ),
        (
            json!({"type": "web-services", "actions": {"a": {"request": {"method": "POST", "url": "x"}, "cache_seconds": 5}}}),
            "cache_seconds: only what reads",
        ),
        (
            json!({"type": "web-services", "actions": {"a": {"request": {"method": "GET", "url": "x"}, "timeout_seconds": 61}}}),
            "timeout_seconds: must be 1 to 60",
        ),
        (
            json!({"type": "web-services", "actions": {"a": {"request": {"method": "GET", "url": "x"}, "input": {"p": "date"}}}}),
            "input.p",
        ),
    ];
    for (settings, expected) in cases {
        let found = problems(settings.clone());
        assert!(
            found.iter().any(|problem| problem.contains(expected)),
            "{expected}: {found:?} of {settings}"
        );
    }
}

#[test]
fn a_type_has_as_many_integrations_as_at_the_vendor_unless_an_owner_says_more() {
    let settings = json!({"type": "zendesk", "credential": "c", "actions": {}});
    let others: Vec<_> = (0..10)
        .map(|number| {
            let mut other = stored(settings.clone());
            other.spec.name = format!("desk-{number}");
            other
        })
        .collect();
    let problems = check_beside(&spec(settings.clone()), &others);
    assert!(
        problems[0].to_string().contains("type_limit"),
        "{problems:?}"
    );
    let mut more = settings.clone();
    more["type_limit"] = json!(11);
    assert_eq!(check_beside(&spec(more), &others), []);
    assert_eq!(
        check_beside(&spec(get("https://x.example")), &others),
        [],
        "another type"
    );
    assert_eq!(
        check_beside(&others[3].spec, &others),
        [],
        "one that is there already"
    );
}

#[test]
fn the_form_of_a_credential_stays_while_actions_use_it() {
    let action = json!({"request": {"method": "GET", "url": "https://api.example.com/"}});
    let settings = |form: &str, name: &str| json!({"type": "web-services", "credential": "c", "credential_type": form, "actions": {name: action}});
    let before = [stored(settings("basic", "go"))];
    let problems = check_beside(&spec(settings("user-defined", "go")), &before);
    assert_eq!(problems[0].field, "settings.credential_type");
    assert!(problems[0].message.contains("use it: go"), "{problems:?}");
    assert_eq!(check_beside(&spec(settings("basic", "go")), &before), []);
    let others = spec(settings("user-defined", "other"));
    assert_eq!(
        check_beside(&others, &before),
        [],
        "none that used it is left"
    );
    let mut gone = before;
    gone[0].deleted_at = Some(deskbridge_core::Timestamp::from_millis(1));
    assert_eq!(
        check_beside(&spec(settings("user-defined", "go")), &gone),
        []
    );
}
