//! Inputs are data: whatever they hold, host, structure and template stay the author's.

use deskbridge_core::http::HttpRequest;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::support::{Does, Stage, error_type, get, post, web};

/// What attackers send: none of it may reshape a request.
const HOSTILE: [&str; 18] = [
    "\",\"admin\":\"true",
    "\"}, {\"x\": \"",
    "x\r\nX-Injected: 1",
    "#set($x = 1)$x",
    "${credentials.password}",
    "$credentials.password",
    "../../admin",
    "%2e%2e/admin",
    "@evil.example",
    "//evil.example/",
    "https://evil.example/",
    "x&admin=true",
    "x#",
    "x?y=1",
    "\\evil.example",
    "' OR Name != '",
    "\u{0}",
    "%0d%0aX: 1",
];

#[tokio::test]
async fn hostile_inputs_never_change_the_structure_of_a_body() {
    let stage = Stage::new(post(
        "https://api.example.com/x",
        "{\"a\": \"${input.a}\", \"admin\": false}",
    ))
    .await;
    for hostile in HOSTILE {
        stage.will([Does::Answer(200, json!({}))]);
        let finished = stage.run("go", json!({"a": hostile})).await;
        if let Some(sent) = stage.sent().first() {
            let body: Value = serde_json::from_slice(sent.body.as_ref().unwrap()).unwrap();
            assert_eq!(body, json!({"a": hostile, "admin": false}));
        } else {
            assert_eq!(error_type(&finished), "REQUEST_REFUSED", "{hostile}");
            stage.clear();
        }
    }
}

#[tokio::test]
async fn escaped_inputs_arrive_whole() {
    let stage = Stage::new(post(
        "https://api.example.com/x",
        "{\"a\": \"$esc.jsonString($input.a)\"}",
    ))
    .await;
    for hostile in HOSTILE {
        stage.will([Does::Answer(200, json!({}))]);
        stage.run("go", json!({"a": hostile})).await.result.unwrap();
        let (_, body) = stage.sent_one();
        assert_eq!(
            serde_json::from_str::<Value>(&body).unwrap(),
            json!({"a": hostile})
        );
    }
}

#[tokio::test]
async fn an_integration_may_have_inputs_escaped_instead_of_refused() {
    let mut settings = post(
        "https://api.example.com/${input.b}",
        "{\"a\": \"${input.a}\"}",
    );
    settings["escape"] = json!("auto");
    let stage = Stage::new(settings).await;
    for hostile in HOSTILE {
        stage.will([Does::Answer(200, json!({}))]);
        stage
            .run("go", json!({"a": hostile, "b": "x/y?z"}))
            .await
            .result
            .unwrap();
        let (url, body) = stage.sent_one();
        assert_eq!(
            serde_json::from_str::<Value>(&body).unwrap(),
            json!({"a": hostile})
        );
        assert_eq!(url, "https://api.example.com/x%2Fy%3Fz");
    }
}

#[tokio::test]
async fn hostile_inputs_never_change_host_path_or_parameters_of_an_address() {
    let templates = [
        "https://api.example.com/users/${input.a}?q=${input.a}",
        "https://api.example.com/${input.a}",
        "https://api.example.com${input.a}",
        "https://api.example.com/x?q=${input.a}&limit=1",
        "${input.a}",
        "https://${input.a}/x",
        "https://${input.a}.example.com/x",
    ];
    for template in templates {
        let stage = Stage::new(get(template)).await;
        for hostile in HOSTILE.into_iter().chain(["evil.example", "10", "evil"]) {
            stage.will([Does::Answer(200, json!({}))]);
            let finished = stage.run("go", json!({"a": hostile})).await;
            let Some(sent) = stage.sent().pop() else {
                // Without a host of the author's there is none to call.
                let refused = ["REQUEST_REFUSED", "MISCONFIGURED"].contains(&error_type(&finished));
                assert!(refused, "{template} {hostile}");
                stage.clear();
                continue;
            };
            let url = url::Url::parse(&sent.url).unwrap();
            assert_eq!(
                url.host_str(),
                Some("api.example.com"),
                "{template} {hostile}"
            );
            assert!(
                url.path().split('/').all(|part| part != "admin"),
                "{}",
                sent.url
            );
            let keys: Vec<_> = url.query_pairs().map(|(key, _)| key.into_owned()).collect();
            assert!(!keys.contains(&"admin".to_owned()), "{}", sent.url);
        }
    }
}

#[tokio::test]
async fn a_number_is_no_way_to_choose_the_host_either() {
    let stage = Stage::new(get("https://10.0.0.${input.n}/x")).await;
    assert_eq!(
        error_type(&stage.run("go", json!({"n": 5})).await),
        "REQUEST_REFUSED"
    );
}

#[tokio::test]
async fn a_host_may_come_from_the_credential() {
    let mut settings = get("https://${credentials.host}/x/${input.a}");
    settings["credential"] = json!("main");
    settings["credential_type"] = json!("user-defined");
    let stage = Stage::new(settings).await;
    stage.will([Does::Answer(200, json!({}))]);
    stage.run("go", json!({"a": "b c"})).await.result.unwrap();
    assert_eq!(stage.sent_one().0, "https://api.example.com/x/b%20c");
}

#[tokio::test]
async fn a_header_holds_no_line_break() {
    let stage = Stage::new(web(json!({"request": {
        "method": "GET", "url": "https://api.example.com/", "headers": {"X-Note": "${input.a}", "Transfer-Encoding": "buffered"},
    }})))
    .await;
    assert_eq!(
        error_type(&stage.run("go", json!({"a": "x\r\nY: 1"})).await),
        "REQUEST_REFUSED"
    );
    stage.will([Does::Answer(200, json!({}))]);
    stage.run("go", json!({"a": "x, y"})).await.result.unwrap();
    assert_eq!(
        stage.sent()[0].own_headers,
        [("X-Note".to_owned(), "x, y".to_owned())]
    );
}

#[tokio::test]
async fn a_list_passed_as_text_may_stand_in_a_body_without_quotes() {
    let stage = Stage::new(post(
        "https://api.example.com/x",
        "{\"ids\": ${input.ids}, \"n\": \"${input.n}\"}",
    ))
    .await;
    stage.will([Does::Answer(200, json!({}))]);
    stage
        .run("go", json!({"ids": "[\"a\",\"b,c\"]", "n": "Miller, Ann"}))
        .await
        .result
        .unwrap();
    let (_, body) = stage.sent_one();
    assert_eq!(
        serde_json::from_str::<Value>(&body).unwrap(),
        json!({"ids": ["a", "b,c"], "n": "Miller, Ann"})
    );
    let more = stage
        .run("go", json!({"ids": "[1], \"admin\": true", "n": "x"}))
        .await;
    assert_eq!(error_type(&more), "REQUEST_REFUSED");
}

#[tokio::test]
async fn a_form_keeps_its_fields() {
    let action = json!({"request": {
        "method": "POST", "url": "https://api.example.com/token",
        "headers": {"Content-Type": "application/x-www-form-urlencoded"},
        "body": "grant=x&user=${input.a}",
    }});
    let stage = Stage::new(web(action)).await;
    assert_eq!(
        error_type(&stage.run("go", json!({"a": "x&grant=y"})).await),
        "REQUEST_REFUSED"
    );
    stage.will([Does::Answer(200, json!({}))]);
    stage
        .run("go", json!({"a": "Ann: A"}))
        .await
        .result
        .unwrap();
    assert_eq!(stage.sent_one().1, "grant=x&user=Ann: A");
}

#[tokio::test]
async fn an_owner_may_free_one_action_and_its_host_stays_guarded() {
    let mut settings = get("https://api.example.com/x?${input.query}");
    settings["actions"]["go"]["structure"] = json!("free");
    let stage = Stage::new(settings).await;
    stage.will([Does::Answer(200, json!({}))]);
    stage
        .run("go", json!({"query": "a=1&b=2"}))
        .await
        .result
        .unwrap();
    assert_eq!(stage.sent_one().0, "https://api.example.com/x?a=1&b=2");
}

#[tokio::test]
async fn a_search_of_zendesk_gets_no_further_clause() {
    let settings = json!({"type": "zendesk", "credential": "main", "actions": {"go": {"request": {
        "method": "GET", "url": "/api/v2/search.json?query=type:user%20phone:*$esc.url($input.a)",
    }}}});
    let stage = Stage::new(settings).await;
    stage.will([Does::Answer(200, json!({}))]);
    stage
        .run("go", json!({"a": "49 301"}))
        .await
        .result
        .unwrap();
    stage.sent_one();
    for hostile in ["1 role:admin", "1 created>2020", "1\" role:\"admin"] {
        assert_eq!(
            error_type(&stage.run("go", json!({"a": hostile})).await),
            "REQUEST_REFUSED"
        );
    }
}

/// Texts in which the signs that mean something are as common as letters.
fn hostile() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[a-z0-9\"\\\\{}\\[\\],:&=%+;#?/.@$! '<>\r\n]{0,12}|\\PC{0,8}")
        .unwrap()
}

#[test]
fn whatever_is_sent_has_the_structure_that_its_author_wrote() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let stage = runtime.block_on(Stage::new(post(
        "https://api.example.com/u/${input.a}?q=${input.b}&limit=1",
        "{\"a\": \"${input.a}\", \"admin\": false, \"b\": [\"${input.b}\"]}",
    )));
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let claim = |(a, b): (String, String)| {
        stage.clear();
        stage.will([Does::Answer(200, json!({}))]);
        let finished = runtime.block_on(stage.run("go", json!({"a": a, "b": b})));
        match stage.sent().pop() {
            Some(sent) => keeps_its_structure(&sent),
            None => {
                prop_assert_eq!(error_type(&finished), "REQUEST_REFUSED");
                Ok(())
            }
        }
    };
    runner.run(&(hostile(), hostile()), claim).unwrap();
}

fn keeps_its_structure(sent: &HttpRequest) -> Result<(), TestCaseError> {
    let body: Value = serde_json::from_slice(sent.body.as_ref().unwrap()).unwrap();
    prop_assert_eq!(body["admin"].as_bool(), Some(false));
    prop_assert_eq!(body.as_object().unwrap().len(), 3);
    prop_assert_eq!(body["b"].as_array().unwrap().len(), 1);
    prop_assert!(body["a"].is_string() && body["b"][0].is_string());
    let url = url::Url::parse(&sent.url).unwrap();
    prop_assert_eq!(url.host_str(), Some("api.example.com"));
    prop_assert_eq!(url.path_segments().unwrap().count(), 2);
    let keys: Vec<_> = url.query_pairs().map(|(key, _)| key.into_owned()).collect();
    prop_assert_eq!(keys, ["q", "limit"]);
    Ok(())
}
