use deskbridge_core::ErrorKind::{
    NotFound, OutcomeUnknown, RateLimited, Rejected, Unauthorized, Unavailable,
};
use deskbridge_core::Retry::{self, Later, LookUp, Never, WhenCredentialChanges};

use super::*;

type Meaning = Option<(ErrorKind, Retry)>;

async fn of_write(desk: &Desk) -> Result<Answer> {
    desk.run("close_alert", json!({"note": "n"})).await
}

async fn of_read(desk: &Desk) -> Result<Found> {
    let params = json!({"message": "m", "alias": "a"});
    desk.look_up("create_alert", params, None).await
}

fn meant<T>(result: Result<T>) -> Meaning {
    result.err().map(|error| (error.kind(), error.retry()))
}

#[tokio::test]
async fn every_status_has_one_meaning_for_writes_and_one_for_reads() {
    let unknown = (
        Some((OutcomeUnknown, LookUp)),
        Some((Unavailable, Later(None))),
    );
    let both = |kind, retry| (Some((kind, retry)), Some((kind, retry)));
    let table = [
        (200, (None, None)),
        (202, (None, None)),
        (301, unknown),
        (304, unknown),
        (400, both(Rejected, Never)),
        (401, both(Unauthorized, WhenCredentialChanges)),
        (402, both(Rejected, Never)),
        (403, both(Rejected, Never)),
        // A read of what is not there is an answer.
        (404, (Some((NotFound, Never)), None)),
        (405, both(Rejected, Never)),
        (408, unknown),
        (409, both(Rejected, Never)),
        (410, both(Rejected, Never)),
        (422, both(Rejected, Never)),
        (429, both(RateLimited, Later(None))),
        (499, unknown),
        (500, unknown),
        (502, unknown),
        (503, unknown),
        (504, unknown),
    ];
    for (status, (write, read)) in table {
        let desk = Desk::v2().linked();
        desk.will("POST", status, fixture!("api_accepted"));
        desk.will("GET", status, fixture!("api_alert"));
        assert_eq!(meant(of_write(&desk).await), write, "write: {status}");
        assert_eq!(meant(of_read(&desk).await), read, "read: {status}");
    }
}

#[tokio::test]
async fn a_limit_says_how_long_to_wait() {
    let date = "Tue, 14 Nov 2023 22:14:50 GMT";
    for (headers, wait) in [
        (vec![("retry-after", "30")], Some(30)),
        (vec![("retry-after", date)], Some(90)),
        (vec![("x-ratelimit-period-in-sec", "60")], Some(60)),
        (
            vec![("retry-after", "30"), ("x-ratelimit-period-in-sec", "60")],
            Some(30),
        ),
        (
            vec![("retry-after", "soon"), ("x-ratelimit-period-in-sec", "-1")],
            None,
        ),
    ] {
        let desk = Desk::v2().linked();
        desk.will_with("POST", 429, &headers, "");
        desk.will_with("GET", 429, &headers, "");
        let expected = Some((RateLimited, Later(wait.map(Duration::from_secs))));
        assert_eq!(meant(of_write(&desk).await), expected, "{headers:?}");
        assert_eq!(meant(of_read(&desk).await), expected, "{headers:?}");
    }
}

#[tokio::test]
async fn a_read_that_cannot_be_answered_may_say_when() {
    let desk = Desk::v2();
    desk.will_with("GET", 503, &[("retry-after", "7")], "");
    let expected = Some((Unavailable, Later(Some(Duration::from_secs(7)))));
    assert_eq!(meant(of_read(&desk).await), expected);
}

#[tokio::test]
async fn a_refusal_quotes_the_vendor() {
    let code = |code: Value| json!({"message": "Forbidden", "code": code}).to_string();
    for (status, body, words) in [
        (
            422,
            fixture!("api_unprocessable"),
            "Please check the errors.; message: message can not be empty.",
        ),
        (
            422,
            fixture!("account_unprocessable"),
            "message should not exceed 130 characters, UNPROCESSABLE_ENTITY",
        ),
        (
            403,
            &code(json!(40301)),
            "Forbidden; 40301, the key may not do this",
        ),
        (
            403,
            &code(json!("40302")),
            "Forbidden; 40302, the integration does not support this",
        ),
        (400, r#"{"errors":["first","second",7]}"#, "first; second"),
        (
            401,
            "",
            "the key: it is invalid, or its integration is turned off",
        ),
    ] {
        let desk = Desk::v2().linked();
        desk.will("POST", status, body);
        let error = of_write(&desk).await.unwrap_err();
        assert!(error.message().contains(words), "{error}");
        assert_eq!(
            (error.http_status(), error.call()),
            (Some(status), Some("POST /v2/alerts/{id}/close"))
        );
    }
}

#[tokio::test]
async fn long_words_of_the_vendor_are_cut_by_characters() {
    let desk = Desk::v2().linked();
    let words = "あ".repeat(900);
    desk.will("POST", 422, &json!({"message": words}).to_string());
    let error = of_write(&desk).await.unwrap_err();
    let quoted = error.message().chars().filter(|c| *c == 'あ').count();
    assert_eq!(quoted, 299);
}

#[tokio::test]
async fn the_preparing_reads_of_the_account_api_never_ask_for_a_look_up() {
    for status in [301, 408, 500, 503] {
        let desk = Desk::account();
        desk.will("GET", status, "");
        desk.will("GET /v1/alerts/alias", status, "");
        let error = desk
            .prepare("close_alert", json!({"alias": "a"}))
            .await
            .unwrap_err();
        assert_eq!(error.retry(), Later(None), "{status}");
    }
}
