//! What a run costs beside its target's own time, a burst, and deadlines under slow targets.
//!
//! `cargo bench -p deskbridge-data-actions`. The target is on loopback in this process. Of each run the
//! time inside the HTTP client is taken off: what is left is templates, guard, paths and contract.

#![expect(clippy::print_stdout, reason = "the figures are what this is for")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use deskbridge_clock::SystemClock;
use deskbridge_connectors::http::{Client, Targets};
use deskbridge_core::http::{HttpRequest, HttpResponse};
use deskbridge_core::integration::{History, Integration, IntegrationSpec};
use deskbridge_core::ports::{Clock as _, Secrets, Store, VendorHttp};
use deskbridge_core::{Result, Timestamp};
use deskbridge_data_actions::{Execution, KIND, Runner};
use deskbridge_embedded::{Embedded, EmbeddedSecrets};
use futures::future::join_all;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

const WARM: usize = 500;
const RUNS: usize = 10_000;
const BURST: usize = 50;
const ROUNDS: usize = 40;
/// What a caller waits for at most while targets are slow.
const PATIENCE: Duration = Duration::from_millis(400);

/// The real client, which says how long it was at work.
struct Timed {
    client: Client,
    nanos: AtomicU64,
}

#[async_trait]
impl VendorHttp for Timed {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        let start = Instant::now();
        let answer = self.client.send(request).await;
        let nanos = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.nanos.store(nanos, Ordering::Relaxed);
        answer
    }
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        let http = Arc::new(Timed {
            client: Client::new(Targets::Any).expect("a client"),
            nanos: AtomicU64::new(0),
        });
        let data = tempfile::tempdir().expect("a folder");
        let runner = runner(&data, &http, &target().await).await;
        println!("| what | p50 | p99 | max |\n|---|---|---|---|");
        for _ in 0..WARM {
            run(&runner, 0, Duration::from_secs(5)).await;
        }
        overhead(&runner, &http).await;
        burst(&runner).await;
        slow(&runner).await;
    });
}

async fn overhead(runner: &Runner, http: &Timed) {
    let (mut own, mut target) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let start = Instant::now();
        assert!(run(runner, 0, Duration::from_secs(5)).await);
        let inside = Duration::from_nanos(http.nanos.load(Ordering::Relaxed));
        own.push(start.elapsed().saturating_sub(inside));
        target.push(inside);
    }
    print("the target's own time, loopback", own.len(), target);
    print("a run beside it", RUNS, own);
}

async fn burst(runner: &Runner) {
    let mut took = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let calls = (0..BURST).map(|_| async {
            assert!(run(runner, 0, Duration::from_secs(5)).await);
            start.elapsed()
        });
        took.extend(join_all(calls).await);
    }
    print("50 at once, each from start to result", took.len(), took);
}

/// A hundred at a time, whose targets take up to twice as long as their callers wait.
async fn slow(runner: &Runner) {
    let (mut took, mut answered, mut late) = (Vec::new(), 0, 0);
    for round in 0..RUNS / 100 {
        let calls = (0..100).map(|number| async move {
            let start = Instant::now();
            let delay = (round * 37 + number * 8) % 800;
            let answered = run(runner, delay, PATIENCE).await;
            (start.elapsed(), answered)
        });
        for (time, success) in join_all(calls).await {
            answered += usize::from(success);
            late += usize::from(time > PATIENCE);
            took.push(time);
        }
    }
    let what = format!("slow targets, deadline 400 ms: {answered} answered, {late} late");
    print(&what, took.len(), took);
}

fn print(what: &str, runs: usize, mut times: Vec<Duration>) {
    times.sort();
    let at = |share: f64| {
        let index = (times.len() as f64 * share) as usize;
        times[index.min(times.len() - 1)].as_secs_f64() * 1e3
    };
    let (half, most, all) = (at(0.5), at(0.99), at(1.0));
    println!("| {what} ({runs} runs) | {half:.2} ms | {most:.2} ms | {all:.1} ms |");
}

async fn run(runner: &Runner, delay: usize, within: Duration) -> bool {
    let execution = Execution {
        integration: "crm".into(),
        action: "find".into(),
        input: json!({"phone": "+49 30 123456", "delay": delay.to_string()}),
        request_key: None,
        deadline: SystemClock.now() + within,
        id: "bench".into(),
        trace: false,
        flatten: false,
    };
    runner.run(&execution).await.result.is_ok()
}

async fn runner(data: &tempfile::TempDir, http: &Arc<Timed>, url: &str) -> Runner {
    let embedded = Embedded::open(data.path(), Arc::new(SystemClock)).expect("a store");
    let store: Arc<dyn Store> = embedded.store();
    let spec = IntegrationSpec {
        name: "crm".into(),
        kind: KIND.into(),
        enabled: true,
        team: String::new(),
        history: History::Full,
        settings: settings(url),
    };
    let never = Timestamp::from_millis(0);
    let stored = Integration {
        spec,
        version: 1,
        key_hashes: Vec::new(),
        tenants: Vec::new(),
        file: None,
        keys_chosen: false,
        deleted_at: None,
        updated_at: never,
        live_since: never,
    };
    store
        .put_integration(stored, 0)
        .await
        .expect("it is stored");
    let fields = [("userName", "ann"), ("password", "bench-password")];
    let fields = fields.map(|(name, text)| (name.to_owned(), text.to_owned()));
    let secrets = EmbeddedSecrets::from_map([("main".to_owned(), fields.into())]);
    let (secrets, http): (Arc<dyn Secrets>, Arc<dyn VendorHttp>) =
        (Arc::new(secrets), Arc::clone(http) as _);
    Runner::new(store, secrets, http, Arc::new(SystemClock))
}

/// A search as flows have it: an input in the address, a filter, a default, a contract.
fn settings(url: &str) -> Value {
    json!({"type": "web-services", "credential": "main", "credential_type": "basic", "actions": {"find": {
        "effect": "read",
        "request": {
            "method": "POST", "url": format!("{url}/search?ms=$esc.url($input.delay)"),
            "body": "{\"query\": \"phone:$esc.jsonString($input.phone.replace(' ', ''))\", \"sort\": [\"updated\", \"desc\"]#if(\"$!input.vip\" != \"\"), \"vip\": true#end}",
        },
        "response": {
            "values": {"ids": "$.results[?(@.active == true)].id", "name": "$.results[0].name", "count": "$.results.size()", "none": "$.next_page"},
            "defaults": {"none": "\"\""},
            "success": "{\"ids\": ${ids}, \"name\": ${name}, \"count\": ${count}, \"next\": ${none}, \"first\": ${successTemplateUtils.firstFromArray(\"${ids}\", \"0\")}}",
        },
        "input": {"phone": "string!", "delay": "string", "vip": "string"},
        "output": {"ids": "array", "name": "string", "count": "integer!"},
    }}})
}

/// Answers every request after as many milliseconds as it asks for.
async fn target() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let results: Vec<_> = (0..20)
        .map(|id| json!({"id": id, "name": format!("Person {id}"), "active": id % 3 == 0}))
        .collect();
    let body = json!({"results": results}).to_string();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            stream.set_nodelay(true).ok();
            tokio::spawn(serve(stream, body.clone()));
        }
    });
    url
}

async fn serve(stream: TcpStream, body: String) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    loop {
        let (mut delay, mut length) = (0, 0);
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.ok()? <= 2 {
                break;
            }
            if let Some((_, rest)) = line.split_once("?ms=") {
                delay = rest.split(' ').next()?.parse().ok()?;
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().ok()?;
            }
        }
        let mut sent = vec![0; length];
        tokio::io::AsyncReadExt::read_exact(&mut stream, &mut sent)
            .await
            .ok()?;
        if delay > 0 {
            tokio::time::sleep(Duration::from_millis(delay)).await;
        }
        stream.write_all(answer.as_bytes()).await.ok()?;
    }
}
