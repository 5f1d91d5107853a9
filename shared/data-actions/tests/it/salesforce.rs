//! The forms of a Salesforce credential beside the client credentials.

use deskbridge_testkit::sandbox::SANDBOX_KEY;
use deskbridge_testkit::sandbox::salesforce::{Options, Salesforce};
use serde_json::{Value, json};

use crate::sandboxes::{Desk, SOON};

async fn find(org: &Salesforce, form: &str, fields: &[(&str, &str)]) -> Result<Value, String> {
    let settings = json!({"type": "salesforce", "credential": "main", "credential_type": form, "login_url": org.url(), "actions": {"find": {
        "request": {"method": "GET", "url": "/services/data/v66.0/query?q=SELECT+Name+FROM+Contact+WHERE+Name='$esc.url($input.name)'"},
        "response": {"values": {"names": "$.records[*].Name"}, "success": "{\"names\": ${names}}"},
    }}});
    let desk = Desk::new(settings, fields).await;
    let finished = desk.run("find", json!({"name": "Bo"}), None, SOON).await;
    finished.result.map_err(|error| error.message)
}

#[tokio::test]
async fn a_signed_assertion_signs_on_as_the_user_that_the_app_is_approved_for() {
    let options = Options::default();
    let org = Salesforce::start(options.clone()).await.unwrap();
    let fields = |user: &'static str| {
        [
            ("clientId", "salesforce-sandbox-key"),
            ("privateKey", SANDBOX_KEY),
            ("username", user),
        ]
    };
    assert_eq!(
        find(&org, "jwt-bearer", &fields("flow@example.com")).await,
        Ok(json!({"names": ["Bo"]}))
    );
    let refused = find(&org, "jwt-bearer", &fields("eve@example.com")).await;
    assert!(refused.unwrap_err().contains("invalid_grant"));
}

#[tokio::test]
async fn a_password_goes_with_its_security_token_behind_it() {
    let options = Options::default();
    let org = Salesforce::start(options.clone()).await.unwrap();
    let fields = |password: &'static str| {
        [
            ("clientId", "salesforce-sandbox-key"),
            ("clientSecret", "salesforce-sandbox-secret"),
            ("username", "flow@example.com"),
            ("password", password),
            ("securityToken", "AS4DFA9SasdJas2HIasd1asdf"),
        ]
    };
    let found = find(&org, "password", &fields("salesforce-sandbox-password")).await;
    assert_eq!(found, Ok(json!({"names": ["Bo"]})));
    assert!(find(&org, "password", &fields("wrong")).await.is_err());
}
