//! The management API: what is listed, changed and written down.

use deskbridge_core::operator::Role;
use it_support::World;
use serde_json::{Value, json};

const NONE: Value = Value::Null;

#[tokio::test]
async fn events_are_paged_without_a_gap_or_a_repeat() {
    let world = World::start().await;
    let token = world.token("mon", Role::Viewer, None).await;
    for id in 1..=7 {
        world.post_kayako(&[("Case ID", &id.to_string())]).await;
    }
    world.settle().await;
    let (_, all) = world.admin(&token, "GET", "events?limit=200", NONE).await;
    let ids = |page: &Value| -> Vec<String> {
        let events = page["events"].as_array().unwrap().iter();
        events.map(|event| event["id"].to_string()).collect()
    };
    let (mut seen, mut path) = (Vec::new(), "events?limit=3".to_owned());
    loop {
        let (status, page) = world.admin(&token, "GET", &path, NONE).await;
        assert_eq!(status, 200, "{page}");
        seen.extend(ids(&page));
        match page["next"].as_str() {
            Some(next) => path = format!("events?limit=3&before={next}"),
            None => break,
        }
    }
    assert!(seen.len() >= 7);
    assert_eq!(seen, ids(&all));
}

#[tokio::test]
async fn a_ticket_is_found_by_its_id() {
    let world = World::start().await;
    let token = world.token("mon", Role::Viewer, None).await;
    for id in ["4711", "4712"] {
        world.post_kayako(&[("Case ID", id)]).await;
    }
    world.settle().await;
    let (_, page) = world
        .admin(&token, "GET", "events?subject=4711", NONE)
        .await;
    let events = page["events"].as_array().unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["outcome"], json!("delivered"));
    assert_eq!(events[0]["actions"][0]["operation"], json!("create_alert"));
}

#[tokio::test]
async fn an_integration_is_created_changed_and_deleted_over_the_version_seen() {
    let world = World::start().await;
    let token = world.token("lead", Role::Admin, None).await;
    let path = "integrations/orders";
    let put = async |body: Value, headers: &[(&str, &str)]| {
        let json = [("content-type", "application/json")];
        let headers = [&json, headers].concat();
        let body = Some(body.to_string());
        world.admin_with(&token, "PUT", path, &headers, body).await
    };
    let (status, created) = put(orders("P1"), &[]).await;
    assert_eq!(status, 201, "{created}");
    let address = created["addresses"][0].as_str().unwrap();
    assert!(address.starts_with("/webhooks/generic/"), "{address}");
    assert_eq!(put(orders("P2"), &[]).await.0, 428);
    assert_eq!(put(orders("P2"), &[("if-match", "\"7\"")]).await.0, 412);
    assert_eq!(put(orders("P2"), &[("if-none-match", "*")]).await.0, 412);
    let (status, changed) = put(orders("P2"), &[("if-match", "\"1\"")]).await;
    assert_eq!((status, &changed["version"]), (200, &json!(2)));
    assert_eq!(changed["addresses"], json!([]), "the key is as it was");
    let same = put(orders("P2"), &[("if-match", "\"2\"")]).await;
    assert_eq!((same.0, &same.1["version"]), (200, &json!(2)));
    let key = address.rsplit('/').next().unwrap();
    let headers = [("content-type", "application/json")];
    let posted = world
        .post_with("generic", key, &headers, r#"{"event":"failed","id":"1"}"#)
        .await;
    assert_eq!(posted.0, 202, "{}", posted.1);
    assert_eq!(world.admin(&token, "DELETE", path, NONE).await.0, 204);
    for method in ["GET", "DELETE"] {
        assert_eq!(world.admin(&token, method, path, NONE).await.0, 404);
    }
    let enable = format!("{path}/enable");
    assert_eq!(world.admin(&token, "POST", &enable, NONE).await.0, 404);
    let posted = world
        .post_with("generic", key, &headers, r#"{"event":"failed","id":"2"}"#)
        .await;
    assert_eq!(posted.0, 410);
}

#[tokio::test]
async fn two_keys_live_while_an_address_is_changed() {
    let world = World::start().await;
    let token = world.token("lead", Role::Admin, None).await;
    let (_, created) = world
        .admin_with(
            &token,
            "PUT",
            "integrations/orders",
            &[("content-type", "application/json")],
            Some(orders("P1").to_string()),
        )
        .await;
    let key = |answer: &Value| {
        let address = answer["addresses"][0].as_str().unwrap();
        address.rsplit('/').next().unwrap().to_owned()
    };
    let mut keys = vec![key(&created)];
    for _ in 0..2 {
        let path = "integrations/orders/rotate-key";
        let (status, rotated) = world.admin(&token, "POST", path, NONE).await;
        assert_eq!(status, 200, "{rotated}");
        keys.push(key(&rotated));
    }
    let mut statuses = Vec::new();
    for key in &keys {
        let body = format!(r#"{{"event":"failed","id":"{}"}}"#, statuses.len());
        let headers = [("content-type", "application/json")];
        statuses.push(world.post_with("generic", key, &headers, body).await.0);
    }
    assert_eq!(statuses, [404, 202, 202]);
}

#[tokio::test]
async fn a_diff_names_the_fields_and_changes_nothing() {
    let world = World::start().await;
    let token = world.token("mon", Role::Viewer, None).await;
    let path = "integrations/support-alerts";
    let (_, shown) = world.admin(&token, "GET", path, NONE).await;
    let mut document = shown["document"].clone();
    document["settings"]["alert"]["priority"]["High"] = json!("P1");
    let url = format!("{path}/diff");
    let (status, diff) = world.admin(&token, "POST", &url, document).await;
    assert_eq!(status, 200, "{diff}");
    let expected =
        json!([{"field": "settings.alert.priority.High", "before": "P2", "after": "P1"}]);
    assert_eq!(diff["changes"], expected);
    let (_, after) = world.admin(&token, "GET", path, NONE).await;
    assert_eq!(after, shown);
}

#[tokio::test]
async fn a_kind_shows_the_rules_that_it_compiled_to() {
    let world = World::start().await;
    let token = world.token("mon", Role::Viewer, None).await;
    let path = "integrations/support-alerts/rules";
    let (_, rules) = world.admin(&token, "GET", path, NONE).await;
    let first = &rules["rules"][0];
    assert_eq!(first["on"], json!("kayako.conversation_opened"));
    assert_eq!(first["do"], json!("opsgenie.create_alert"));
    assert_eq!(
        rules["connections"]["kayako"]["credential"],
        json!("kayako-john")
    );
}

#[tokio::test]
async fn every_change_stands_in_the_audit_log_and_no_read_does() {
    let world = World::start().await;
    let token = world.token("lead", Role::Admin, None).await;
    for path in ["integrations", "events", "parked", "health", "changes"] {
        assert_eq!(world.admin(&token, "GET", path, NONE).await.0, 200);
    }
    let path = "integrations/support-alerts";
    for step in ["disable", "enable", "enable"] {
        let url = format!("{path}/{step}");
        assert_eq!(world.admin(&token, "POST", &url, NONE).await.0, 200);
    }
    let body = json!({"name": "mon", "role": "viewer"});
    assert_eq!(world.admin(&token, "POST", "tokens", body).await.0, 201);
    let (_, page) = world.admin(&token, "GET", "changes", NONE).await;
    let changes = page["changes"].as_array().unwrap().iter();
    let mut said: Vec<_> = changes
        .map(|change| format!("{} {}", change["what"], change["target"]).replace('"', ""))
        .collect();
    said.sort();
    let expected = [
        "create token mon",
        "disable support-alerts",
        "enable support-alerts",
    ];
    assert_eq!(said, expected);
}

#[tokio::test]
async fn a_token_works_until_it_is_ended() {
    let world = World::start().await;
    let token = world.token("lead", Role::Admin, None).await;
    let body = json!({"name": "mon", "role": "viewer", "expires_in_days": 1});
    let (_, made) = world.admin(&token, "POST", "tokens", body).await;
    let mon = made["token"].as_str().unwrap();
    assert_eq!(world.admin(mon, "GET", "events", NONE).await.0, 200);
    assert_eq!(
        world.admin(&token, "DELETE", "tokens/mon", NONE).await.0,
        204
    );
    assert_eq!(world.admin(mon, "GET", "events", NONE).await.0, 401);
    assert_eq!(
        world.admin(&token, "DELETE", "tokens/mon", NONE).await.0,
        404
    );
    let (_, listed) = world.admin(&token, "GET", "tokens", NONE).await;
    assert!(!listed.to_string().contains("dbt_"), "{listed}");
}

#[tokio::test]
async fn a_body_is_explained_without_being_stored() {
    let world = World::start().await;
    let token = world.token("mon", Role::Viewer, None).await;
    let example = deskbridge_local::demo::kayako_opsgenie::example();
    let body = json!({
        "integration": "support-alerts",
        "connector": "kayako",
        "body": example.to_string(),
    });
    let (status, explained) = world.admin(&token, "POST", "explain", body).await;
    assert_eq!(status, 200, "{explained}");
    let event = &explained["events"][0];
    assert_eq!(event["event_type"], json!("kayako.conversation_opened"));
    assert_eq!(
        event["actions"][0]["params"]["alias"],
        json!("kayako_john_9")
    );
    assert_eq!(event["recorded"], NONE);
    assert!(world.events().await.is_empty());
    assert!(world.sandbox.opsgenie.requests().is_empty());
}

/// An integration over the generic webhook, which needs no other vendor's account.
fn orders(priority: &str) -> Value {
    json!({
        "name": "orders",
        "kind": "custom",
        "team": "support",
        "settings": {
            "connections": {
                "generic": {"fields": {"type": "$.event", "subject": "$.id"}},
                "opsgenie": {"service": "opsgenie-us", "credential": "opsgenie-support"},
            },
            "rules": [{
                "on": "generic.failed",
                "do": "opsgenie.create_alert",
                "with": {
                    "alias": "order_{{ generic.subject }}",
                    "message": "Order {{ generic.subject }} failed",
                    "priority": priority,
                },
            }],
        },
    })
}
