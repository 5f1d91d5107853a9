//! Zoho Desk: who may call, what a call costs, and webhooks for those who subscribed.

use std::time::Duration;

use deskbridge_testkit::sandbox::Fault;
use deskbridge_testkit::sandbox::zoho_desk::{Edition, Options, ZohoDesk};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, PATIENCE, ask, client};

const ORG: &str = "60022843030";
const SUPPORT: &str = "198765000000006907";
const BILLING: &str = "198765000000116061";

struct Caller {
    portal: ZohoDesk,
    token: String,
}

impl Caller {
    async fn new(options: Options) -> Self {
        let portal = ZohoDesk::start(options).await.unwrap();
        let answer = refresh(&portal, "1000.sandbox-refresh-token").await;
        let token = answer.json()["access_token"].as_str().unwrap().to_owned();
        Self { portal, token }
    }

    async fn call(&self, method: Method, path: &str, body: &Value) -> Answer {
        let request = client()
            .request(method, format!("{}/api/v1{path}", self.portal.url()))
            .header("authorization", format!("Zoho-oauthtoken {}", self.token))
            .header("orgId", ORG);
        match body {
            Value::Null => ask(request).await,
            body => {
                let request = request.header("content-type", "application/json");
                ask(request.body(body.to_string())).await
            }
        }
    }

    async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, &Value::Null).await
    }
}

async fn refresh(portal: &ZohoDesk, refresh_token: &str) -> Answer {
    let query = format!(
        "grant_type=refresh_token&client_id=1000.SANDBOXCLIENT\
         &client_secret=sandbox-client-secret&refresh_token={refresh_token}"
    );
    ask(client().post(format!("{}/oauth/v2/token?{query}", portal.url()))).await
}

fn ticket() -> Value {
    json!({
        "subject": "Printer", "departmentId": SUPPORT,
        "contact": { "lastName": "山田", "email": "yamada@example.com" },
    })
}

#[tokio::test]
async fn nothing_found_is_204_and_each_answer_tells_the_credits() {
    let caller = Caller::new(Options::default()).await;
    let none = caller.get("/tickets/search?ticketNumber=1").await;
    assert_eq!((none.status, none.text.as_str()), (204, ""));
    assert_eq!(none.header("x-rate-limit-request-weight-v3"), Some("3"));
    assert_eq!(none.header("x-rate-limit-remaining-v3"), Some("99997"));
    let made = caller
        .call(Method::POST, "/tickets", &ticket())
        .await
        .json();
    let one = caller
        .get(&format!("/tickets/{}", made["id"].as_str().unwrap()))
        .await;
    assert_eq!(one.header("x-rate-limit-request-weight-v3"), Some("1"));
    assert_eq!(one.json()["modifiedTime"], made["modifiedTime"]);
    let row = &caller.get("/tickets?limit=1").await.json()["data"][0];
    assert!(row.get("modifiedTime").is_none() && row.get("description").is_none());
    caller.portal.use_credits(200_000);
    let spent = caller.get("/myinfo").await;
    assert_eq!(
        (spent.status, spent.header("retry-after")),
        (429, Some("3600"))
    );
}

#[tokio::test]
async fn a_token_a_scope_and_the_organisation_are_each_needed() {
    let caller = Caller::new(Options::default()).await;
    let url = format!("{}/api/v1/myinfo", caller.portal.url());
    let authorization = format!("Zoho-oauthtoken {}", caller.token);
    let code = |answer: &Answer| {
        answer.json()["errorCode"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let without = ask(client().get(&url).header("orgId", ORG)).await;
    assert_eq!(
        (without.status, code(&without).as_str()),
        (401, "INVALID_OAUTH")
    );
    let bearer = client()
        .get(&url)
        .bearer_auth(&caller.token)
        .header("orgId", ORG);
    assert_eq!(ask(bearer).await.status, 401);
    let elsewhere = client()
        .get(&url)
        .header("authorization", &authorization)
        .header("orgId", "1");
    assert_eq!(code(&ask(elsewhere).await), "OAUTH_ORG_MISMATCH");
    let organizations = url.replace("myinfo", "organizations");
    let any = client()
        .get(organizations)
        .header("authorization", &authorization);
    assert_eq!(ask(any).await.json()["data"][0]["id"], ORG);
    caller.portal.take_scope("Desk.search.READ");
    let token = refresh(&caller.portal, "1000.sandbox-refresh-token")
        .await
        .json();
    let caller = Caller {
        token: token["access_token"].as_str().unwrap().into(),
        ..caller
    };
    let search = caller.get("/tickets/search?_all=a").await;
    assert_eq!(
        (search.status, code(&search).as_str()),
        (403, "SCOPE_MISMATCH")
    );
}

#[tokio::test]
async fn a_refresh_token_gives_ten_access_tokens_in_ten_minutes_and_no_refresh_token() {
    let caller = Caller::new(Options::default()).await;
    caller.portal.set_time(1_900_000_000_000);
    for _ in 0..10 {
        let given = refresh(&caller.portal, "1000.sandbox-refresh-token")
            .await
            .json();
        assert!(given["access_token"].is_string() && given.get("refresh_token").is_none());
    }
    let refused = refresh(&caller.portal, "1000.sandbox-refresh-token")
        .await
        .json();
    assert_eq!(refused["error"], "Access Denied");
    caller.portal.set_time(1_900_000_600_000);
    let given = refresh(&caller.portal, "1000.sandbox-refresh-token")
        .await
        .json();
    assert!(given["access_token"].is_string());
    let unknown = refresh(&caller.portal, "1000.other").await;
    assert_eq!(
        (unknown.status, &unknown.json()["error"]),
        (200, &json!("invalid_code"))
    );
}

#[tokio::test]
async fn every_wrong_field_is_named() {
    let caller = Caller::new(Options::default()).await;
    for (name, value) in [
        ("subject", json!("")),
        ("subject", json!("長".repeat(256))),
        ("departmentId", json!("1")),
        ("contactId", json!("1")),
        ("status", json!("Nowhere")),
        ("assigneeId", json!("1")),
    ] {
        let mut body = ticket();
        body[name] = value;
        let refused = caller.call(Method::POST, "/tickets", &body).await;
        assert_eq!(refused.status, 422, "{name}");
        assert_eq!(refused.json()["errors"][0]["fieldName"], format!("/{name}"));
    }
    assert!(caller.portal.tickets().is_empty());
}

#[tokio::test]
async fn a_reply_needs_an_address_of_the_portal() {
    let caller = Caller::new(Options::default()).await;
    let id = caller
        .portal
        .human_opens_ticket(SUPPORT, "a@example.com", "Printer");
    let path = format!("/tickets/{id}/sendReply");
    let mut body = json!({
        "channel": "EMAIL", "fromEmailAddress": "ceo@zylker.example", "to": "a@example.com",
        "content": "Hello", "contentType": "plainText",
    });
    let refused = caller.call(Method::POST, &path, &body).await;
    assert_eq!(
        refused.json()["errors"][0]["fieldName"],
        "/fromEmailAddress"
    );
    body["fromEmailAddress"] = json!("support@zylker.example");
    assert_eq!(caller.call(Method::POST, &path, &body).await.status, 200);
    assert_eq!(caller.portal.mails_sent().len(), 1);
}

#[tokio::test]
async fn a_webhook_gets_what_it_asked_for_signed_and_nothing_else() {
    let caller = Caller::new(Options::default()).await;
    let receiver = crate::support::Receiver::start().await;
    let body = json!({
        "url": receiver.url,
        "subscriptions": {
            "Ticket_Update": { "departmentIds": [SUPPORT], "includePrevState": true },
            "Ticket_Thread_Add": { "direction": "in" },
        },
    });
    let made = caller.call(Method::POST, "/webhooks", &body).await;
    assert_eq!(
        (made.status, &made.json()["type"]),
        (200, &json!("CUSTOMER_WEBHOOK"))
    );
    let id = caller
        .portal
        .human_opens_ticket(SUPPORT, "a@example.com", "Printer");
    let other = caller
        .portal
        .human_opens_ticket(BILLING, "a@example.com", "Refund");
    caller.portal.human_sets_status(&id, "Closed");
    caller.portal.human_sets_status(&other, "Closed");
    caller
        .portal
        .human_replies(&id, "198765000000139002", "out");
    caller.portal.human_writes_mail(&id, "in");
    caller.portal.rule_escalates(&id);
    assert!(caller.portal.settled(PATIENCE).await);
    let sent = caller.portal.deliveries();
    let events: Vec<_> = sent
        .iter()
        .map(|delivery| delivery.event.as_str())
        .collect();
    assert_eq!(events, ["Ticket_Update", "Ticket_Thread_Add"]);
    let update = &sent[0].body[0];
    assert_eq!(
        (&update["prevState"]["status"], &update["payload"]["status"]),
        (&json!("Open"), &json!("Closed"))
    );
    let all = json!({ "includeEventsFrom": ["AUTOMATION"] });
    let path = format!("/webhooks/{}", made.json()["id"].as_str().unwrap());
    caller.call(Method::PATCH, &path, &all).await;
    caller.portal.rule_escalates(&id);
    assert_eq!(caller.portal.deliveries().len(), 3);
}

#[tokio::test]
async fn an_edition_has_so_many_webhooks_and_takes_filters_only_where_there_are_any() {
    let options = Options {
        edition: Edition::Professional,
        ..Options::default()
    };
    let caller = Caller::new(options).await;
    let body = |subscriptions: Value| json!({ "url": "https://example.com", "subscriptions": subscriptions });
    for wrong in [
        json!({}),
        json!({ "Ticket_Add": {} }),
        json!({ "Ticket_Add": { "includePrevState": true } }),
        json!({ "Ticket_Rated": null }),
        json!({ "Ticket_Delete": { "departmentIds": [SUPPORT] } }),
    ] {
        let refused = caller
            .call(Method::POST, "/webhooks", &body(wrong.clone()))
            .await;
        assert_eq!(refused.status, 422, "{wrong}");
    }
    assert_eq!(caller.get("/webhooks").await.status, 204);
    for _ in 0..5 {
        let made = caller
            .call(
                Method::POST,
                "/webhooks",
                &body(json!({ "Ticket_Add": null })),
            )
            .await;
        assert_eq!(made.status, 200);
    }
    let sixth = caller
        .call(
            Method::POST,
            "/webhooks",
            &body(json!({ "Ticket_Add": null })),
        )
        .await;
    assert_eq!(sixth.json()["errorCode"], "LICENSE_ACCESS_LIMITED");
}

#[tokio::test]
async fn more_calls_at_a_time_than_the_edition_has_are_refused() {
    let options = Options {
        concurrency: 1,
        ..Options::default()
    };
    let caller = Caller::new(options).await;
    let wait = Fault::Delay(Duration::from_millis(300));
    caller.portal.script().on("GET", "/myinfo", wait);
    let slow = caller.get("/myinfo");
    let quick = async {
        while caller.portal.requests().len() < 2 {
            tokio::task::yield_now().await;
        }
        caller.get("/departments").await
    };
    let (slow, quick) = tokio::join!(slow, quick);
    assert_eq!((slow.status, quick.status), (200, 429));
    assert_eq!(quick.header("retry-after"), None);
}

#[tokio::test]
async fn the_page_shows_tickets_with_all_text_escaped_and_no_address_of_a_webhook() {
    let caller = Caller::new(Options::default()).await;
    caller
        .portal
        .human_opens_ticket(SUPPORT, "a@example.com", "<script>alert(1)</script>");
    let body =
        json!({ "url": "https://example.com/s3cret", "subscriptions": { "Ticket_Add": null } });
    caller.call(Method::POST, "/webhooks", &body).await;
    let page = ask(client().get(caller.portal.url())).await;
    assert!(page.text.contains("&lt;script&gt;") && !page.text.contains("<script>"));
    let table = page.text.split("Latest webhooks").next().unwrap();
    assert!(!table.contains("s3cret") && !page.text.contains(&caller.token));
}
