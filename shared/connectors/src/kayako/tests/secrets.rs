use serde_json::json;

use super::*;

const SECRETS: [&str; 6] = [
    EMAIL,
    PASSWORD,
    SESSION,
    CSRF,
    "example-token",
    "YnJpZGdlQGV4YW1wbGUuY29tOmNvcnJlY3QgaG9yc2U=",
];

fn assert_clean(shown: &str) {
    for secret in SECRETS {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

/// A refusal in which Kayako repeats all it was told.
fn chatty() -> String {
    let message = format!("{EMAIL} {PASSWORD} {SESSION} {CSRF}");
    json!({"errors": [{"code": "FIELD_INVALID", "message": message}], "auth_token": "example-token"})
        .to_string()
}

#[tokio::test]
async fn no_error_shows_a_secret() {
    for status in [200, 301, 400, 401, 403, 404, 422, 429, 454, 500] {
        for route in [
            "GET /me.json",
            "GET /cases/statuses.json",
            "PUT /cases/9.json",
        ] {
            // Kayako cannot have named the session before it gave one.
            let named = if route == "GET /me.json" {
                chatty().replace(SESSION, "")
            } else {
                chatty()
            };
            let named = if route == "GET /me.json" {
                named.replace(CSRF, "")
            } else {
                named
            };
            let desk = Desk::new();
            desk.forget(route);
            desk.answers(route, status, &named);
            let error = desk
                .run("set_status", json!({"status": "open"}))
                .await
                .unwrap_err();
            assert_clean(&format!("{error} {error:?}"));
        }
    }
}

#[tokio::test]
async fn no_request_and_no_credential_shows_a_secret() {
    let desk = Desk::new();
    let prepared = desk
        .prepare("set_status", json!({"status": "open"}))
        .await
        .unwrap();
    assert_clean(&format!("{prepared:?} {:?}", desk.credential));
    for request in desk.http.seen.lock().unwrap().iter() {
        assert_clean(&format!("{request:?}"));
    }
}

#[tokio::test]
async fn a_login_that_asks_for_more_shows_no_token() {
    let desk = Desk::new();
    desk.forget("GET /me.json");
    desk.answers("GET /me.json", 403, fixture!("error_otp_expected"));
    let error = desk
        .run("add_note", json!({"note": "n"}))
        .await
        .unwrap_err();
    assert_clean(&format!("{error} {error:?}"));
}
