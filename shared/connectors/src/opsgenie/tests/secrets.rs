use super::*;

/// base64 of the e-mail, a colon and the token
const BASIC: &str = "YnJpZGdlQGV4YW1wbGUuY29tOmV4YW1wbGUtYXBpLXRva2Vu";

fn assert_clean(shown: &str) {
    for secret in [KEY, EMAIL, TOKEN, BASIC] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

/// What each was told, all of which its vendor repeats.
fn chatty() -> [(Desk, String); 3] {
    let all = [
        (Desk::v2(), KEY.to_owned()),
        (Desk::events(), KEY.to_owned()),
        (Desk::account(), format!("{EMAIL} {TOKEN} Basic {BASIC}")),
    ];
    all.map(|(desk, told)| {
        let errors = json!({"authorization": told});
        (
            desk,
            json!({"message": told, "errors": errors, "isSuccess": false, "status": told})
                .to_string(),
        )
    })
}

#[tokio::test]
async fn no_error_shows_a_secret() {
    for status in [200, 301, 400, 401, 403, 404, 422, 429, 500] {
        for (desk, told) in chatty() {
            for route in ["POST", "GET", "GET /v1/alerts/alias"] {
                desk.will(route, status, &told);
            }
            let params = json!({"alias": "a", "message": "m"});
            let create = desk.run("create_alert", params.clone()).await;
            let close = desk.run("close_alert", params.clone()).await;
            let handle = if told.contains(EMAIL) {
                "account:x"
            } else {
                "x"
            };
            let receipt = desk
                .look_up("create_alert", params.clone(), Some(handle))
                .await;
            let found = desk.look_up("create_alert", params, None).await;
            assert_clean(&format!("{create:?} {close:?} {receipt:?} {found:?}"));
            for error in [create.err(), close.err(), receipt.err(), found.err()]
                .into_iter()
                .flatten()
            {
                assert_clean(&error.to_string());
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
