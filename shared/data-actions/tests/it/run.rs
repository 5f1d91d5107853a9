use serde_json::json;

use crate::support::{Does, Stage, body, error_type, get, post, stored, web};

#[tokio::test]
async fn an_answer_becomes_the_result_through_map_template_and_contract() {
    let stage = Stage::new(web(json!({
        "request": {"method": "GET", "url": "https://api.example.com/users?q=$esc.url($input.mail)"},
        "response": {
            "values": {"name": "$.users[?(@.active == true)].name", "total": "$.total", "team": "$.team"},
            "defaults": {"team": "\"none\""},
            "success": "{\"name\": ${successTemplateUtils.firstFromArray(\"${name}\",\"$esc.quote$esc.quote\")}, \"total\": ${total}, \"team\": ${team}}",
        },
        "input": {"mail": "string!"},
        "output": {"name": "string!", "total": "integer!", "team": "string"},
    })))
    .await;
    stage.will([Does::Answer(
        200,
        json!({"users": [{"name": "Ann", "active": true}], "total": 2}),
    )]);
    let finished = stage.run("go", json!({"mail": "ann+x@example.com"})).await;
    assert_eq!(
        finished.result.unwrap(),
        json!({"name": "Ann", "total": 2, "team": "none"})
    );
    assert_eq!(
        stage.sent_one().0,
        "https://api.example.com/users?q=ann%2Bx%40example.com"
    );
}

#[tokio::test]
async fn names_of_inputs_are_found_in_any_case_and_missing_ones_are_empty() {
    let mut action = json!({"request": {"method": "POST", "url": "https://api.example.com/u/${Input.userid}", "body":
        "{\"id\": \"${INPUT.UserId}\"#if(\"$!{input.note}\" != \"\"), \"note\": \"${input.note}\"#end}"}});
    action["input"] = json!({"userId": "string", "note": "string"});
    let stage = Stage::new(web(action)).await;
    stage.will([Does::Text(204, "")]);
    let finished = stage.run("go", json!({"userId": "u1"})).await;
    assert_eq!(finished.result.unwrap(), json!({}));
    let (url, body) = stage.sent_one();
    assert_eq!(
        (url.as_str(), body.as_str()),
        ("https://api.example.com/u/u1", "{\"id\": \"u1\"}")
    );
}

#[tokio::test]
async fn raw_request_is_the_whole_input() {
    let stage = Stage::new(post("https://api.example.com/x", "${input.rawRequest}")).await;
    stage.will([Does::Answer(200, json!([{"a": 1}]))]);
    let input = json!({"a": "x\"y", "n": 5, "yes": true});
    let finished = stage.run("go", input.clone()).await;
    assert_eq!(
        finished.result.unwrap(),
        json!([{"a": 1}]),
        "a list at the top is a result too"
    );
    let sent = stage.sent();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&body(&sent[0])).unwrap(),
        input
    );
    assert!(
        sent[0]
            .headers
            .contains(&("content-type", "application/json".to_owned()))
    );
}

#[tokio::test]
async fn what_is_not_in_the_contract_is_refused_before_anything_is_sent() {
    let mut settings = get("https://api.example.com/");
    settings["actions"]["go"]["input"] = json!({"id": "integer!"});
    let stage = Stage::new(settings).await;
    for input in [
        json!({}),
        json!({"id": "canary"}),
        json!({"id": [1]}),
        json!("canary"),
    ] {
        let finished = stage.run("go", input).await;
        assert_eq!(error_type(&finished), "INVALID_INPUT");
        let message = finished.result.unwrap_err().message;
        assert!(!message.contains("canary"), "{message}");
    }
}

#[tokio::test]
async fn an_answer_outside_of_the_contract_is_an_error_and_says_that_a_write_went_through() {
    let mut settings = post("https://api.example.com/", "{}");
    settings["actions"]["go"]["output"] = json!({"id": "integer!"});
    let stage = Stage::new(settings).await;
    stage.will([Does::Answer(201, json!({"id": "canary"}))]);
    let finished = stage.run("go", json!({})).await;
    assert_eq!(error_type(&finished), "INVALID_OUTPUT");
    let message = finished.result.unwrap_err().message;
    assert!(message.contains("id does not keep to `type`"), "{message}");
    assert!(
        message.contains("answered with success") && !message.contains("canary"),
        "{message}"
    );
}

#[tokio::test]
async fn what_fails_has_a_name_that_stays() {
    let cases = [
        (
            Does::Answer(404, json!({"message": "no such user"})),
            "TARGET_FAILED",
            "no such user",
        ),
        (
            Does::Answer(401, json!({})),
            "INVALID_CREDENTIALS",
            "does not accept",
        ),
        (Does::Text(302, ""), "TARGET_FAILED", "not followed"),
        (
            Does::Text(200, "<html>"),
            "TARGET_NOT_JSON",
            "no JSON at line 1",
        ),
        (
            Does::Answer(500, json!({})),
            "OUTCOME_UNKNOWN",
            "did not say",
        ),
        (Does::Breaks, "OUTCOME_UNKNOWN", "not known"),
    ];
    let stage = Stage::new(post("https://api.example.com/", "{}")).await;
    for (does, name, words) in cases {
        stage.will([does]);
        let finished = stage.run("go", json!({})).await;
        assert_eq!(error_type(&finished), name);
        let error = finished.result.unwrap_err();
        assert!(error.message.contains(words), "{error}");
        assert!(
            error.reference.unwrap().starts_with("run_"),
            "names a reference"
        );
    }
}

#[tokio::test]
async fn reads_are_tried_again_and_writes_only_if_nothing_left() {
    let stage = Stage::new(get("https://api.example.com/")).await;
    stage.will([
        Does::Breaks,
        Does::Answer(503, json!({})),
        Does::Answer(200, json!({"ok": 1})),
    ]);
    assert_eq!(
        stage.run("go", json!({})).await.result.unwrap(),
        json!({"ok": 1})
    );
    assert_eq!(stage.sent().len(), 3);

    let stage = Stage::new(post("https://api.example.com/", "{}")).await;
    stage.will([Does::NotReached, Does::Breaks]);
    assert_eq!(
        error_type(&stage.run("go", json!({})).await),
        "OUTCOME_UNKNOWN"
    );
    assert_eq!(stage.sent().len(), 2);
}

#[tokio::test]
async fn an_integration_that_is_off_or_of_another_kind_runs_nothing() {
    let stage = Stage::new(get("https://api.example.com/")).await;
    let mut off = stored(get("https://api.example.com/"));
    off.spec.enabled = false;
    off.version = 2;
    stage.store.put_integration(off, 1).await.unwrap();
    assert_eq!(error_type(&stage.run("go", json!({})).await), "INACTIVE");
    let mut call = stage.call("go", json!({}));
    let tested = stage.runner.replay(&call, "{}").await;
    assert_eq!(
        error_type(&tested),
        "INACTIVE",
        "it cannot be tested either"
    );
    call.integration = "nobody".to_owned();
    assert_eq!(
        error_type(&stage.runner.run(&call).await),
        "UNKNOWN_INTEGRATION"
    );
}

#[tokio::test]
async fn an_answer_is_kept_for_as_long_as_the_action_says() {
    let mut settings = get("https://api.example.com/${input.id}");
    settings["actions"]["go"]["cache_seconds"] = json!(60);
    let stage = Stage::new(settings).await;
    stage.will([
        Does::Answer(200, json!({"n": 1})),
        Does::Answer(200, json!({"n": 2})),
    ]);
    for _ in 0..3 {
        assert_eq!(
            stage.run("go", json!({"id": "a"})).await.result.unwrap(),
            json!({"n": 1})
        );
    }
    assert_eq!(
        stage.run("go", json!({"id": "b"})).await.result.unwrap(),
        json!({"n": 2})
    );
    stage.clock.advance(std::time::Duration::from_secs(61));
    stage.will([Does::Answer(200, json!({"n": 3}))]);
    assert_eq!(
        stage.run("go", json!({"id": "a"})).await.result.unwrap(),
        json!({"n": 3})
    );
}

#[tokio::test]
async fn an_output_is_flattened_on_request_with_its_places_kept() {
    let stage = Stage::new(get("https://api.example.com/")).await;
    stage.will([Does::Answer(
        200,
        json!({"a": {"b": {"c": 1}}, "items": [{"id": 1, "n": "x"}, {"id": 2}], "tags": ["t"]}),
    )]);
    let mut call = stage.call("go", json!({}));
    call.flatten = true;
    let flat = stage.runner.run(&call).await.result.unwrap();
    assert_eq!(
        flat,
        json!({"a.b.c": 1, "items.id": [1, 2], "items.n": ["x", null], "tags": ["t"]})
    );
}
