//! Log-ins and keys that fail: who waits, who is told, and what resumes them.

use std::time::Duration;

use deskbridge_testkit::sandbox::kayako::LogIn;
use it_support::World;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn a_credential_that_needs_a_person_pauses_and_a_new_one_resumes() {
    for log_in in [LogIn::OtpExpected, LogIn::CredentialExpired] {
        let world = World::start().await;
        world.sandbox.kayako.set_log_in(log_in);
        world
            .sandbox
            .opsgenie
            .human_create("mon@example.com", "Queue stuck", &[])
            .unwrap();
        world.pass(5 * HOUR).await;
        let actions = world.actions().await;
        assert_eq!(
            (it_support::stage(&actions[0]), actions[0].attempts),
            ("ready", 0),
            "{log_in:?}"
        );
        let logins = world.sandbox.kayako.requests().len();
        assert!(logins <= 6, "{logins} log-ins against a locked account");
        world.sandbox.kayako.set_log_in(LogIn::Works);
        world.sandbox.kayako.set_password("another password");
        let fields = [
            ("email", "agent@example.com"),
            ("password", "another password"),
        ];
        world.set_credential("kayako-john", &fields);
        world.pass(2 * HOUR).await;
        assert_eq!(
            world.sandbox.kayako.created_count("Queue stuck"),
            1,
            "{log_in:?}"
        );
    }
}

#[tokio::test]
async fn a_wrong_key_says_so_and_nothing_shows_it() {
    let world = World::start().await;
    world.set_credential("opsgenie-support", &[("api_key", "canary-7f3a")]);
    world.post_kayako(&[]).await;
    world.pass(MINUTE).await;
    let actions = world.actions().await;
    assert_eq!(it_support::stage(&actions[0]), "ready");
    let history = format!("{:?}", actions[0].history);
    assert!(history.contains("key"), "{history}");
    assert!(!history.contains("canary-7f3a"));
}

#[tokio::test]
async fn a_session_that_ended_is_renewed_once_and_nobody_notices() {
    let world = World::start().await;
    let alert = world
        .sandbox
        .opsgenie
        .human_create("mon@example.com", "Queue stuck", &[])
        .unwrap();
    world.pass(MINUTE).await;
    let sessions = world.sandbox.kayako.sessions_opened();
    world.sandbox.kayako.expire_sessions();
    world
        .sandbox
        .opsgenie
        .human_acknowledge(&alert.id, "ops@example.com");
    world.pass(MINUTE).await;
    assert_eq!(world.sandbox.kayako.sessions_opened(), sessions + 1);
    assert_eq!(world.stage_of("add_note").await, "delivered");
}

#[tokio::test]
async fn kayako_classic_is_refused_by_name() {
    use deskbridge_testkit::sandbox::kayako::Product;
    let world = World::start().await;
    world.sandbox.kayako.set_product(Product::Classic);
    world
        .sandbox
        .opsgenie
        .human_create("mon@example.com", "Queue stuck", &[])
        .unwrap();
    world.pass(MINUTE).await;
    let history = format!("{:?}", world.actions().await[0].history);
    assert!(history.contains("Classic"), "{history}");
}

#[tokio::test]
async fn a_credential_mended_at_the_vendor_resumes_within_the_hour_without_a_new_version() {
    let world = World::start().await;
    world.sandbox.kayako.set_log_in(LogIn::OtpExpected);
    for n in 0..20 {
        world
            .sandbox
            .opsgenie
            .human_create("mon@example.com", &format!("Stuck {n}"), &[])
            .unwrap();
    }
    world.pass(10 * MINUTE).await;
    world.sandbox.kayako.set_log_in(LogIn::Works);
    world.pass(2 * HOUR).await;
    assert_eq!(world.sandbox.kayako.cases().len(), 20);
}
