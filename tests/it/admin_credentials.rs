//! Credentials over the management API: written, told of, tried and removed, and never shown.

use deskbridge_core::operator::Role;
use deskbridge_testkit::sandbox::kayako::LogIn;
use it_support::World;
use serde_json::{Value, json};

const NONE: Value = Value::Null;

fn named<'a>(all: &'a Value, name: &str) -> &'a Value {
    let mut all = all["credentials"].as_array().unwrap().iter();
    all.find(|one| one["name"] == name).unwrap()
}

#[tokio::test]
async fn a_credential_is_told_of_and_never_shown() {
    let world = World::start().await;
    let token = world.token("lead", Role::Admin, None).await;
    let body =
        json!({"fields": {"api_key": "canary-1", "user": "ada", "expires_at": "2027-01-31"}});
    let (status, set) = world
        .admin(&token, "PUT", "credentials/opsgenie-support", body)
        .await;
    assert_eq!(status, 200, "{set}");
    let (_, all) = world.admin(&token, "GET", "credentials", NONE).await;
    let told = named(&all, "opsgenie-support");
    assert_eq!(told["fields"], json!(["api_key", "expires_at", "user"]));
    assert_eq!(told["used_by"], json!(["support-alerts"]));
    assert_eq!(told["expires_at"], "2027-01-31T00:00:00.000Z");
    let (_, changes) = world.admin(&token, "GET", "changes", NONE).await;
    assert_eq!(changes["changes"][0]["what"], "set credential");
    for said in [set, all, changes] {
        assert!(!said.to_string().contains("canary"), "{said}");
    }
    let read = world.bundle.secrets.credential("opsgenie-support").await;
    assert_eq!(read.unwrap().field("api_key").unwrap(), "canary-1");
}

#[tokio::test]
async fn a_new_document_lets_go_on_what_was_paused() {
    let world = World::start().await;
    let token = world.token("lead", Role::Admin, None).await;
    world.sandbox.kayako.set_log_in(LogIn::CredentialExpired);
    let opsgenie = &world.sandbox.opsgenie;
    opsgenie
        .human_create("mon@example.com", "Queue stuck", &[])
        .unwrap();
    world.settle().await;
    let (_, all) = world.admin(&token, "GET", "credentials", NONE).await;
    let paused = &named(&all, "kayako-john")["paused"];
    assert!(!paused["why"].as_str().unwrap().is_empty(), "{paused}");
    world.sandbox.kayako.set_log_in(LogIn::Works);
    world.sandbox.kayako.set_password("another password");
    let body = json!({"fields": {"email": "agent@example.com", "password": "another password"}});
    let (status, set) = world
        .admin(&token, "PUT", "credentials/kayako-john", body)
        .await;
    assert_eq!((status, &set["paused"]), (200, &NONE), "{set}");
    world.pass(std::time::Duration::from_secs(60)).await;
    assert_eq!(world.sandbox.kayako.created_count("Queue stuck"), 1);
}

#[tokio::test]
async fn a_credential_in_use_is_removed_only_by_force() {
    let world = World::start().await;
    let token = world.token("lead", Role::Admin, None).await;
    let path = "credentials/opsgenie-support";
    let (status, said) = world.admin(&token, "DELETE", path, NONE).await;
    assert_eq!(status, 409, "{said}");
    assert!(said["detail"].as_str().unwrap().contains("support-alerts"));
    let forced = format!("{path}?force=true");
    assert_eq!(world.admin(&token, "DELETE", &forced, NONE).await.0, 204);
    let (_, all) = world.admin(&token, "GET", "credentials", NONE).await;
    assert_eq!(named(&all, "opsgenie-support")["held"], json!(false));
    assert_eq!(world.admin(&token, "DELETE", &forced, NONE).await.0, 404);
}

#[tokio::test]
async fn a_trial_says_of_each_connection_what_is_wrong() {
    let world = World::start().await;
    let token = world.token("lead", Role::Admin, None).await;
    let remove = "credentials/opsgenie-support?force=true";
    world.admin(&token, "DELETE", remove, NONE).await;
    let (status, tried) = world
        .admin(&token, "POST", "integrations/support-alerts/try", NONE)
        .await;
    assert_eq!(status, 200, "{tried}");
    let trials = tried["trials"].as_array().unwrap();
    let connections: Vec<_> = trials.iter().map(|one| &one["connection"]).collect();
    assert_eq!(connections, ["kayako", "opsgenie"]);
    assert_eq!(trials[0]["result"], "works", "{tried}");
    assert_eq!(trials[1]["result"], "failed");
    let says = trials[1]["says"].as_str().unwrap();
    assert!(says.contains("no credential opsgenie-support"), "{says}");
    let (status, _) = world
        .admin(&token, "POST", "credentials/nobody/try", NONE)
        .await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_document_is_tried_before_it_is_applied() {
    let world = World::start().await;
    let token = world.token("lead", Role::Admin, None).await;
    let (_, shown) = world
        .admin(&token, "GET", "integrations/support-alerts", NONE)
        .await;
    let mut document = shown["document"].clone();
    document["settings"]["opsgenie"]["credential"] = json!("not-there");
    let path = "integrations/support-alerts/try";
    let body = json!({ "document": document });
    let (status, tried) = world.admin(&token, "POST", path, body).await;
    assert_eq!(status, 200, "{tried}");
    assert_eq!(tried["trials"][1]["credential"], "not-there");
    let (_, after) = world
        .admin(&token, "GET", "integrations/support-alerts", NONE)
        .await;
    assert_eq!(after, shown, "nothing was applied");
}

#[tokio::test]
async fn a_team_has_the_credentials_that_only_its_integrations_name() {
    let world = World::start().await;
    let whole = world.token("whole", Role::Admin, None).await;
    let token = world.token("x", Role::Admin, Some("support")).await;
    let (_, all) = world.admin(&token, "GET", "credentials", NONE).await;
    let names = all["credentials"].as_array().unwrap().iter();
    let names: Vec<_> = names.map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["kayako-john", "opsgenie-support"]);
    let body = json!({"fields": {"token": "canary-2-of-a-length-that-would-open"}});
    for name in [
        "autotask-service",
        "data-action-tokens",
        "webhook-keys",
        "new",
    ] {
        let path = format!("credentials/{name}");
        let (status, said) = world.admin(&token, "PUT", &path, body.clone()).await;
        assert_eq!(status, 404, "{name}: {said}");
        for (method, path) in [("DELETE", path.clone()), ("POST", format!("{path}/try"))] {
            let (status, said) = world.admin(&token, method, &path, NONE).await;
            assert_eq!(status, 404, "{method} {path}: {said}");
        }
    }
    let (_, shown) = world
        .admin(&whole, "GET", "integrations/kaseya-alerts", NONE)
        .await;
    let theirs = shown["document"]["settings"]["autotask"]["credential"].clone();
    for name in [theirs, json!("webhook-keys")] {
        let (_, own) = world
            .admin(&token, "GET", "integrations/support-alerts", NONE)
            .await;
        let mut stolen = own["document"].clone();
        stolen["settings"]["opsgenie"]["credential"] = name;
        let path = "integrations/support-alerts";
        let (status, said) = world.admin(&token, "PUT", path, stolen.clone()).await;
        assert_eq!(
            (status, &said["field"]),
            (403, &json!("settings")),
            "{said}"
        );
        let path = "integrations/support-alerts/try";
        let body = json!({ "document": stolen });
        assert_eq!(world.admin(&token, "POST", path, body).await.0, 403);
    }
}

#[tokio::test]
async fn what_is_no_credential_is_refused_by_its_field() {
    let world = World::start().await;
    let token = world.token("lead", Role::Admin, None).await;
    let viewer = world.token("mon", Role::Viewer, None).await;
    let refused = [
        (json!({"fields": {"key": 5}}), "fields.key"),
        (json!({"fields": "canary"}), "fields"),
        (json!({"api_key": "canary"}), "api_key"),
    ];
    for (body, field) in refused {
        let (status, said) = world.admin(&token, "PUT", "credentials/x", body).await;
        assert_eq!((status, &said["field"]), (422, &json!(field)), "{said}");
        assert!(!said.to_string().contains("canary"), "{said}");
    }
    for body in [json!({"fields": {}}), json!({"fields": {"a b": "canary"}})] {
        let (status, said) = world.admin(&token, "PUT", "credentials/x", body).await;
        assert_eq!(status, 422, "{said}");
        assert!(!said.to_string().contains("canary"), "{said}");
    }
    let body = json!({"fields": {"key": "1"}});
    for (method, path) in [
        ("PUT", "credentials/x"),
        ("DELETE", "credentials/x"),
        ("POST", "credentials/x/try"),
        ("POST", "integrations/support-alerts/try"),
    ] {
        let (status, _) = world.admin(&viewer, method, path, body.clone()).await;
        assert_eq!(status, 403, "{method} {path}");
    }
}
