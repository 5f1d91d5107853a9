//! The webhooks that Kayako's triggers send.

use deskbridge_testkit::sandbox::kayako::{Kayako, StatusType, Trigger};
use reqwest::Method;
use serde_json::json;

use crate::kayako::Agent;
use crate::support::{PATIENCE, Receiver, ask, client, kayako};

async fn with_receiver() -> (Kayako, Receiver) {
    let (sandbox, receiver) = (kayako().await, Receiver::start().await);
    sandbox.send_webhooks_to(&receiver.url, &[]);
    (sandbox, receiver)
}

#[tokio::test]
async fn the_body_is_that_of_the_source_document() {
    let (sandbox, receiver) = with_receiver().await;
    sandbox.human_create_case("testUser", "subject", "help");
    assert!(sandbox.settled(PATIENCE).await);
    let expected = json!({
        "Case ID": "9", "Subject": "subject", "Team": "General", "Assignee": "",
        "Requester": "testUser", "Priority": "", "Type": "", "Status": "New", "Tags": "",
        "Brand": "OpsGenie", "Form": "Default", "Custom fields": [], "Source channel": "MAIL",
        "Last replier": "testUser", "Rating status": "UNOFFERED",
    });
    assert_eq!(receiver.bodies(), [expected]);
}

#[tokio::test]
async fn every_save_fires_while_the_condition_holds() {
    let (sandbox, receiver) = with_receiver().await;
    let id = sandbox.human_create_case("Jonas Weber", "s", "c").unwrap();
    assert!(sandbox.human_set_tags(id, &["vip", "eu"]));
    assert!(sandbox.human_set_priority(id, "Urgent"));
    assert!(sandbox.human_set_status(id, StatusType::Open));
    assert!(sandbox.human_note(id, "Mina Sato", "looking"));
    assert!(sandbox.human_set_status(id, StatusType::Completed));
    assert!(sandbox.human_reply(id, "Mina Sato", "solved"));
    assert!(sandbox.human_set_status(id, StatusType::Closed));
    assert!(sandbox.settled(PATIENCE).await);
    assert_eq!(
        receiver.texts("Status"),
        ["New", "New", "New", "Completed", "Completed"]
    );
    assert_eq!(receiver.bodies()[2]["Tags"], "vip,eu");
    assert_eq!(receiver.bodies()[2]["Priority"], "Urgent");
    assert!(
        !sandbox.human_set_status(id, StatusType::Open),
        "closed is final"
    );
}

#[tokio::test]
async fn saves_by_the_api_fire_too() {
    let (sandbox, receiver) = with_receiver().await;
    let agent = Agent::log_in(&sandbox).await;
    let case = json!({ "subject": "s", "contents": "c", "requester_id": 240, "channel": "NOTE" });
    agent.send(Method::POST, "/cases.json", case).await;
    let note = json!({ "contents": "n", "channel": "NOTE" });
    agent.send(Method::POST, "/cases/9/reply.json", note).await;
    agent
        .send(Method::PUT, "/cases/9.json", json!({ "status_id": 41 }))
        .await;
    assert!(sandbox.settled(PATIENCE).await);
    assert_eq!(receiver.texts("Status"), ["New", "New", "Completed"]);
    assert_eq!(receiver.texts("Last replier"), ["Deskbridge"; 3]);
}

#[tokio::test]
async fn a_customer_opens_a_completed_case_again() {
    let (sandbox, receiver) = with_receiver().await;
    let id = sandbox.human_create_case("Jonas Weber", "s", "c").unwrap();
    sandbox.human_set_status(id, StatusType::Completed);
    assert_eq!(sandbox.customer_reply(id, "no"), Some(id));
    assert_eq!(sandbox.case(id).unwrap().status_type, StatusType::Open);
    assert!(sandbox.settled(PATIENCE).await);
    assert_eq!(
        receiver.texts("Status"),
        ["New", "Completed"],
        "reopening is not told"
    );
    assert!(
        sandbox.mails_sent().is_empty(),
        "a customer's mail is not ours"
    );
}

#[tokio::test]
async fn triggers_can_be_chosen_and_labels_are_free() {
    let (sandbox, receiver) = with_receiver().await;
    sandbox.set_triggers(&[Trigger::AnySave]);
    let id = sandbox.human_create_case("Jonas Weber", "s", "c").unwrap();
    assert!(sandbox.human_set_status_label(id, "Waiting for engineering"));
    assert!(!sandbox.human_set_status_label(id, "No such status"));
    assert!(sandbox.settled(PATIENCE).await);
    assert_eq!(receiver.texts("Status"), ["New", "Waiting for engineering"]);
}

#[tokio::test]
async fn the_page_shows_cases_with_all_text_escaped() {
    let (sandbox, _receiver) = with_receiver().await;
    sandbox.human_create_case("Jonas Weber", "<b>bold</b>", "<img src=x>");
    let page = ask(client().get(sandbox.url())).await;
    assert!(page.text.contains("&lt;b&gt;bold&lt;/b&gt;"));
    assert!(page.text.contains("&lt;img src=x&gt;"));
    assert!(!page.text.contains("secret-key"));
}
