//! `kill -9` at random under load: nothing accepted is missing, nothing is made twice.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use deskbridge_local::demo::kayako_opsgenie::example;
use deskbridge_local::demo::sandbox::Sandbox;
use it_support::client;
use serde_json::json;

const KILLS: u64 = 200;
/// Enough for claims, look-ups and second looks after the last kill.
const DRAIN: Duration = Duration::from_secs(240);
const KEY: &str = "crash-test-key-0123456789";

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_kills_lose_nothing_and_make_nothing_twice() {
    let place = Place::new().await;
    let accepted = Arc::new(Accepted::default());
    let load = tokio::spawn(load(place.address, Arc::clone(&accepted)));
    let mut dice = Dice(0x5eed);
    for kill in 0..KILLS {
        let mut server = place.serve().await;
        tokio::time::sleep(Duration::from_millis(dice.below(400))).await;
        server.kill().unwrap();
        server.wait().unwrap();
        if kill % 50 == 49 {
            println!("{} kills, {} accepted", kill + 1, accepted.count());
        }
    }
    accepted.stop.store(true, Ordering::Relaxed);
    load.await.unwrap();
    let mut server = place.serve().await;
    let cases: BTreeSet<_> = accepted.cases.lock().unwrap().clone();
    let alerts: BTreeSet<_> = accepted.alerts.lock().unwrap().clone();
    assert!(
        cases.len() + alerts.len() > 500,
        "too little load to show anything"
    );
    let missing = place.drain(&cases, &alerts).await;
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(missing, Vec::<String>::new(), "accepted and not delivered");
    place.assert_nothing_twice(&cases, &alerts);
    println!(
        "{KILLS} kills: {} conversations and {} alerts accepted, each made once",
        cases.len(),
        alerts.len()
    );
}

/// What was answered with 202, noted after the answer came.
#[derive(Default)]
struct Accepted {
    cases: std::sync::Mutex<BTreeSet<u64>>,
    alerts: std::sync::Mutex<BTreeSet<u64>>,
    stop: AtomicBool,
    next: AtomicU64,
}

impl Accepted {
    fn count(&self) -> usize {
        self.cases.lock().unwrap().len() + self.alerts.lock().unwrap().len()
    }
}

/// Two kinds of webhook, alternating; a vendor repeats what was not answered.
async fn load(address: SocketAddr, accepted: Arc<Accepted>) {
    let client = client();
    while !accepted.stop.load(Ordering::Relaxed) {
        let number = 1_000 + accepted.next.fetch_add(1, Ordering::Relaxed);
        let (vendor, body, noted) = if number.is_multiple_of(2) {
            let mut body = example();
            body["Case ID"] = json!(number.to_string());
            ("kayako", body, &accepted.cases)
        } else {
            let alert = json!({
                "alertId": format!("alert-{number}"), "message": subject(number), "alias": format!("other-{number}"),
                "tags": [], "username": "mon@example.com", "updatedAt": number,
            });
            (
                "opsgenie",
                json!({"action": "Create", "alert": alert}),
                &accepted.alerts,
            )
        };
        let url = format!("http://{address}/webhooks/{vendor}/{KEY}");
        let mut sent = false;
        while !sent && !accepted.stop.load(Ordering::Relaxed) {
            let request = client.post(&url).header("content-type", "application/json");
            let answer = request.body(body.to_string()).send().await;
            sent = answer.is_ok_and(|answer| answer.status() == 202);
            let pause = if sent { 4 } else { 20 };
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
        if sent {
            noted.lock().unwrap().insert(number);
        }
    }
}

fn subject(number: u64) -> String {
    format!("Alert number {number}")
}

struct Place {
    folder: tempfile::TempDir,
    sandbox: Sandbox,
    address: SocketAddr,
}

impl Place {
    async fn new() -> Self {
        let sandbox = Sandbox::start().await.unwrap();
        sandbox
            .opsgenie
            .set_processing_delay(Duration::from_millis(20));
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config");
        std::fs::create_dir(&config).unwrap();
        // The sandbox's lists do not lag: its real waiting time would only make this test longer.
        let document = sandbox
            .document()
            .replace("base_url:", "look_up_wait_s: 1, base_url:");
        std::fs::write(config.join("support-alerts.yaml"), document).unwrap();
        let credentials = config.join("credentials.yaml");
        let text = format!(
            "kayako-john: {{ email: agent@example.com, password: kayako-sandbox-password }}\n\
             opsgenie-support: {{ api_key: og-sandbox-key }}\n\
             webhook-keys: {{ support-alerts: {KEY} }}\n"
        );
        std::fs::write(&credentials, text).unwrap();
        std::fs::set_permissions(&credentials, PermissionsExt::from_mode(0o600)).unwrap();
        let address = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        Self {
            folder,
            sandbox,
            address,
        }
    }

    async fn serve(&self) -> Child {
        let child = Command::new(binary())
            .args([
                "serve",
                "--allow-private-targets",
                "--listen",
                &self.address.to_string(),
            ])
            .arg("--data")
            .arg(self.folder.path().join("data"))
            .arg("--config")
            .arg(self.folder.path().join("config"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let url = format!("http://{}/healthz", self.address);
        let ready = async {
            while client().get(&url).send().await.is_err() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), ready)
            .await
            .expect("serve starts");
        child
    }

    /// Waits until everything has arrived, or returns what has not.
    async fn drain(&self, cases: &BTreeSet<u64>, alerts: &BTreeSet<u64>) -> Vec<String> {
        let drained = async {
            while !self.missing(cases, alerts).is_empty() {
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        };
        tokio::time::timeout(DRAIN, drained).await.ok();
        self.missing(cases, alerts)
    }

    fn missing(&self, cases: &BTreeSet<u64>, alerts: &BTreeSet<u64>) -> Vec<String> {
        let aliases: BTreeSet<_> = self
            .sandbox
            .opsgenie
            .alerts()
            .into_iter()
            .map(|a| a.alias)
            .collect();
        let subjects: BTreeSet<_> = self
            .sandbox
            .kayako
            .cases()
            .into_iter()
            .map(|c| c.subject)
            .collect();
        let cases = cases
            .iter()
            .map(|n| alias(*n))
            .filter(|alias| !aliases.contains(alias));
        let alerts = alerts
            .iter()
            .map(|n| subject(*n))
            .filter(|s| !subjects.contains(s));
        cases.chain(alerts).collect()
    }

    fn assert_nothing_twice(&self, cases: &BTreeSet<u64>, alerts: &BTreeSet<u64>) {
        for number in cases {
            assert_eq!(
                self.sandbox.opsgenie.created_count(&alias(*number)),
                1,
                "alert {number}"
            );
        }
        for number in alerts {
            assert_eq!(
                self.sandbox.kayako.created_count(&subject(*number)),
                1,
                "conversation {number}"
            );
        }
    }
}

fn alias(number: u64) -> String {
    format!("kayako_john_{number}")
}

/// The binary beside this test's own: `test.sh` builds it first.
pub(crate) fn binary() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let profile = own.parent().and_then(Path::parent).unwrap();
    let binary = profile.join("deskbridge");
    assert!(binary.exists(), "build it first: cargo build --workspace");
    binary
}

/// A small generator, so that a run can be repeated.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}
