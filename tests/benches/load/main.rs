//! Load on `deskbridge serve`: accepted events per second, latency at a steady rate, CPU and memory.
//!
//! `cargo build --release && cargo bench -p deskbridge-tests --bench load`. The server, the vendor
//! it calls and the generator share the machine; every 2xx is behind a sync to the disk.

#![expect(clippy::print_stdout, reason = "the figures are what this is for")]

mod generator;

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use generator::{closed_loop, open_loop, post};

const KEY: &str = "load-test-key-0123456789";
const SECONDS: u64 = 10;

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    runtime.block_on(async {
        println!("| what | figure |\n|---|---|");
        for (name, status) in [
            ("filtered by rule", "Open"),
            ("one action to a vendor", "New"),
        ] {
            measure(name, status).await;
        }
    });
}

async fn measure(name: &str, status: &'static str) {
    let server = Server::start().await;
    println!(
        "| {name}: start to first answer | {:.0} ms |",
        server.started_in.as_secs_f64() * 1e3
    );
    let address = server.address;
    let request = move |n: u64| post(address, KEY, &body(n, status));
    open_loop(address, 100, Duration::from_secs(2), request).await;
    let time = Duration::from_secs(SECONDS);
    let steady = open_loop(address, 500, time, move |n| request(n + 1_000_000)).await;
    println!("| {name}: 500/s, latency p50, p99, max | {steady} |");
    server.drained().await;
    let (cpu, start) = (server.cpu(), Instant::now());
    let bounded = open_loop(address, 1_000, time, move |n| request(n + 2_000_000)).await;
    let drained = server.drained().await;
    let per_event = (server.cpu() - cpu).as_secs_f64() * 1e3 / bounded.count() as f64;
    println!("| {name}: 1,000/s, latency p50, p99, max | {bounded} |");
    println!("| {name}: 1,000/s, CPU per event, webhook to outcome | {per_event:.2} ms |");
    println!(
        "| {name}: {} events, all worked off {:.1} s after the first | |",
        bounded.count(),
        (drained - start).as_secs_f64()
    );
    let full = closed_loop(address, 64, time, move |n| request(n + 3_000_000)).await;
    println!(
        "| {name}: 64 connections, accepted/s | {:.0} |",
        full.per_second()
    );
    println!("| {name}: 64 connections, latency p50, p99, max | {full} |");
    println!("| {name}: memory (RSS) | {:.0} MB |", server.rss_mb());
}

fn body(n: u64, status: &str) -> String {
    format!(
        "{{\"Case ID\":\"{n}\",\"Subject\":\"Printer on floor 3 does not answer\",\"Team\":\"General\",\
         \"Assignee\":\"testUser\",\"Requester\":\"testUser\",\"Priority\":\"High\",\"Type\":\"\",\
         \"Status\":\"{status}\",\"Tags\":\"vip\",\"Brand\":\"OpsGenie\",\"Form\":\"Default\",\
         \"Custom fields\":[],\"Source channel\":\"MAIL\",\"Last replier\":\"testUser\",\
         \"Rating status\":\"UNOFFERED\"}}"
    )
}

struct Server {
    child: Child,
    address: SocketAddr,
    started_in: Duration,
    _folder: tempfile::TempDir,
}

impl Server {
    async fn start() -> Self {
        let vendor = generator::vendor().await;
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        write_config(folder.path(), vendor);
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        drop(listener);
        let binary = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../release/deskbridge");
        assert!(binary.exists(), "build it first: cargo build --release");
        let start = Instant::now();
        let child = Command::new(binary)
            .args([
                "serve",
                "--allow-private-targets",
                "--listen",
                &address.to_string(),
            ])
            .arg("--data")
            .arg(folder.path().join("data"))
            .arg("--config")
            .arg(folder.path().join("config"))
            .env("DESKBRIDGE_LOG", "warn")
            .stdout(Stdio::null())
            .spawn()
            .expect("the server starts");
        while tokio::net::TcpStream::connect(address).await.is_err() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Self {
            child,
            address,
            started_in: start.elapsed(),
            _folder: folder,
        }
    }

    /// User and system time, in clock ticks of 10 ms.
    fn cpu(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()));
        let stat = stat.unwrap_or_default();
        let fields: Vec<_> = stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .collect();
        let ticks = |at: usize| {
            fields
                .get(at)
                .and_then(|text| text.parse::<u64>().ok())
                .unwrap_or(0)
        };
        Duration::from_millis((ticks(11) + ticks(12)) * 10)
    }

    fn rss_mb(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmRSS"));
        let kb = line.and_then(|line| line.split_whitespace().nth(1));
        kb.and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
    }

    /// Waits until the server has been idle for a second, and returns when it became so.
    async fn drained(&self) -> Instant {
        let start = Instant::now();
        let (mut last, mut since) = (self.cpu(), start);
        while start.elapsed() < Duration::from_secs(120) {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let now = self.cpu();
            if now - last < Duration::from_millis(60) {
                break;
            }
            (last, since) = (now, Instant::now());
        }
        since
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn write_config(folder: &Path, vendor: SocketAddr) {
    let config = folder.join("config");
    std::fs::create_dir(&config).expect("a folder");
    let document = format!(
        "name: load\nkind: kayako-opsgenie\nsettings:\n  \
         kayako: {{ subdomain: john, credential: k, base_url: \"http://{vendor}\" }}\n  \
         opsgenie: {{ service: opsgenie-us, credential: o, base_url: \"http://{vendor}\" }}\n"
    );
    std::fs::write(config.join("load.yaml"), document).expect("a file");
    let credentials = config.join("credentials.yaml");
    let text = format!(
        "k: {{ email: a@example.com, password: x }}\no: {{ api_key: x }}\nwebhook-keys: {{ load: {KEY} }}\n"
    );
    std::fs::write(&credentials, text).expect("a file");
    std::fs::set_permissions(&credentials, PermissionsExt::from_mode(0o600)).expect("a mode");
}
