//! Re:lation's API v2: calls that run out, searches by the time of messages, and who may read.

use deskbridge_testkit::sandbox::Fault;
use deskbridge_testkit::sandbox::relation::{Options, Relation};
use serde_json::{Value, json};

use crate::support::{Answer, ask, client};

const BOX: u64 = 12;

async fn relation() -> Relation {
    let sandbox = Relation::start(Options::default()).await.unwrap();
    sandbox.set_time(1_700_000_000_000);
    sandbox
}

async fn get(sandbox: &Relation, path: &str) -> Answer {
    let url = format!("{}/api/v2{path}", sandbox.url());
    ask(client().get(url).bearer_auth("relation-sandbox-token")).await
}

async fn search(sandbox: &Relation, asked: &Value) -> Vec<u64> {
    let url = format!("{}/api/v2/{BOX}/tickets/search", sandbox.url());
    let request = client().post(url).bearer_auth("relation-sandbox-token");
    let request = request.header("content-type", "application/json");
    let answer = ask(request.body(asked.to_string())).await.json();
    let rows = answer.as_array().unwrap().iter();
    rows.map(|row| row["ticket_id"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn calls_run_out_as_a_403_and_come_back_with_the_next_minute() {
    let sandbox = relation().await;
    sandbox.use_calls(59);
    let last = get(&sandbox, "/message_boxes").await;
    assert_eq!(last.status, 200);
    assert_eq!(last.header("x-ratelimit-remaining"), Some("0"));
    let none = get(&sandbox, "/message_boxes").await;
    assert_eq!(
        (none.status, none.header("x-ratelimit-limit")),
        (403, Some("60"))
    );
    assert_eq!(none.header("x-ratelimit-reset"), Some("1700000060"));
    sandbox.set_time(1_700_000_060_000);
    assert_eq!(get(&sandbox, "/message_boxes").await.status, 200);
    assert_eq!(sandbox.calls_refused(), 1);
}

#[tokio::test]
async fn a_search_goes_by_the_time_of_messages_and_by_standing() {
    let sandbox = relation().await;
    let old = sandbox.human_receives_mail(BOX, "a@example.com", "古い", "");
    sandbox.set_time(1_700_000_600_000);
    let new = sandbox.human_receives_mail(BOX, "a@example.com", "新しい", "");
    sandbox.human_sets_status(old, "closed");
    let since = json!({ "since": "2023-11-14T22:20:00Z" });
    assert_eq!(
        search(&sandbox, &since).await,
        [new],
        "the change shows in no search"
    );
    assert_eq!(
        search(&sandbox, &json!({ "status_cds": ["closed"] })).await,
        [old]
    );
    let paged = json!({ "per_page": 1, "page": 2 });
    assert_eq!(search(&sandbox, &paged).await, [old], "the newest first");
    let ticket = get(&sandbox, &format!("/{BOX}/tickets/{old}")).await.json();
    assert_eq!(ticket["last_updated_at"], "2023-11-14T22:23:20Z");
    assert_eq!(ticket["messages"][0]["action_cd"], "received");
}

#[tokio::test]
async fn a_wrong_token_a_closed_box_and_a_body_without_its_type_are_refused() {
    let options = Options {
        closed_boxes: vec![15],
        ..Options::default()
    };
    let sandbox = Relation::start(options).await.unwrap();
    let url = format!("{}/api/v2/message_boxes", sandbox.url());
    assert_eq!(
        ask(client().get(url).bearer_auth("wrong")).await.status,
        401
    );
    let closed = get(&sandbox, "/15/labels").await;
    assert_eq!(closed.status, 403);
    assert_ne!(closed.header("x-ratelimit-remaining"), Some("0"));
    assert_eq!(get(&sandbox, "/99/labels").await.status, 404);
    let url = format!("{}/api/v2/{BOX}/tickets/search", sandbox.url());
    let bare = client()
        .post(url)
        .bearer_auth("relation-sandbox-token")
        .body("{}");
    assert_eq!(ask(bare).await.status, 415);
}

#[tokio::test]
async fn addresses_are_searched_in_part() {
    let sandbox = relation().await;
    let path = "/customer_groups/3/customers/search?emails[]=yamada%40example.com";
    let found = get(&sandbox, path).await.json();
    assert_eq!(found.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn too_many_calls_can_be_ordered() {
    let sandbox = relation().await;
    let retry_after = std::time::Duration::from_secs(7);
    sandbox
        .script()
        .on("GET", "/users", Fault::TooManyRequests { retry_after });
    let answer = get(&sandbox, "/users").await;
    assert_eq!(
        (answer.status, answer.header("x-ratelimit-remaining")),
        (403, Some("0"))
    );
    assert_eq!(answer.header("x-ratelimit-reset"), Some("1700000007"));
}

#[tokio::test]
async fn the_page_shows_tickets_with_all_text_escaped() {
    let sandbox = relation().await;
    sandbox.human_receives_mail(BOX, "a@example.com", "<script>alert(1)</script>", "");
    let page = ask(client().get(sandbox.url())).await;
    assert!(page.text.contains("&lt;script&gt;") && !page.text.contains("<script>"));
    assert!(!page.text.contains("relation-sandbox-token"));
}
