//! Service accounts against the sandbox, which checks each assertion's signature.

use deskbridge_testkit::sandbox::google::{Google, Options};
use serde_json::{Value, json};

use crate::sandboxes::{Desk, SOON};
use crate::support::{Does, Stage, error_type};

const READ_USERS: &str = "https://www.googleapis.com/auth/admin.directory.user.readonly";

fn workspace(google: &Google) -> Value {
    json!({
        "type": "google", "credential": "main", "credential_type": "gsuite-service-account",
        "base_url": google.url(), "login_url": format!("{}/token", google.url()),
        "actions": {"find-user": {
            "request": {"method": "GET", "url": "/admin/directory/v1/users/$esc.uriEncode($input.email)"},
            "response": {"values": {"email": "$.primaryEmail"}, "success": "{\"email\": ${email}}"},
        }},
    })
}

async fn find(google: &Google, fields: &[(&str, &str)]) -> Result<Value, String> {
    let desk = Desk::new(workspace(google), fields).await;
    let finished = desk
        .run("find-user", json!({"email": "ann@example.com"}), None, SOON)
        .await;
    finished.result.map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_service_account_stands_for_a_user_however_its_key_was_pasted() {
    let options = Options::default();
    let google = Google::start(options.clone()).await.unwrap();
    let escaped = options.private_key.replace('\n', "\\n");
    let quoted = format!("\"{escaped}\",");
    let windows = options.private_key.replace('\n', "\r\n");
    let file = json!({
        "type": "service_account", "private_key_id": options.private_key_id,
        "private_key": options.private_key, "client_email": options.client_email,
    });
    let scopes = format!("{READ_USERS}, https://www.googleapis.com/auth/calendar.readonly");
    for key in [
        &options.private_key,
        &escaped,
        &quoted,
        &windows,
        &file.to_string(),
    ] {
        let fields = [
            ("client_email", options.client_email.as_str()),
            ("private_key_id", &options.private_key_id),
            ("private_key", key),
            ("scopes", &scopes),
            ("userEmail", "admin@example.com"),
        ];
        let found = find(&google, &fields).await;
        assert_eq!(found, Ok(json!({"email": "ann@example.com"})), "{key}");
    }
    let whole = [
        ("key_file", file.to_string()),
        ("scopes", READ_USERS.to_owned()),
        ("userEmail", "admin@example.com".to_owned()),
    ];
    let whole = whole.each_ref().map(|(name, text)| (*name, text.as_str()));
    assert!(find(&google, &whole).await.is_ok());
    assert_eq!(google.logins(), 6);
}

#[tokio::test]
async fn what_the_administrator_did_not_delegate_is_refused_by_its_code() {
    let options = Options::default();
    let google = Google::start(options.clone()).await.unwrap();
    let with = |scopes: &'static str, user: Option<&'static str>| {
        let mut fields = vec![
            ("client_email", options.client_email.as_str()),
            ("private_key_id", &options.private_key_id),
            ("private_key", &options.private_key),
            ("scopes", scopes),
        ];
        fields.extend(user.map(|user| ("userEmail", user)));
        fields
    };
    let cases = [
        (
            with(
                "https://www.googleapis.com/auth/drive",
                Some("admin@example.com"),
            ),
            "INVALID_CREDENTIALS: the sign-on was refused: unauthorized_client",
        ),
        (
            with("https://www.googleapis.com/auth/drive", None),
            "INVALID_CREDENTIALS: the sign-on was refused: invalid_scope",
        ),
        (
            with(READ_USERS, None),
            "TARGET_FAILED: the target refused (answered 403)",
        ),
    ];
    for (fields, expected) in cases {
        let refused = find(&google, &fields).await.unwrap_err();
        assert!(refused.starts_with(expected), "{refused}");
    }
}

#[tokio::test]
async fn a_function_of_google_gets_a_token_for_itself_and_may_answer_with_text() {
    let options = Options::default();
    let google = Google::start(options.clone()).await.unwrap();
    let settings = json!({
        "type": "google", "credential": "main", "login_url": format!("{}/token", google.url()),
        "audience": format!("{}/find-customer", google.url()),
        "actions": {"find": {"request": {"method": "POST", "url": "/find-customer", "body": "${input.rawRequest}"},
            "response": {"values": {"c": "$.customer"}, "success": "{\"customer\": ${c}}"}}},
    });
    let fields = [
        ("client_email", options.client_email.as_str()),
        ("private_key_id", &options.private_key_id),
        ("private_key", &options.private_key),
    ];
    let desk = Desk::new(settings, &fields).await;
    let found = desk.run("find", json!({"phone": "+49"}), None, SOON).await;
    assert_eq!(found.result.unwrap(), json!({"customer": "+49"}));
}

#[tokio::test]
async fn a_token_goes_to_google_alone_and_a_key_that_is_none_says_so() {
    let account = |url: &str| json!({"type": "google", "credential": "main", "actions": {"go": {"request": {"method": "GET", "url": url}}}});
    let stage = Stage::new(account("https://www.googleapis.com/calendar/v3/colors")).await;
    let finished = stage.run("go", json!({})).await;
    assert_eq!(error_type(&finished), "MISCONFIGURED");
    assert!(stage.sent().is_empty());
    for url in [
        "https://www.googleapis.com.evil.example/",
        "http://www.googleapis.com/",
        "https://evilgoogleapis.com/",
    ] {
        let stage = Stage::with(account(url), &key_fields()).await;
        stage.will([Does::Answer(200, json!({"access_token": "t-0001"}))]);
        let finished = stage.run("go", json!({})).await;
        assert_eq!(error_type(&finished), "REQUEST_REFUSED", "{url}");
    }
    let stage = Stage::with(account("https://www.googleapis.com/x"), &key_fields()).await;
    stage.will([
        Does::Answer(200, json!({"access_token": "t-0001"})),
        Does::Answer(200, json!({})),
    ]);
    stage.run("go", json!({})).await.result.unwrap();
    assert_eq!(stage.sent()[0].url, "https://oauth2.googleapis.com/token");
}

fn key_fields() -> [(&'static str, &'static str); 2] {
    let key = deskbridge_testkit::sandbox::SANDBOX_KEY;
    [("client_email", "flow@example.com"), ("private_key", key)]
}
