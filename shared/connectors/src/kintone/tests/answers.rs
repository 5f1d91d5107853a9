use std::time::Duration;

use deskbridge_core::{ErrorKind, Retry};

use super::*;

async fn answered(status: u16, body: &Value) -> Result<Done> {
    let desk = Desk::new(ADD_ONLY).await;
    desk.instead(Instead::Of(answer(status, body)));
    desk.run(
        "add_record_once",
        json!({ "fields": {"件名": "a"}, "key": "1" }),
    )
    .await
}

/// Status, code, and what they mean.
const MEANINGS: [(u16, &str, ErrorKind, Retry); 16] = [
    (400, "GAIA_IA02", ErrorKind::Unauthorized, MENDED),
    (520, "GAIA_IA02", ErrorKind::Unauthorized, MENDED),
    (401, "", ErrorKind::Unauthorized, MENDED),
    (400, "GAIA_DA03", ErrorKind::NeedsPerson, MENDED),
    (403, "GAIA_NO01", ErrorKind::NeedsPerson, MENDED),
    (403, "GAIA_AP15", ErrorKind::NeedsPerson, MENDED),
    (403, "CB_NO02", ErrorKind::NeedsPerson, MENDED),
    (400, "CB_IL02", ErrorKind::Rejected, Retry::Never),
    (520, "GAIA_XX99", ErrorKind::Rejected, Retry::Never),
    (404, "GAIA_RE01", ErrorKind::NotFound, Retry::Never),
    (409, "GAIA_CO02", ErrorKind::Conflict, Retry::Later(None)),
    (429, "", ErrorKind::RateLimited, IN_HALF_A_MINUTE),
    (502, "", ErrorKind::OutcomeUnknown, Retry::LookUp),
    (504, "", ErrorKind::OutcomeUnknown, Retry::LookUp),
    (520, "", ErrorKind::OutcomeUnknown, Retry::LookUp),
    (302, "", ErrorKind::OutcomeUnknown, Retry::LookUp),
];
const MENDED: Retry = Retry::WhenCredentialChanges;
const IN_HALF_A_MINUTE: Retry = Retry::Later(Some(Duration::from_secs(30)));

#[tokio::test]
async fn every_status_and_code_has_its_meaning() {
    for (status, code, kind, retry) in MEANINGS {
        let body = json!({"code": code, "id": "x", "message": "エラーです。"});
        let error = answered(status, &body).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.retry()),
            (kind, retry),
            "{status} {code}"
        );
    }
}

#[tokio::test]
async fn a_page_of_html_says_nothing_of_what_was_done() {
    for (status, kind) in [
        (503, ErrorKind::OutcomeUnknown),
        (200, ErrorKind::Malformed),
    ] {
        let error = answered(status, &json!("<html>")).await.unwrap_err();
        assert_eq!((error.kind(), error.retry()), (kind, Retry::LookUp));
    }
}

#[tokio::test]
async fn each_trouble_with_a_token_says_what_to_do() {
    let desk = Desk::new(ADD_ONLY).await;
    let params = || json!({ "fields": {"件名": "a"}, "key": "1" });
    let says = async |desk: &Desk, words: &str| {
        let fresh = Kintone::default();
        let action = action("add_record_once", params());
        let call = desk.call(&action);
        let prepared = fresh.prepare(&call).await;
        let error = match prepared {
            Ok(prepared) => fresh.send(&call, prepared).await.unwrap_err(),
            Err(error) => error,
        };
        assert!(error.message().contains(words), "{words}: {error}");
        assert_eq!(error.retry(), Retry::WhenCredentialChanges, "{words}");
    };
    desk.vendor
        .human_changes_token(ADD_ONLY, |token| token.applied = false);
    says(&desk, "press \"update app\"").await;
    says(&desk, "the Light course has no API tokens").await;
    desk.vendor
        .human_changes_token(ADD_ONLY, |token| token.applied = true);
    desk.vendor
        .human_changes_token(ADD_ONLY, |token| token.rights.add = false);
    desk.vendor
        .human_changes_token(ADD_ONLY, |token| token.rights.view = true);
    says(&desk, "tick \"add records\" (レコード追加)").await;
    desk.vendor
        .human_changes_token(ADD_ONLY, |token| token.app = 8);
    says(&desk, "belongs to another app").await;
    desk.vendor
        .human_changes_token(ADD_ONLY, |token| token.app = 7);
    let both = Desk {
        credential: credential(&format!("{ADD_ONLY}, {FULL}")),
        ..desk
    };
    says(&both, "two API tokens of the same app").await;
}

#[tokio::test]
async fn refused_values_name_their_fields_and_keep_the_vendors_words() {
    let errors = json!({
        "record.件名.value": {"messages": ["128文字以内で入力してください。"]},
        "record[チケット番号].values[0].value": {"messages": ["数字でなければなりません。"]},
    });
    let body = json!({"code": "CB_VA01", "id": "x", "message": "入力内容が正しくありません。", "errors": errors});
    let error = answered(400, &body).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert!(
        error
            .message()
            .contains("件名: 128文字以内で入力してください。"),
        "{error}"
    );
    assert!(
        error.message().contains("チケットID (チケット番号): 数字"),
        "{error}"
    );
}

#[tokio::test]
async fn a_key_beside_another_wrong_value_is_no_success() {
    let errors = json!({
        "record.同期キー.value": {"messages": ["値がほかのレコードと重複しています。"]},
        "record.件名.value": {"messages": ["必須です。"]},
    });
    let body = json!({"code": "CB_VA01", "errors": errors});
    assert_eq!(
        answered(400, &body).await.unwrap_err().kind(),
        ErrorKind::Rejected
    );
    assert_eq!(
        answered(400, &json!({"code": "CB_VA01"}))
            .await
            .unwrap_err()
            .kind(),
        ErrorKind::Rejected
    );
}

#[tokio::test]
async fn words_decide_nothing() {
    for message in [
        "値がほかのレコードと重複しています。",
        "This value is duplicated.",
        "",
    ] {
        let errors = json!({"record.同期キー.value": {"messages": [message]}});
        let done = answered(400, &json!({"code": "CB_VA01", "errors": errors}))
            .await
            .unwrap();
        assert!(done.detail.starts_with("already in"), "{message}");
    }
}
