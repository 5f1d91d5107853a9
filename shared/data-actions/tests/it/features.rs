//! What public exported files do with paths, templates and addresses, each imported, run and traced.

use serde_json::{Value, json};

use crate::support::{Does, Stage};

/// One feature: a path, its default where it has one, what the target answers, and what comes of it.
struct Case {
    what: &'static str,
    path: &'static str,
    default: Option<&'static str>,
    answer: Value,
    result: Value,
}

fn case(what: &'static str, path: &'static str, answer: Value, result: Value) -> Case {
    Case {
        what,
        path,
        default: None,
        answer,
        result,
    }
}

fn with_default(default: &'static str, case: Case) -> Case {
    Case {
        default: Some(default),
        ..case
    }
}

fn people() -> Value {
    json!({"users": [
        {"id": "", "name": "Ann", "tags": ["a", "b"], "age": 40},
        {"id": "u2", "name": "Bo", "tags": [], "age": 30},
        {"id": "u3", "name": "Cy", "age": "30"},
    ], "total": 3, "none": null})
}

#[rustfmt::skip]
fn cases() -> Vec<Case> {
    vec![
        case("filter", "$.users[?(@.name == 'Bo')].id", people(), json!(["u2"])),
        case("index", "$.users[0].name", people(), json!("Ann")),
        case("!= with an empty text", "$.users[?(@.id != '')].name", people(), json!(["Bo", "Cy"])),
        case("!= of what is not there", "$.users[?(@.gone != 'x')].name", people(), json!(["Ann", "Bo", "Cy"])),
        case("wildcard", "$.users[*].name", people(), json!(["Ann", "Bo", "Cy"])),
        case("deep scan", "$..name", people(), json!(["Ann", "Bo", "Cy"])),
        case("&& and ||", "$.users[?(@.age == 30 && @.id != '' || @.name == 'Ann')].name", people(), json!(["Ann", "Bo", "Cy"])),
        case("negated filter", "$.users[?(!(@.id == ''))].name", people(), json!(["Bo", "Cy"])),
        case("negated existence", "$.users[?(!@.tags)].name", people(), json!(["Cy"])),
        case("bracket names", "$['users'][1]['name']", people(), json!("Bo")),
        case("negative index", "$.users[-1].name", people(), json!("Cy")),
        case("slice", "$.users[0:2].name", people(), json!(["Ann", "Bo"])),
        case(".size()", "$.users.size()", people(), json!(3)),
        case(".length()", "$.users.length()", people(), json!(3)),
        case("no root", "users[0].name", people(), json!("Ann")),
        case("no root, in brackets", "['total']", people(), json!(3)),
        case("in", "$.users[?('a' in @.tags)].name", people(), json!(["Ann"])),
        case("list at the top", "$[0].id", json!([{"id": 7}]), json!(7)),
        case("list at the top, its size", "$.size()", json!([1, 2]), json!(2)),
        case("list at the top, filtered", "$[?(@.id == 2)].n", json!([{"id": 1, "n": "x"}, {"id": 2, "n": "y"}]), json!(["y"])),
        with_default("[]", case("default where nothing is", "$.gone.id", people(), json!([]))),
        with_default("\"\"", case("no default for null", "$.none", people(), Value::Null)),
        with_default("[]", case("no default for an empty list", "$.users[?(@.name == 'Di')].id", people(), json!([]))),
        with_default("\"constant\"", case("constant by a path that never matches", "$.NULL", people(), json!("constant"))),
        with_default("not json", case("default that is no JSON, unused", "$.total", people(), json!(3))),
    ]
}

fn export(path: &str, default: Option<&str>) -> Value {
    let mut defaults = serde_json::Map::new();
    if let Some(default) = default {
        defaults.insert("found".into(), default.into());
    }
    json!({
        "name": "Feature - Exported 2026-01-01 @ 10:00",
        "integrationType": "custom-rest-actions",
        "actionType": "custom",
        "config": {
            "request": {
                "requestUrlTemplate": "https://api.example.com/things",
                "requestTemplate": "${input.rawRequest}",
                "requestType": "GET",
                "headers": {},
            },
            "response": {
                "translationMap": {"found": path},
                "translationMapDefaults": defaults,
                "successTemplate": "{\"found\": ${found}}",
            },
        },
        "contract": {
            "input": {"inputSchema": {"type": "object", "properties": {}}},
            "output": {"successSchema": {"type": "object", "properties": {"found": {}}}},
        },
        "secure": false,
    })
}

async fn stage(definition: &Value) -> Stage {
    let definition = definition.to_string();
    let actions = json!({"go": {"definition": definition}});
    Stage::new(json!({"type": "web-services", "actions": actions})).await
}

#[tokio::test]
async fn each_form_of_a_path_runs_as_the_files_expect() {
    for case in cases() {
        let stage = stage(&export(case.path, case.default)).await;
        stage.will([Does::Answer(200, case.answer)]);
        let finished = stage.run("go", json!({})).await;
        let (what, trace) = (case.what, &finished.trace.operations);
        assert_eq!(trace.len(), 10, "{what}");
        let result = finished
            .result
            .unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(
            result,
            json!({"found": case.result}),
            "{what}: {}",
            case.path
        );
    }
}

#[tokio::test]
async fn a_default_that_is_no_json_is_taken_and_said_once_it_is_used() {
    let stage = stage(&export("$.gone.id", Some("not json"))).await;
    stage.will([Does::Answer(200, people())]);
    let error = stage.run("go", json!({})).await.result.unwrap_err();
    assert!(error.to_string().contains("JSON"), "{error}");
}
