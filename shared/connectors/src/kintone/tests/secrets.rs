use super::*;

#[tokio::test]
async fn no_error_and_no_request_shows_a_token() {
    for status in [200, 301, 400, 401, 403, 404, 429, 500, 520] {
        let desk = Desk {
            credential: credential(&format!("{ADD_ONLY},other-token")),
            ..Desk::new(ADD_ONLY).await
        };
        desk.vendor
            .human_changes_token(ADD_ONLY, |token| token.applied = true);
        let told = format!("bad tokens {ADD_ONLY} other-token");
        let errors = json!({"record.件名.value": {"messages": [told]}});
        let body = json!({"code": "CB_VA01", "message": told, "errors": errors});
        let action = action("add_record_once", json!({ "fields": {}, "key": "1" }));
        let alone = Desk {
            credential: credential(ADD_ONLY),
            ..desk
        };
        alone.instead(Instead::Of(answer(status, &body)));
        let call = alone.call(&action);
        let prepared = alone.kintone.prepare(&call).await.unwrap();
        assert!(!format!("{prepared:?} {}", prepared.request.url).contains(ADD_ONLY));
        let sent = alone.kintone.send(&call, prepared).await;
        let shown = format!(
            "{sent:?} {}",
            sent.as_ref()
                .err()
                .map_or_else(String::new, Error::to_string)
        );
        assert!(!shown.contains(ADD_ONLY), "{shown}");
    }
}
