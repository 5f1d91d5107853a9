//! Exported files: read, kept to the byte, run unchanged.

use deskbridge_data_actions::{ActionType, Definition};
use serde_json::{Value, json};

use crate::support::{Does, Stage};

fn export(name: &str) -> Value {
    json!({
        "name": name,
        "integrationType": "custom-rest-actions",
        "actionType": "custom",
        "config": {
            "request": {
                "requestUrlTemplate": "https://api.example.com/queues/${Input.QUEUE_ID}",
                "requestType": "GET",
                "headers": {"UserAgent": "PureCloudIntegrations/1.0", "Content-Type": "application/json"},
                "requestTemplate": "${input.rawRequest}"
            },
            "response": {
                "translationMap": {
                    "ids": "$.entities[?(@.id != '')].id",
                    "count": "entities.size()",
                    "wait": "$.results..intent",
                    "none": "$.NULL",
                    "last": "['entities'][-1].name",
                    "idle": "$.entities[?(!@.busy)].id"
                },
                "translationMapDefaults": {"none": "constant text", "wait": "[]", "count": "0"},
                "successTemplate": "{\n \"id\": ${successTemplateUtils.firstFromArray(\"${ids}\", \"$esc.quote$esc.quote\")}, \"count\": ${count}, \"wait\": $!{wait}, \"none\": \"${none}\", \"last\": ${last}, \"idle\": ${idle}}\n"
            }
        },
        "contract": {
            "input": {"inputSchema": {"$schema": "http://json-schema.org/draft-04/schema#", "title": "Queue", "type": "object", "required": ["queue_id"], "properties": {"queue_id": {"type": "string"}}, "additionalProperties": true}},
            "output": {"successSchema": {"type": "object", "properties": {"id": {"type": "string"}, "count": {"type": "integer"}}}}
        },
        "secure": false
    })
}

#[test]
fn an_export_keeps_its_templates_to_the_byte() {
    let exported = export("Get queue - Exported 2024-01-02 @ 10:11 - Exported 2024-03-04 @ 5:06");
    let definition = Definition::import(&exported.to_string()).unwrap();
    assert_eq!(definition.name, "Get queue");
    let again = definition.export();
    for part in [
        "config",
        "contract",
        "secure",
        "integrationType",
        "actionType",
    ] {
        assert_eq!(again[part], exported[part], "{part}");
    }
    assert_eq!(
        definition.version(),
        Definition::import(&again.to_string()).unwrap().version()
    );
}

#[test]
fn older_forms_are_read_and_what_is_unknown_is_left_aside() {
    let mut older = export("Old");
    let fields = older.as_object_mut().unwrap();
    fields.remove("integrationType");
    fields.remove("actionType");
    fields.remove("secure");
    fields.insert("category".into(), "My REST".into());
    fields.insert("integrationId".into(), "1b2c".into());
    older["config"]["response"]
        .as_object_mut()
        .unwrap()
        .remove("translationMapDefaults");
    older["config"]["timeoutSeconds"] = json!(9);
    let definition = Definition::import(&format!("\u{feff}{older}")).unwrap();
    assert_eq!(
        (definition.action_type, definition.secure),
        (ActionType::Custom, false)
    );
    assert_eq!(definition.timeout_seconds, Some(9));
    let mut login = export("Login");
    login["actionType"] = "customAuth".into();
    assert_eq!(
        Definition::import(&login.to_string()).unwrap().action_type,
        ActionType::CustomAuth
    );
}

#[test]
fn what_is_no_definition_is_refused_with_its_place() {
    for (text, place) in [
        ("", ""),
        ("[]", "name"),
        (r#"{"name": "x"}"#, "config"),
        (
            r#"{"name": "x", "config": {"request": {"requestType": "TRACE"}}}"#,
            "config.request.requestType",
        ),
        (
            r#"{"name": "x", "config": {"request": {"requestType": "GET", "headers": {"a": 1}}}}"#,
            "config.request.headers.a",
        ),
        (
            r#"{"name": "x", "config": {"request": {"requestType": "GET"}, "timeoutSeconds": 90}}"#,
            "config.timeoutSeconds",
        ),
    ] {
        let problems = Definition::import(text).unwrap_err();
        assert_eq!(problems[0].field, place, "{text}: {problems:?}");
    }
}

#[tokio::test]
async fn an_export_runs_unchanged() {
    let settings = json!({"type": "web-services", "actions": {"queue": {"definition": export("Get queue").to_string()}}});
    let stage = Stage::new(settings).await;
    let answer = json!({"entities": [{"id": ""}, {"id": "q1", "name": "A", "busy": true}, {"id": "q2", "name": "B"}]});
    stage.will([Does::Answer(200, answer), Does::Answer(200, json!({}))]);
    let finished = stage.run("queue", json!({"queue_id": "q 1"})).await;
    let expected = json!({"id": "q1", "count": 3, "wait": [], "none": "constant text", "last": "B", "idle": ["", "q2"]});
    assert_eq!(finished.result.unwrap(), expected);
    let sent = stage.sent();
    assert_eq!(sent[0].url, "https://api.example.com/queues/q%201");
    assert!(sent[0].own_headers.contains(&(
        "UserAgent".to_owned(),
        "PureCloudIntegrations/1.0".to_owned()
    )));
    assert!(
        sent[0].body.is_none(),
        "GET has no body, whatever the file says"
    );
}

#[tokio::test]
async fn a_definition_of_another_type_of_integration_is_refused() {
    let settings = json!({"type": "zendesk", "credential": "main", "actions": {"queue": {"definition": export("Get queue")}}});
    let problems = deskbridge_data_actions::compile(&crate::support::spec(settings))
        .err()
        .unwrap();
    assert!(
        problems[0]
            .message
            .contains("custom-rest-actions (web-services)"),
        "{problems:?}"
    );
}
