//! Data actions over HTTP, as a flow that calls web services uses them.

use deskbridge_core::operator::Role;
use deskbridge_data_actions::with_draft;
use deskbridge_testkit::sandbox::SANDBOX_KEY;
use deskbridge_testkit::sandbox::dynamics::{self, Dynamics};
use deskbridge_testkit::sandbox::google::{self, Google};
use deskbridge_testkit::sandbox::salesforce::{self, Salesforce};
use deskbridge_testkit::sandbox::zendesk::{self, Zendesk};
use serde_json::{Value, json};

use crate::judges::judge;
use it_support::{World, client};

const TOKEN: &str = "a-token-of-22-characters-or-more";
const ACTION: &str = "data-actions/help-desk/create-ticket";

pub(crate) async fn world() -> (World, Zendesk) {
    let world = World::start().await;
    let zendesk = Zendesk::start(zendesk::Options::default()).await.unwrap();
    let options = zendesk::Options::default();
    world.set_credential(
        "data-action-tokens",
        &[("flow", TOKEN), ("short", "too-short")],
    );
    world.set_credential(
        "zendesk-main",
        &[
            ("userEmail", &options.email),
            ("apiToken", &options.api_token),
        ],
    );
    let document = deskbridge_local::demo::help_desk::document(&zendesk.url());
    world.apply(&document).await;
    (world, zendesk)
}

async fn post(world: &World, path: &str, token: &str, key: &str, input: &Value) -> (u16, Value) {
    let url = format!("http://{}/{path}", world.address);
    let request = client().post(url).body(input.to_string());
    let request = request.header("authorization", format!("Bearer {token}"));
    let answer = request.header("idempotency-key", key).send().await.unwrap();
    let status = answer.status().as_u16();
    (
        status,
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap(),
    )
}

pub(crate) fn ticket() -> Value {
    json!({"subject": "Call back", "body": "The line broke."})
}

#[tokio::test]
async fn a_ticket_is_made_once_for_each_key() {
    let (world, zendesk) = world().await;
    let first = post(&world, ACTION, TOKEN, "k1", &ticket()).await;
    assert_eq!(first.0, 200, "{first:?}");
    assert_eq!(post(&world, ACTION, TOKEN, "k1", &ticket()).await, first);
    assert_eq!(zendesk.tickets().len(), 1);
    assert_eq!(first.1, json!({"id": zendesk.tickets()[0].id}));
}

#[tokio::test]
async fn nobody_gets_in_without_a_token_that_is_hard_to_guess() {
    let (world, zendesk) = world().await;
    for token in ["", "wrong", "too-short", TOKEN.get(1..).unwrap()] {
        let (status, body) = post(&world, ACTION, token, "k", &ticket()).await;
        assert_eq!((status, &body["title"]), (401, &json!("Not authorized")));
    }
    assert!(zendesk.requests().is_empty());
}

#[tokio::test]
async fn a_failure_has_its_stable_name_and_a_reference_and_nothing_of_the_input() {
    let (world, _zendesk) = world().await;
    let cases = [
        (ACTION, json!({"subject": "canary"}), 400, "INVALID_INPUT"),
        (
            "data-actions/help-desk/nothing",
            json!({"a": "canary"}),
            404,
            "UNKNOWN_ACTION",
        ),
        (
            "data-actions/support-alerts/x",
            json!({"a": "canary"}),
            404,
            "UNKNOWN_INTEGRATION",
        ),
    ];
    for (path, input, status, name) in cases {
        let (answered, body) = post(&world, path, TOKEN, "k", &input).await;
        assert_eq!(
            (answered, &body["errorType"]),
            (status, &json!(name)),
            "{body}"
        );
        assert!(body["reference"].as_str().unwrap().starts_with("run_"));
        assert!(!body.to_string().contains("canary"), "{body}");
    }
}

#[tokio::test]
async fn a_trace_stands_beside_the_result_and_holds_no_secret() {
    let (world, _zendesk) = world().await;
    let path = "data-actions/help-desk/find-user?trace=true&flatten=true&timeout_ms=5000";
    let (status, body) = post(
        &world,
        path,
        TOKEN,
        "k",
        &json!({"PHONE_NUMBER": "+4930123456"}),
    )
    .await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(body["result"]["users.id"], json!([9017]), "{body}");
    assert_eq!(body["trace"]["operations"].as_array().unwrap().len(), 10);
    assert!(
        !body
            .to_string()
            .contains(&zendesk::Options::default().api_token)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_zendesk_client_agrees_with_the_sandbox() {
    let options = zendesk::Options::default();
    let (email, token) = (options.email.clone(), options.api_token.clone());
    let sandbox = Zendesk::start(options).await.unwrap();
    judge("zendesk_client.py", vec![sandbox.url(), email, token]).await;
}

/// The sandboxes' private key, in a file as its owner has it.
fn key_file(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    std::fs::write(&file, text).unwrap();
    let path = file.to_string_lossy().into_owned();
    (folder, path)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_salesforce_client_agrees_with_the_sandbox() {
    let options = salesforce::Options::default();
    let (key, secret) = (options.client_id.clone(), options.client_secret.clone());
    let sandbox = Salesforce::start(options).await.unwrap();
    let (_folder, file) = key_file(SANDBOX_KEY);
    let arguments = vec![sandbox.url(), key, secret, file];
    judge("salesforce_client.py", arguments).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn googles_own_client_agrees_with_the_sandbox() {
    let options = google::Options::default();
    let file = json!({
        "type": "service_account",
        "client_email": options.client_email,
        "client_id": options.client_id,
        "private_key_id": options.private_key_id,
        "private_key": options.private_key,
        "token_uri": "https://oauth2.googleapis.com/token",
    });
    let sandbox = Google::start(options).await.unwrap();
    let (_folder, file) = key_file(&file.to_string());
    judge("google_client.py", vec![sandbox.url(), file]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn microsofts_own_client_agrees_with_the_sandbox() {
    let options = dynamics::Options::default();
    let sandbox = Dynamics::start(options.clone()).await.unwrap();
    let arguments = vec![
        sandbox.url(),
        options.tenant,
        options.client_id,
        options.client_secret,
    ];
    judge("dynamics_client.py", arguments).await;
}

#[tokio::test]
async fn a_flows_token_runs_actions_of_its_integration_and_opens_nothing_else() {
    let (world, zendesk) = world().await;
    let admin = world.token("boss", Role::Admin, None).await;
    let make = |name: &str, integration: &str| json!({"name": name, "role": "flow", "integration": integration});
    let (status, made) = world
        .admin(&admin, "POST", "tokens", make("ours", "help-desk"))
        .await;
    assert_eq!((status, &made["role"]), (201, &json!("flow")), "{made}");
    let ours = made["token"].as_str().unwrap().to_owned();
    let (_, made) = world
        .admin(&admin, "POST", "tokens", make("theirs", "crm"))
        .await;
    let theirs = made["token"].as_str().unwrap().to_owned();
    assert_eq!(post(&world, ACTION, &ours, "k1", &ticket()).await.0, 200);
    for token in [&theirs, &admin] {
        assert_eq!(post(&world, ACTION, token, "k2", &ticket()).await.0, 401);
    }
    assert_eq!(zendesk.tickets().len(), 1);
    let (status, _) = world.admin(&ours, "GET", "integrations", Value::Null).await;
    assert_eq!(status, 403);
    let viewer = json!({"name": "v", "role": "viewer", "integration": "help-desk"});
    assert_eq!(world.admin(&admin, "POST", "tokens", viewer).await.0, 422);
    let (status, _) = world
        .admin(&admin, "DELETE", "tokens/ours", Value::Null)
        .await;
    assert_eq!(status, 204);
    assert_eq!(post(&world, ACTION, &ours, "k3", &ticket()).await.0, 401);
}

#[tokio::test]
async fn a_draft_is_tested_and_published_over_the_management_api() {
    let (world, zendesk) = world().await;
    let admin = world.token("boss", Role::Admin, None).await;
    let path = "data-actions/help-desk/create-ticket";
    let stored = world
        .bundle
        .store
        .integration("help-desk")
        .await
        .unwrap()
        .unwrap();
    let mut draft = stored.spec.settings["actions"]["create-ticket"].clone();
    draft["timeout_seconds"] = json!(7);
    let mut document = with_draft(&stored.spec, "create-ticket", draft).unwrap();
    document.settings["drafts"]["broken"] = json!({"request": {"method": "GET", "url": "#if("}});
    let document = json!(document);
    let (status, said) = world
        .admin(&admin, "PUT", "integrations/help-desk", document)
        .await;
    assert_eq!(status, 200, "{said}");
    let input = json!({"input": ticket()});
    let (status, tested) = world
        .admin(&admin, "POST", &format!("{path}/test"), input.clone())
        .await;
    assert_eq!(
        (status, &tested["success"]),
        (200, &json!(true)),
        "{tested}"
    );
    assert_eq!(zendesk.tickets().len(), 1);
    let broken = world
        .admin(&admin, "POST", "data-actions/help-desk/broken/test", input)
        .await;
    assert_eq!(
        broken.1["error"]["errorType"], "MISCONFIGURED",
        "{broken:?}"
    );
    let publish = |name: &str| format!("data-actions/help-desk/{name}/publish");
    let (status, made) = world
        .admin(&admin, "POST", &publish("create-ticket"), Value::Null)
        .await;
    assert_eq!(
        (status, &made["published_version"]),
        (200, &json!(2)),
        "{made}"
    );
    assert_eq!(made["timeout_seconds"], 7);
    for (name, expected) in [("broken", 422), ("create-ticket", 404), ("nothing", 404)] {
        let (status, said) = world
            .admin(&admin, "POST", &publish(name), Value::Null)
            .await;
        assert_eq!(status, expected, "{said}");
    }
}
