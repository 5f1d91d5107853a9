//! The OpenAPI document says what the API does: asked at every address, and judged by a client that
//! makes its own requests of it.

use deskbridge_core::operator::Role;
use it_support::World;
use serde_json::Value;

use crate::judges::judge;

#[tokio::test]
async fn every_address_of_the_document_is_there_and_asks_for_a_token() {
    let world = World::start().await;
    let (status, document) = world.admin("", "GET", "openapi.json", Value::Null).await;
    assert_eq!(status, 200);
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() >= 18, "{} paths", paths.len());
    let mut ids = std::collections::BTreeSet::new();
    for (path, item) in paths {
        let path = path.strip_prefix("/admin/v1/").unwrap();
        let path = path.replace("{id}", "x").replace("{name}", "x");
        let path = path
            .replace("{integration}", "x")
            .replace("{action}", "x")
            .replace("{kind}", "x");
        for (method, operation) in item.as_object().unwrap() {
            let method = method.to_uppercase();
            let (status, said) = world.admin("", &method, &path, Value::Null).await;
            assert_eq!(status, 401, "{method} {path}: {said}");
            assert!(operation["responses"]["default"].is_object());
            assert!(
                ids.insert(operation["operationId"].to_string()),
                "{operation}"
            );
        }
        let (status, _) = world.admin("", "PATCH", &path, Value::Null).await;
        assert_eq!(status, 405, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_made_of_the_document_are_answered_as_it_says() {
    let world = World::start().await;
    for id in 1..=3 {
        world.post_kayako(&[("Case ID", &id.to_string())]).await;
    }
    world.settle().await;
    let token = world.token("judge", Role::Admin, None).await;
    let url = format!("http://{}/admin/v1/openapi.json", world.address);
    let action = world.actions().await.remove(0).action;
    judge("openapi.py", vec![url, token, action.event_id, action.id]).await;
}
