use deskbridge_core::ErrorKind;
use deskbridge_testkit::sandbox::zoho_desk::Edition;

use super::*;

const URL: &str = "https://old.example.com/webhooks/zoho-desk/k3y";

#[tokio::test]
async fn the_webhook_is_created_once_and_follows_the_address() {
    let desk = Desk::new().await;
    let made = desk.subscribe(URL).await.unwrap();
    assert_eq!(made.says, "the webhook was created");
    assert_eq!(
        made.facts[0],
        (
            "webhook_id".into(),
            desk.vendor.subscriptions()[0].id.clone()
        )
    );
    assert_snapshot("subscribe", &desk.http.body_of("POST /webhooks"));
    let again = desk.subscribe(URL).await.unwrap();
    assert_eq!(again.says, "the webhook was there already");
    let moved = desk
        .subscribe("https://new.example.com/webhooks/zoho-desk/k3y")
        .await
        .unwrap();
    assert_eq!(moved.says, "the webhook was brought up to date");
    let subscriptions = desk.vendor.subscriptions();
    assert_eq!(subscriptions.len(), 1);
    assert_eq!(
        subscriptions[0].body["url"],
        "https://new.example.com/webhooks/zoho-desk/k3y"
    );
}

#[tokio::test]
async fn a_webhook_that_differs_is_changed_and_another_integrations_is_not() {
    let mut desk = Desk::new().await;
    desk.subscribe(URL).await.unwrap();
    desk.subscribe("https://old.example.com/webhooks/zoho-desk/other")
        .await
        .unwrap();
    desk.connection.settings["departments"] = json!([BILLING]);
    desk.connection.settings["automation"] = json!(true);
    let changed = desk.subscribe(URL).await.unwrap();
    assert_eq!(changed.says, "the webhook was brought up to date");
    let all = desk.vendor.subscriptions();
    assert_eq!(all.len(), 2);
    let ours = &all[0].body;
    assert_eq!(
        ours["subscriptions"]["Ticket_Update"],
        json!({"departmentIds": [BILLING], "includePrevState": true})
    );
    assert_eq!(ours["includeEventsFrom"], json!(["AUTOMATION"]));
    assert_eq!(all[1].body["subscriptions"]["Ticket_Add"], Value::Null);
}

#[tokio::test]
async fn an_edition_without_webhooks_is_told_to_poll() {
    let options = Options {
        edition: Edition::Free,
        ..Options::default()
    };
    let mut desk = Desk::with(options, json!({})).await;
    let error = desk.subscribe(URL).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(
        error.message(),
        "this portal's edition has no webhook left, or none at all: set mode to poll"
    );
    desk.connection.settings["mode"] = json!("poll");
    desk.subscribe(URL).await.unwrap();
    assert_eq!(desk.vendor.subscriptions().len(), 0);
}

#[tokio::test]
async fn too_long_an_address_is_refused_before_anything_is_sent() {
    let desk = Desk::new().await;
    let url = format!("https://example.com/{}", "a".repeat(500));
    desk.subscribe(&url).await.unwrap_err();
    assert_eq!(desk.http.routes().len(), 0);
}
