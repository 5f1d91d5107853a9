use super::*;

const SECRETS: [&str; 3] = [USER, SECRET, CODE];

fn assert_clean(shown: &str) {
    for secret in SECRETS {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[tokio::test]
async fn no_error_shows_a_secret() {
    let chatty = json!({"errors": [format!("{USER} {SECRET} {CODE}")]}).to_string();
    for status in [301, 400, 401, 403, 404, 429, 500, 502] {
        for route in [
            "GET /zoneInformation",
            "GET /ThresholdInformation",
            "GET /TicketNotes/entityInformation/fields",
            "POST /Tickets/128926/Notes",
        ] {
            let desk = Desk::new();
            desk.answers_now(route, status, &chatty);
            let error = desk.run("add_note", json!({"note": "n"})).await;
            let error = error.unwrap_err();
            assert_clean(&format!("{error} {error:?}"));
        }
    }
}

#[tokio::test]
async fn no_request_and_no_credential_shows_a_secret() {
    let desk = Desk::new();
    let prepared = desk.prepare("add_note", json!({"note": "n"})).await;
    let prepared = prepared.unwrap();
    assert_clean(&format!("{prepared:?} {:?}", desk.credential));
    assert!(
        prepared
            .request
            .headers
            .iter()
            .all(|(name, _)| *name != "secret")
    );
    for request in desk.http.seen.lock().unwrap().iter() {
        assert_clean(&format!("{request:?}"));
    }
}
