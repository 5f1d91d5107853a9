//! What waits for a person is told to one: at once, then at most every ten minutes, and never a secret.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use deskbridge_core::notice::INTERVAL;
use deskbridge_core::operator::Role;
use deskbridge_core::ports::Clock as _;
use deskbridge_testkit::sandbox::kayako::LogIn;
use it_support::World;
use serde_json::{Value, json};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A receiver that keeps what it gets.
#[derive(Clone, Default)]
struct Receiver {
    got: Arc<Mutex<Vec<(HeaderMap, Value)>>>,
    away: Arc<Mutex<bool>>,
}

impl Receiver {
    /// Starts one, and names it in the credential of the notices.
    async fn start(world: &World) -> Self {
        let receiver = Self::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/notices", listener.local_addr().unwrap());
        let fields = [("url", url.as_str()), ("standard_webhooks_secret", SECRET)];
        world.set_credential("notices", &fields);
        let taking = receiver.clone();
        let take = async move |headers: HeaderMap, body: String| {
            if *taking.away.lock().unwrap() {
                return StatusCode::SERVICE_UNAVAILABLE;
            }
            let body = serde_json::from_str(&body).unwrap();
            taking.got.lock().unwrap().push((headers, body));
            StatusCode::OK
        };
        let app = Router::new().route("/notices", post(take));
        tokio::spawn(async move { axum::serve(listener, app).await });
        receiver
    }

    fn notices(&self) -> Vec<Value> {
        let got = self.got.lock().unwrap();
        let notices = got.iter().flat_map(|(_, body)| {
            let notices = body["data"]["notices"].as_array().unwrap();
            notices.clone()
        });
        notices.collect()
    }
}

async fn stuck(world: &World, title: &str) {
    let opsgenie = &world.sandbox.opsgenie;
    opsgenie
        .human_create("mon@example.com", title, &[])
        .unwrap();
    world.settle().await;
}

#[tokio::test]
async fn a_paused_credential_is_told_once_and_signed() {
    let world = World::start().await;
    let receiver = Receiver::start(&world).await;
    world.sandbox.kayako.set_log_in(LogIn::CredentialExpired);
    for title in ["one", "two", "three"] {
        stuck(&world, title).await;
    }
    world.bundle.notify.notify().await.unwrap();
    let notices = receiver.notices();
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert_eq!(notices[0]["kind"], "credential_paused");
    assert_eq!(notices[0]["about"], "kayako-john");
    let (headers, body) = receiver.got.lock().unwrap()[0].clone();
    assert_eq!(body["type"], "deskbridge.notices");
    assert!(
        headers["webhook-signature"]
            .to_str()
            .unwrap()
            .starts_with("v1,")
    );
    assert!(headers["webhook-id"].to_str().unwrap().starts_with("ntc_"));
    let password = deskbridge_testkit::sandbox::kayako::Options::default().password;
    assert!(!body.to_string().contains(&password), "{body}");
    world.clock.advance(INTERVAL);
    world.bundle.notify.notify().await.unwrap();
    assert_eq!(receiver.notices().len(), 1, "nothing new is nothing told");
}

#[tokio::test]
async fn what_is_given_up_is_told_as_one_line_with_a_count() {
    let world = World::start().await;
    let receiver = Receiver::start(&world).await;
    world.sandbox.opsgenie.script().down().await;
    for id in ["1", "2", "3"] {
        world.post_kayako(&[("Case ID", id)]).await;
    }
    world.pass(Duration::from_secs(2 * 24 * 3600)).await;
    world.bundle.notify.notify().await.unwrap();
    let notices = receiver.notices();
    let dead: Vec<_> = notices
        .iter()
        .filter(|one| one["kind"] == "action_dead")
        .collect();
    assert_eq!(dead.len(), 1, "{notices:?}");
    assert_eq!(
        (&dead[0]["about"], &dead[0]["count"]),
        (&json!("support-alerts"), &json!(3))
    );
}

#[tokio::test]
async fn a_receiver_that_was_away_is_told_later() {
    let world = World::start().await;
    let receiver = Receiver::start(&world).await;
    *receiver.away.lock().unwrap() = true;
    world.sandbox.kayako.set_log_in(LogIn::CredentialExpired);
    stuck(&world, "one").await;
    assert!(world.bundle.notify.notify().await.is_err());
    assert_eq!(world.bundle.notify.notify().await.unwrap(), 0, "not yet");
    *receiver.away.lock().unwrap() = false;
    world.clock.advance(Duration::from_secs(61));
    world.bundle.notify.notify().await.unwrap();
    assert_eq!(receiver.notices().len(), 1);
}

#[tokio::test]
async fn ends_of_credentials_and_tokens_are_told_in_time() {
    let world = World::start().await;
    let receiver = Receiver::start(&world).await;
    let end = world.clock.now() + Duration::from_secs(10 * 86_400);
    let fields = [("api_key", "canary"), ("expires_at", &end.to_string())];
    world.set_credential("opsgenie-support", &fields);
    let token = world.token("lead", Role::Admin, None).await;
    for (name, days) in [("lasting", 40), ("short", 1)] {
        let body = json!({"name": name, "role": "viewer", "expires_in_days": days});
        world.admin(&token, "POST", "tokens", body).await;
    }
    world.bundle.notify.notify().await.unwrap();
    world.clock.advance(Duration::from_secs(27 * 86_400));
    world.bundle.notify.notify().await.unwrap();
    let notices = receiver.notices();
    let told: Vec<_> = notices
        .iter()
        .map(|one| {
            (
                one["kind"].as_str().unwrap(),
                one["about"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("credential_expires", "opsgenie-support"),
        ("credential_expires", "opsgenie-support"),
        ("token_expires", "lasting"),
    ];
    assert_eq!(told, expected);
    assert!(!format!("{notices:?}").contains("canary"));
}

#[tokio::test]
async fn without_a_channel_nothing_is_kept_for_later() {
    let world = World::start().await;
    world.sandbox.kayako.set_log_in(LogIn::CredentialExpired);
    stuck(&world, "one").await;
    world.bundle.notify.notify().await.unwrap();
    let receiver = Receiver::start(&world).await;
    world.clock.advance(INTERVAL);
    world.bundle.notify.notify().await.unwrap();
    assert!(receiver.notices().is_empty());
}
