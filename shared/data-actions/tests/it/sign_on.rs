use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Does, SECRET, Stage, body, error_type};

fn header(request: &deskbridge_core::http::HttpRequest, name: &str) -> Option<String> {
    let own = request
        .own_headers
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.clone());
    own.or_else(|| {
        request
            .headers
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.clone())
    })
}

fn genesys() -> Value {
    json!({"type": "genesys-cloud", "credential": "main", "region": "mypurecloud.de", "actions": {"go": {"request": {
        "method": "POST", "url": "/api/v2/users/${input.id}/presence", "body": "{}",
    }}}})
}

fn token(value: &str, seconds: u64) -> Does {
    Does::Answer(
        200,
        json!({"access_token": value, "expires_in": seconds, "token_type": "bearer"}),
    )
}

#[tokio::test]
async fn genesys_cloud_gets_a_token_of_its_region_and_uses_it_until_it_ends() {
    let stage = Stage::new(genesys()).await;
    let done = Does::Text(204, "");
    stage.will([token("t-0001", 3_600), done.clone(), done.clone()]);
    for _ in 0..2 {
        stage.run("go", json!({"id": "u1"})).await.result.unwrap();
    }
    let sent = stage.sent();
    assert_eq!(sent.len(), 3, "one token for both");
    assert_eq!(sent[0].url, "https://login.mypurecloud.de/oauth/token");
    assert_eq!(body(&sent[0]), "grant_type=client_credentials");
    assert_eq!(
        sent[1].url,
        "https://api.mypurecloud.de/api/v2/users/u1/presence"
    );
    assert_eq!(
        header(&sent[2], "authorization").as_deref(),
        Some("Bearer t-0001")
    );
    stage.clock.advance(Duration::from_secs(3_600));
    stage.will([token("t-0002", 3_600), done]);
    stage.run("go", json!({"id": "u1"})).await.result.unwrap();
    assert_eq!(
        header(&stage.sent()[1], "authorization").as_deref(),
        Some("Bearer t-0002")
    );
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let stage = Stage::new(genesys()).await;
    let refused = Does::Answer(401, json!({"message": "expired"}));
    stage.will([
        token("t-0001", 3_600),
        refused.clone(),
        token("t-0002", 3_600),
        Does::Text(204, ""),
    ]);
    stage.run("go", json!({"id": "u1"})).await.result.unwrap();
    assert_eq!(stage.sent().len(), 4);
    stage.will([refused.clone(), token("t-0003", 3_600), refused]);
    let finished = stage.run("go", json!({"id": "u1"})).await;
    assert_eq!(error_type(&finished), "INVALID_CREDENTIALS");
    assert_eq!(stage.sent().len(), 3);
}

#[tokio::test]
async fn a_refused_sign_on_sends_nothing_else_and_shows_no_secret() {
    let stage = Stage::new(genesys()).await;
    stage.will([Does::Answer(
        400,
        json!({"error": "invalid_client", "error_description": SECRET}),
    )]);
    let finished = stage.run("go", json!({"id": "u1"})).await;
    assert_eq!(error_type(&finished), "INVALID_CREDENTIALS");
    let message = finished.result.unwrap_err().message;
    assert!(
        message.contains("invalid_client") && !message.contains(SECRET),
        "{message}"
    );
    assert_eq!(stage.sent().len(), 1);
}

#[tokio::test]
async fn salesforce_calls_the_instance_that_its_login_names() {
    let settings = json!({"type": "salesforce", "credential": "main", "login_url": "https://acme.my.salesforce.com", "actions": {"go": {"request": {
        "method": "GET", "url": "/services/data/v66.0/query?q=SELECT+Id+FROM+Contact+WHERE+Phone='${input.phone}'",
    }}}});
    let stage = Stage::new(settings.clone()).await;
    let login = |instance: &str| {
        Does::Answer(
            200,
            json!({"access_token": "t-0001", "instance_url": instance}),
        )
    };
    stage.will([
        login("https://acme.my.salesforce.com"),
        Does::Answer(200, json!({"records": []})),
    ]);
    stage
        .run("go", json!({"phone": "0301"}))
        .await
        .result
        .unwrap();
    let sent = stage.sent();
    assert_eq!(
        body(&sent[0]),
        "grant_type=client_credentials&client_id=client-1&client_secret=s3cret-canary%2F%2B%3D"
    );
    assert!(
        sent[1]
            .url
            .starts_with("https://acme.my.salesforce.com/services/data/v66.0/query?q=SELECT+Id")
    );
    for hostile in ["' OR Name != '", "x' OR ''='", "\\"] {
        assert_eq!(
            error_type(&stage.run("go", json!({"phone": hostile})).await),
            "REQUEST_REFUSED"
        );
    }
    let stage = Stage::new(settings).await;
    stage.will([login("https://evil.example")]);
    assert_eq!(
        error_type(&stage.run("go", json!({"phone": "0301"})).await),
        "MISCONFIGURED"
    );
}

#[tokio::test]
async fn zendesk_signs_each_request_and_keys_what_creates_a_ticket() {
    let settings = json!({"type": "zendesk", "credential": "main", "actions": {"go": {"request": {
        "method": "POST", "url": "/api/v2/tickets.json", "body": "{\"ticket\": {\"subject\": \"$esc.jsonString($input.s)\"}}",
    }}}});
    let stage = Stage::new(settings).await;
    stage.will([
        Does::With(429, vec![("retry-after", "1")], json!("slow down")),
        Does::Answer(201, json!({"ticket": {"id": 3}})),
    ]);
    stage.run("go", json!({"s": "Hi"})).await.result.unwrap();
    let sent = stage.sent();
    assert_eq!(sent[0].url, "https://acme.example.com/api/v2/tickets.json");
    let keys: Vec<_> = sent
        .iter()
        .map(|request| header(request, "idempotency-key").unwrap())
        .collect();
    assert_eq!(keys[0], keys[1], "both tries have one key");
    // ann@example.com/token:…
    assert!(
        header(&sent[0], "authorization")
            .unwrap()
            .starts_with("Basic YW5uQGV4YW1wbGUuY29tL3Rva2VuOn")
    );
}

#[tokio::test]
async fn a_credential_is_not_shown_to_another_host() {
    let settings = json!({"type": "zendesk", "credential": "main", "actions": {"go": {"request": {
        "method": "GET", "url": "https://elsewhere.example.com/",
    }}}});
    let stage = Stage::new(settings).await;
    assert_eq!(
        error_type(&stage.run("go", json!({})).await),
        "REQUEST_REFUSED"
    );
    assert!(stage.sent().is_empty());
}

#[tokio::test]
async fn a_login_action_feeds_the_other_actions_and_stays_out_of_the_trace() {
    let settings = json!({
        "type": "web-services", "credential": "main", "credential_type": "user-defined-oauth",
        "login": {
            "request": {
                "method": "POST", "url": "https://${credentials.host}/login",
                "headers": {"Content-Type": "application/x-www-form-urlencoded", "Authorization": "Basic $encoding.base64(\"${credentials.clientId}:${credentials.clientSecret}\")"},
                "body": "grant_type=client_credentials",
            },
            "response": {"values": {"t": "$.token"}, "success": "{\"token\": ${t}, \"host\": \"api.example.com\"}"},
        },
        "actions": {"go": {"request": {
            "method": "GET", "url": "https://${authResponse.host}/me", "headers": {"Authorization": "Bearer ${authResponse.token}"},
        }}},
    });
    let stage = Stage::new(settings).await;
    let login = |token: &str| Does::Answer(200, json!({"token": token}));
    stage.will([
        login("lt-0001"),
        Does::Answer(401, json!({})),
        login("lt-0002"),
        Does::Answer(200, json!({"me": 1})),
    ]);
    let finished = stage.run("go", json!({})).await;
    assert_eq!(finished.result.unwrap(), json!({"me": 1}));
    let sent = stage.sent();
    assert_eq!(
        header(&sent[3], "Authorization").as_deref(),
        Some("Bearer lt-0002")
    );
    let shown = serde_json::to_string(&finished.trace).unwrap();
    assert!(!shown.contains("lt-000"), "{shown}");
}
