use std::time::Duration;

use deskbridge_testkit::sandbox::Fault;
use deskbridge_testkit::sandbox::dynamics::{Dynamics, Options};
use serde_json::{Value, json};

use crate::sandboxes::{Desk, SOON};
use crate::support::error_type;

fn settings(org: &Dynamics, form: &str) -> Value {
    json!({
        "type": "dynamics-365", "credential": "main", "credential_type": form, "login_url": org.url(),
        "actions": {
            "find": {
                "request": {"method": "GET", "url": "/api/data/v9.2/contacts?$select=contactid,fullname&$filter=telephone1 eq '$esc.url($input.phone)'"},
                "response": {"values": {"names": "$.value[*].fullname"}, "success": "{\"names\": ${names}}"},
            },
            "open-case": {
                "request": {"method": "POST", "url": "/api/data/v9.2/incidents", "body": "{\"title\": \"$esc.jsonString($input.title)\"}"},
            },
        },
    })
}

async fn desk(org: &Dynamics) -> Desk {
    let (options, url) = (Options::default(), org.url());
    let fields = [
        ("tenantId", options.tenant.as_str()),
        ("clientId", &options.client_id),
        ("clientSecret", &options.client_secret),
        ("orgWebAddress", &url),
    ];
    Desk::new(settings(org, "client-credentials"), &fields).await
}

#[tokio::test]
async fn an_application_user_finds_and_creates_rows() {
    let org = Dynamics::start(Options::default()).await.unwrap();
    let desk = desk(&org).await;
    let found = desk.run("find", json!({"phone": "+4930123456"}), None, SOON);
    assert_eq!(
        found.await.result.unwrap(),
        json!({"names": ["Ann O'Hara"]})
    );
    org.script().on(
        "POST",
        "/api/data/v9.2/incidents",
        Fault::TooManyRequests {
            retry_after: Duration::from_secs(1),
        },
    );
    let made = desk.run("open-case", json!({"title": "Line \"1\""}), None, SOON);
    assert_eq!(made.await.result.unwrap(), json!({}), "204 has no body");
    let rows = org.rows("incidents");
    assert_eq!(rows.last().unwrap()["title"], "Line \"1\"");
    assert_eq!((rows.len(), org.logins()), (4, 1));
}

#[tokio::test]
async fn a_user_and_password_are_taken_where_they_still_work() {
    let org = Dynamics::start(Options::default()).await.unwrap();
    let (options, url) = (Options::default(), org.url());
    for (password, expected) in [
        (options.password.as_str(), Ok(json!({"names": []}))),
        ("wrong", Err("INVALID_CREDENTIALS")),
    ] {
        let fields = [
            ("username", options.username.as_str()),
            ("password", password),
            ("applicationId", &options.client_id),
            ("orgWebAddress", &url),
        ];
        let desk = Desk::new(settings(&org, "password"), &fields).await;
        let found = desk.run("find", json!({"phone": "0"}), None, SOON).await;
        let found = found.result.map_err(|error| error.error_type.name());
        assert_eq!(found, expected);
    }
}

#[tokio::test]
async fn an_input_is_a_text_in_a_filter_and_never_a_clause() {
    let org = Dynamics::start(Options::default()).await.unwrap();
    let desk = desk(&org).await;
    for hostile in [
        "0' or telephone1 ne '0",
        "x'",
        "0&$top=1000",
        "0#",
        "' or '1' eq '1",
    ] {
        let finished = desk
            .run("find", json!({"phone": hostile}), None, SOON)
            .await;
        let refused = finished.result.is_err() && error_type(&finished) == "REQUEST_REFUSED";
        let harmless = finished.result == Ok(json!({"names": []}));
        assert!(refused || harmless, "{hostile}: {finished:?}");
        assert!(refused || !hostile.contains('\''), "{hostile}");
    }
    // Doubled, as OData has it, a quote is one sign of the text.
    let doubled = desk
        .run("find", json!({"phone": "O''Hara"}), None, SOON)
        .await;
    assert_eq!(doubled.result.unwrap(), json!({"names": []}));
}

#[tokio::test]
async fn a_tenant_that_is_none_sends_no_secret_anywhere() {
    let org = Dynamics::start(Options::default()).await.unwrap();
    let url = org.url();
    let fields = [
        ("tenantId", "../evil"),
        ("clientId", "c"),
        ("clientSecret", "s"),
        ("orgWebAddress", &url),
    ];
    let desk = Desk::new(settings(&org, "client-credentials"), &fields).await;
    let finished = desk.run("find", json!({"phone": "0"}), None, SOON).await;
    assert_eq!(error_type(&finished), "MISCONFIGURED");
    assert!(org.requests().is_empty());
}
