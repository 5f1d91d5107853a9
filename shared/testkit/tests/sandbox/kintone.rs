//! kintone's REST API, where the vendor's own client does not look: statuses, silence, and pages.

use deskbridge_testkit::sandbox::Fault;
use deskbridge_testkit::sandbox::kintone::{ADD_ONLY, FULL, Kintone, Options};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, ask, client};

async fn kintone() -> Kintone {
    Kintone::start(Options::default()).await.unwrap()
}

async fn call(sandbox: &Kintone, method: Method, path: &str, token: &str, body: &Value) -> Answer {
    let url = format!("{}/k/v1{path}", sandbox.url());
    let request = client()
        .request(method.clone(), url)
        .header("x-cybozu-api-token", token);
    match method {
        Method::GET => ask(request).await,
        _ => ask(request.body(body.to_string())).await,
    }
}

async fn add(sandbox: &Kintone, record: &Value) -> Answer {
    let body = json!({ "app": 7, "record": record });
    call(sandbox, Method::POST, "/record.json", ADD_ONLY, &body).await
}

#[tokio::test]
async fn every_wrong_value_is_named_by_its_place() {
    let sandbox = kintone().await;
    for (code, value) in [
        ("チケット番号", json!("12個")),
        ("状態", json!("無い")),
        ("ラベル", json!(["無い"])),
        ("対応日", json!("昨日")),
        ("対応時刻", json!("2023-11-14T22:13:20Z")),
        ("対応日時", json!("2023-11-14")),
        ("担当者", json!([{"code": "nobody"}])),
        ("同期キー", json!("長".repeat(65))),
    ] {
        let refused = add(&sandbox, &json!({ code: {"value": value} })).await;
        assert_eq!(refused.status, 400, "{code}");
        let body = refused.json();
        assert_eq!(body["code"], "CB_VA01");
        let places: Vec<_> = body["errors"].as_object().unwrap().keys().collect();
        assert_eq!(places, [&format!("record.{code}.value")]);
    }
    assert!(sandbox.records(7).is_empty());
}

#[tokio::test]
async fn several_records_are_added_all_or_none() {
    let sandbox = kintone().await;
    let records = json!([{"件名": {"value": "a"}}, {"状態": {"value": "無い"}}]);
    let body = json!({ "app": 7, "records": records });
    let refused = call(&sandbox, Method::POST, "/records.json", ADD_ONLY, &body)
        .await
        .json();
    assert!(
        refused["errors"]["records[1].状態.value"].is_object(),
        "{refused}"
    );
    assert!(sandbox.records(7).is_empty());
    let many = json!({ "app": 7, "records": vec![json!({}); 101] });
    let refused = call(&sandbox, Method::POST, "/records.json", ADD_ONLY, &many).await;
    assert_eq!(refused.status, 400);
}

#[tokio::test]
async fn a_date_time_is_kept_to_the_minute_in_utc() {
    let sandbox = kintone().await;
    add(
        &sandbox,
        &json!({"対応日時": {"value": "2023-11-15T07:13:20+09:00"}}),
    )
    .await;
    assert_eq!(
        sandbox.records(7)[0].text("対応日時"),
        "2023-11-14T22:13:00Z"
    );
}

#[tokio::test]
async fn upsert_needs_both_rights() {
    let sandbox = kintone().await;
    let update = json!([{"updateKey": {"field": "同期キー", "value": "1"}, "record": {}}]);
    let body = json!({ "app": 7, "upsert": true, "records": update });
    let refused = call(&sandbox, Method::PUT, "/records.json", ADD_ONLY, &body).await;
    assert_eq!(
        (refused.status, &refused.json()["code"]),
        (403, &json!("GAIA_NO01"))
    );
    let done = call(&sandbox, Method::PUT, "/records.json", FULL, &body)
        .await
        .json();
    assert_eq!(done["records"][0]["operation"], "INSERT");
    assert_eq!(sandbox.records(7)[0].text("同期キー"), "1");
}

#[tokio::test]
async fn a_query_compares_numbers_moments_and_texts() {
    let sandbox = kintone().await;
    for number in ["9", "10"] {
        add(
            &sandbox,
            &json!({"チケット番号": {"value": number}, "件名": {"value": "a \"b\""}}),
        )
        .await;
    }
    let found = async |query: &str| {
        let query: String = url_encoded(query);
        let path = format!("/records.json?app=7&query={query}&totalCount=true");
        let answer = call(&sandbox, Method::GET, &path, FULL, &Value::Null).await;
        answer.json()["totalCount"].as_str().map(str::to_owned)
    };
    assert_eq!(found("チケット番号 > \"9\"").await.as_deref(), Some("1"));
    assert_eq!(
        found("件名 = \"a \\\"b\\\"\" and チケット番号 in (\"9\", \"10\")")
            .await
            .as_deref(),
        Some("2")
    );
    assert_eq!(
        found("作成日時 < \"2001-01-01T00:00:00Z\"")
            .await
            .as_deref(),
        Some("0")
    );
    assert_eq!(
        found("無い = \"a\"").await,
        None,
        "an unknown field is refused"
    );
}

fn url_encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[tokio::test]
async fn too_many_at_a_time_is_a_429_of_the_whole_domain() {
    let sandbox = kintone().await;
    let retry_after = std::time::Duration::from_secs(7);
    sandbox
        .script()
        .on("*", "/k/v1", Fault::TooManyRequests { retry_after });
    let refused = add(&sandbox, &json!({})).await;
    assert_eq!(
        (refused.status, refused.header("retry-after")),
        (429, Some("7"))
    );
}

#[tokio::test]
async fn the_page_shows_records_with_all_text_escaped() {
    let sandbox = kintone().await;
    add(
        &sandbox,
        &json!({"件名": {"value": "<script>alert(1)</script>"}}),
    )
    .await;
    let page = ask(client().get(sandbox.url())).await;
    assert!(page.text.contains("&lt;script&gt;") && !page.text.contains("<script>"));
    assert!(!page.text.contains(ADD_ONLY));
}
