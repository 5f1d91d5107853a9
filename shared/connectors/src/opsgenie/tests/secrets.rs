use super::*;

/// base64 of the e-mail, a colon and the token
const BASIC: &str = "YnJpZGdlQGV4YW1wbGUuY29tOmV4YW1wbGUtYXBpLXRva2Vu";

fn assert_clean(shown: &str) {
    for secret in [KEY, EMAIL, TOKEN, BASIC] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

/// A refusal in which the vendor repeats all it was told.
fn chatty() -> String {
    let all = format!("{KEY} {EMAIL} {TOKEN}");
    json!({"message": all, "errors": {"authorization": all}}).to_string()
}

#[tokio::test]
async fn no_error_shows_a_secret() {
    for status in [200, 301, 400, 401, 403, 404, 422, 429, 500] {
        for desk in [Desk::v2(), Desk::events(), Desk::account()] {
            desk.will("POST", status, &chatty());
            desk.will("GET", status, &chatty());
            desk.will("GET /v1/alerts/alias", status, &chatty());
            let params = json!({"alias": "a", "message": "m"});
            let errors = [
                desk.run("create_alert", params.clone()).await.err(),
                desk.run("close_alert", params.clone()).await.err(),
                desk.look_up("create_alert", params.clone(), Some("x"))
                    .await
                    .err(),
                desk.look_up("create_alert", params, None).await.err(),
            ];
            for error in errors.into_iter().flatten() {
                assert_clean(&format!("{error} {error:?}"));
            }
        }
    }
}

#[tokio::test]
async fn no_request_and_no_credential_shows_a_secret() {
    for desk in [Desk::v2(), Desk::events(), Desk::account()] {
        let prepared = desk
            .prepare("close_alert", json!({"alias": "a"}))
            .await
            .unwrap();
        assert_clean(&format!("{prepared:?} {:?}", desk.credential));
        let authorization = prepared
            .request
            .headers
            .iter()
            .find(|(name, _)| *name == "authorization");
        let (_, sent) = authorization.unwrap();
        assert!(
            [format!("GenieKey {KEY}"), format!("Basic {BASIC}")].contains(sent),
            "{sent}"
        );
        assert_clean(&prepared.request.url);
    }
}
