use deskbridge_core::ErrorKind;

use super::*;

fn params(fields: Value) -> Value {
    json!({ "fields": fields, "key": "example/12/message_sent/8002" })
}

/// The body of the last such request.
fn sent(desk: &Desk, call: &str) -> Value {
    let requests = desk.requests.lock().unwrap();
    let request = requests
        .iter()
        .rfind(|request| request.call == call)
        .unwrap();
    serde_json::from_slice(request.body.as_ref().unwrap()).unwrap()
}

#[tokio::test]
async fn every_field_type_is_written_with_a_token_that_may_only_add() {
    let desk = Desk::new(ADD_ONLY).await;
    let done = desk
        .run("add_record_once", params(everything()))
        .await
        .unwrap();
    assert_eq!(done.detail, "record 100 added in 対応履歴");
    let record = desk.vendor.records(7).remove(0);
    assert_snapshot("record", &json!(record.values));
    assert_snapshot("add_record", &sent(&desk, "POST /record.json"));
}

#[tokio::test]
async fn a_second_one_with_the_key_is_there_already() {
    let desk = Desk::new(ADD_ONLY).await;
    desk.run("add_record_once", params(everything()))
        .await
        .unwrap();
    let again = desk
        .run("add_record_once", params(everything()))
        .await
        .unwrap();
    assert_eq!(
        again.detail,
        "already in 対応履歴: added by an earlier attempt"
    );
    assert_eq!(desk.vendor.records(7).len(), 1);
}

#[tokio::test]
async fn one_record_for_each_ticket_is_kept_up_to_date() {
    let desk = Desk::new(FULL).await;
    for (status, detail) in [
        ("未対応", "record 100 added in 対応履歴"),
        ("対応完了", "record 100 updated in 対応履歴"),
    ] {
        let params = json!({ "fields": {"状態": status}, "key": "example/12/4711" });
        let done = desk.run("upsert_record", params).await.unwrap();
        assert_eq!(done.detail, detail);
    }
    let records = desk.vendor.records(7);
    assert_eq!(records.len(), 1);
    assert_eq!(
        (records[0].text("状態"), records[0].text("同期キー")),
        ("対応完了", "example/12/4711")
    );
    assert_snapshot("upsert_record", &sent(&desk, "PUT /records.json"));
}

#[tokio::test]
async fn a_field_that_is_gone_is_said_and_nothing_is_lost() {
    let desk = Desk::new(ADD_ONLY).await;
    desk.run("add_record_once", params(json!({"本文": "x"})))
        .await
        .unwrap();
    let second = json!({ "fields": {"本文": "y"}, "key": "2" });
    desk.vendor.human_recodes_field(7, "本文", "内容");
    desk.vendor
        .human_changes_field(7, "内容", |field| field.label = "内容".into());
    let mut desk = desk;
    desk.now += 301_000;
    let error = desk.run("add_record_once", second).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Misconfigured);
    assert!(
        error.message().contains("the app has no field 本文"),
        "{error}"
    );
    assert_eq!(
        desk.vendor.records(7).len(),
        1,
        "no record without its text"
    );
}

#[tokio::test]
async fn a_field_that_is_new_is_found_at_once() {
    let desk = Desk::new(ADD_ONLY).await;
    desk.run("add_record_once", params(json!({"本文": "x"})))
        .await
        .unwrap();
    desk.vendor.human_recodes_field(7, "本文", "内容");
    let second = json!({ "fields": {"内容": "y"}, "key": "2" });
    desk.run("add_record_once", second).await.unwrap();
}

#[tokio::test]
async fn fields_are_named_by_code_or_by_the_name_on_the_form() {
    let desk = Desk::new(ADD_ONLY).await;
    desk.run(
        "add_record_once",
        params(json!({"チケットID": 1, "件名": "a"})),
    )
    .await
    .unwrap();
    assert_eq!(desk.vendor.records(7)[0].text("チケット番号"), "1");
    desk.vendor
        .human_changes_field(7, "顧客名", |field| field.label = "名前".into());
    desk.vendor
        .human_changes_field(7, "送信先", |field| field.label = "名前".into());
    let second = json!({ "fields": {"名前": "a"}, "key": "2" });
    let error = Desk {
        kintone: Kintone::default(),
        ..desk
    }
    .run("add_record_once", second)
    .await;
    let error = error.unwrap_err();
    assert!(
        error.message().contains("several fields are called 名前"),
        "{error}"
    );
    assert!(error.message().contains("送信先, 顧客名"), "{error}");
}

#[tokio::test]
async fn a_required_field_that_nothing_is_mapped_to_is_named_before_anything_is_sent() {
    let desk = Desk::new(ADD_ONLY).await;
    desk.vendor
        .human_changes_field(7, "顧客名", |field| field.required = true);
    desk.vendor
        .human_changes_field(7, "区分", |field| field.required = true);
    let error = desk
        .run("add_record_once", params(json!({"件名": "a"})))
        .await
        .unwrap_err();
    assert!(
        error.message().contains("the app requires 顧客名,"),
        "{error}"
    );
}

#[tokio::test]
async fn what_was_left_out_stands_in_the_outcome() {
    let desk = Desk::new(ADD_ONLY).await;
    let fields = json!({"件名": "a", "ラベル": ["重要", "新しい"], "担当者": "hanako"});
    let done = desk.run("add_record_once", params(fields)).await.unwrap();
    let expected = "; left out: ラベル: no option 新しい; 担当者: no user for hanako";
    assert!(done.detail.ends_with(expected), "{}", done.detail);
}

#[tokio::test]
async fn a_key_field_must_prohibit_duplicates() {
    let desk = Desk::new(ADD_ONLY).await;
    desk.vendor
        .human_changes_field(7, "同期キー", |field| field.unique = false);
    let error = desk
        .run("add_record_once", params(json!({})))
        .await
        .unwrap_err();
    assert!(
        error
            .message()
            .contains("settings.kintone.key_field: 同期キー must be"),
        "{error}"
    );
}

#[tokio::test]
async fn a_long_key_is_not_cut_but_digested() {
    let desk = Desk::new(ADD_ONLY).await;
    for end in ["a", "b"] {
        let key = format!("{}{end}", "長".repeat(70));
        desk.run("add_record_once", json!({ "fields": {}, "key": key }))
            .await
            .unwrap();
    }
    let records = desk.vendor.records(7);
    assert_eq!(records.len(), 2);
    assert_eq!(records[0].text("同期キー").chars().count(), 64);
}

#[tokio::test]
async fn the_form_is_read_once_for_many_records() {
    let desk = Desk::new(ADD_ONLY).await;
    for key in ["1", "2", "3"] {
        desk.run(
            "add_record_once",
            json!({ "fields": {"件名": "a"}, "key": key }),
        )
        .await
        .unwrap();
    }
    let requests = desk.requests.lock().unwrap();
    let reads = requests
        .iter()
        .filter(|request| request.call.starts_with("GET"))
        .count();
    assert_eq!(reads, 2, "the form and the app's name");
}

#[tokio::test]
async fn a_guest_space_has_an_address_of_its_own() {
    let mut desk = Desk::new(ADD_ONLY).await;
    desk.connection.settings["guest_space"] = json!(3);
    let prepared = desk
        .prepare("add_record_once", params(json!({})))
        .await
        .unwrap();
    assert!(prepared.request.url.ends_with("/k/guest/3/v1/record.json"));
}

/// As the vendor's reference shows one.
#[test]
fn a_documented_form_is_read() {
    let form: crate::kintone::types::Form =
        serde_json::from_str(include_str!("../fixtures/api_form.json")).unwrap();
    let property = |code: &str| &form.properties[code];
    assert_eq!(property("文字列__1行_").max_chars(), Some(64));
    assert!(property("文字列__1行_").unique && !property("文字列__1行_").has_default());
    for code in ["数値", "ラジオボタン", "日付"] {
        assert!(property(code).has_default(), "{code}");
    }
    assert_eq!(property("数値").shown(), "チケットID (数値)");
    assert!(!property("カテゴリー").required);
}
