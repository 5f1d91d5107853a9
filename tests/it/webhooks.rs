//! What the HTTP face answers, row by row of the bad-input catalogue that this version covers.

use std::time::Duration;

use it_support::{World, client};

const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn every_bad_body_has_its_status_and_shows_nothing_of_itself() {
    let world = World::start().await;
    let deep = |depth: usize| format!("{{\"canary\":{}1{}}}", "[".repeat(depth), "]".repeat(depth));
    let table: Vec<(&str, String, u16)> = vec![
        ("empty", String::new(), 400),
        ("null", "null".into(), 400),
        ("list", "[\"canary\"]".into(), 400),
        ("text", "\"canary\"".into(), 400),
        ("number", "1".into(), 400),
        ("truncated", "{\"canary\":".into(), 400),
        ("trailing bytes", "{} canary".into(), 400),
        ("lone surrogate", "{\"canary\":\"\\ud800\"}".into(), 400),
        ("1e400", "{\"canary\":1e400}".into(), 400),
        ("NaN", "{\"canary\":NaN}".into(), 400),
        (
            "30 digits",
            format!("{{\"canary\":{}}}", "9".repeat(30)),
            400,
        ),
        ("depth 33", deep(33), 400),
        ("depth 100,000", deep(100_000), 400),
        (
            "10,001 values",
            format!("{{\"canary\":[{}0]}}", "0,".repeat(10_000)),
            413,
        ),
        (
            "too large",
            format!("{{\"canary\":\"{}\"}}", "x".repeat(512 * 1024)),
            413,
        ),
        (
            "byte order mark",
            "\u{feff}{\"Case ID\":\"1\",\"Status\":\"Open\"}".into(),
            202,
        ),
        (
            "NUL in text",
            "{\"Case ID\":\"1\",\"Status\":\"Open\",\"Subject\":\"a\\u0000b\"}".into(),
            202,
        ),
        ("missing status", "{\"Case ID\":\"1\"}".into(), 202),
    ];
    for (name, body, expected) in table {
        let (status, answer) = world.post("kayako", body).await;
        assert_eq!(status, expected, "{name}: {answer}");
        assert!(!answer.to_string().contains("canary"), "{name}: {answer}");
        if expected >= 400 {
            assert_eq!(answer["status"], expected, "{name}");
            assert!(
                answer["request_id"].is_string() && answer["title"].is_string(),
                "{name}"
            );
        }
    }
}

#[tokio::test]
async fn invalid_utf_8_is_refused() {
    let world = World::start().await;
    let url = format!("http://{}/webhooks/kayako/{}", world.address, world.key);
    for body in [
        &b"{\"a\":\"\xff\"}"[..],
        b"\xc0\xaf",
        b"\xed\xa0\x80",
        b"\xfe\xff\x00{",
    ] {
        let sent = client()
            .post(&url)
            .header(JSON.0, JSON.1)
            .body(body.to_vec())
            .send()
            .await;
        assert_eq!(sent.unwrap().status(), 400);
    }
}

#[tokio::test]
async fn content_types_and_encodings_are_a_list() {
    let world = World::start().await;
    let body = "{\"Case ID\":\"1\",\"Status\":\"Open\"}";
    for (headers, expected) in [
        (vec![JSON], 202),
        (
            vec![("content-type", "application/json; charset=UTF-8")],
            202,
        ),
        (vec![], 202),
        (
            vec![("content-type", "application/json; charset=Shift_JIS")],
            415,
        ),
        (
            vec![("content-type", "application/x-www-form-urlencoded")],
            415,
        ),
        (vec![JSON, ("content-encoding", "gzip")], 415),
        (vec![JSON, ("content-encoding", "br")], 415),
    ] {
        let (status, answer) = world.post_with("kayako", &world.key, &headers, body).await;
        assert_eq!(status, expected, "{headers:?}: {answer}");
    }
}

#[tokio::test]
async fn every_wrong_address_gets_one_and_the_same_answer() {
    let world = World::start().await;
    let key = world.key.clone();
    let mut other = key.clone();
    other.replace_range(0..1, if key.starts_with('a') { "b" } else { "a" });
    let wrong = [
        other,
        key.to_uppercase() + "X",
        key.chars().take(20).collect(),
        "a".repeat(10_000),
        "%2e%2e%2fadmin".into(),
    ];
    let mut bodies = Vec::new();
    for key in wrong {
        let (status, mut answer) = world.post_with("kayako", &key, &[JSON], "{}").await;
        answer["request_id"] = "".into();
        assert_eq!(status, 404);
        bodies.push(answer);
    }
    let (status, mut answer) = world
        .post_with("unknown-vendor", &world.key, &[JSON], "{}")
        .await;
    answer["request_id"] = "".into();
    assert_eq!(status, 404);
    bodies.push(answer);
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
}

#[tokio::test]
async fn only_post_is_answered_and_the_answer_says_so() {
    let world = World::start().await;
    let url = format!("http://{}/webhooks/kayako/{}", world.address, world.key);
    let response = client().get(&url).send().await.unwrap();
    assert_eq!(response.status(), 405);
    assert_eq!(response.headers()["allow"], "POST");
    assert_eq!(
        response.headers()["content-type"],
        "application/problem+json"
    );
    let slash = client()
        .post(format!("{url}/"))
        .header(JSON.0, JSON.1)
        .body("{}")
        .send()
        .await;
    assert_eq!(slash.unwrap().status(), 404);
    let query = format!("http://{}/webhooks/kayako?key={}", world.address, world.key);
    assert_eq!(
        client()
            .post(query)
            .body("{}")
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
}

#[tokio::test]
async fn a_deleted_integration_is_gone_and_its_late_events_are_recorded() {
    let world = World::start().await;
    world.post_kayako(&[]).await;
    let mut stored = world
        .bundle
        .store
        .integration("support-alerts")
        .await
        .unwrap()
        .unwrap();
    let version = stored.version;
    stored.version += 1;
    stored.deleted_at = Some(stored.updated_at);
    world
        .bundle
        .store
        .put_integration(stored, version)
        .await
        .unwrap();
    world.bundle.directory.forget();
    assert_eq!(world.post_kayako(&[]).await.0, 410);
    world.pass(Duration::from_secs(60)).await;
    assert_eq!(
        world.last_decision().await,
        "suppressed: the integration is deleted"
    );
    assert!(world.sandbox.opsgenie.alerts().is_empty());
}

#[tokio::test]
async fn a_body_that_does_not_fit_is_recorded_with_the_field() {
    let world = World::start().await;
    for (body, field) in [
        ("{\"Status\":\"New\"}", "Case ID"),
        ("{\"Case ID\":\"\",\"Status\":\"New\"}", "Case ID"),
        ("{\"Case ID\":\"4\"}", "Status"),
    ] {
        assert_eq!(world.post("kayako", body).await.0, 202);
        world.settle().await;
        let said = world.last_decision().await;
        assert!(
            said.starts_with(&format!("failed: {field}")),
            "{body}: {said}"
        );
        let events = world.events().await;
        assert_eq!(events.last().unwrap().body, body, "the raw body is kept");
        world.clock.advance(Duration::from_secs(1));
    }
}

#[tokio::test]
async fn a_secret_header_is_demanded_where_one_is_configured() {
    let world = World::start_with(|document| {
        document.replace(
            "credential: opsgenie-support,",
            "credential: opsgenie-support, webhook_credential: opsgenie-hook,",
        )
    })
    .await;
    world.set_credential("opsgenie-hook", &[("token", "correct horse")]);
    let body = "{\"action\":\"Acknowledge\",\"alert\":{\"alertId\":\"1\"}}";
    for (token, expected) in [
        (None, 401),
        (Some("wrong"), 401),
        (Some("correct horse"), 202),
    ] {
        let mut headers = vec![JSON];
        headers.extend(token.map(|token| ("x-deskbridge-token", token)));
        let (status, answer) = world
            .post_with("opsgenie", &world.key, &headers, body)
            .await;
        assert_eq!(status, expected, "{token:?}");
        assert!(!answer.to_string().contains("horse"));
    }
    let twice = [
        JSON,
        ("x-deskbridge-token", "correct horse"),
        ("x-deskbridge-token", "correct horse"),
    ];
    assert_eq!(
        world
            .post_with("opsgenie", &world.key, &twice, body)
            .await
            .0,
        401
    );
}

#[tokio::test]
async fn health_is_answered() {
    let world = World::start().await;
    let url = format!("http://{}/healthz", world.address);
    let response = client().get(url).send().await.unwrap();
    assert_eq!(response.status(), 200);
}
