//! A small load generator and the vendor behind it: plain sockets, so that they cost little.

use std::fmt;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// How long each accepted request took.
pub(crate) struct Latencies {
    sorted: Vec<Duration>,
    over: Duration,
    failed: usize,
}

impl Latencies {
    fn new(mut taken: Vec<Option<Duration>>, over: Duration) -> Self {
        let failed = taken.iter().filter(|one| one.is_none()).count();
        let mut sorted: Vec<_> = taken.drain(..).flatten().collect();
        sorted.sort_unstable();
        Self {
            sorted,
            over,
            failed,
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.sorted.len()
    }

    pub(crate) fn per_second(&self) -> f64 {
        self.count() as f64 / self.over.as_secs_f64()
    }

    fn at(&self, share: f64) -> f64 {
        let last = self.sorted.len().saturating_sub(1);
        let index = (last as f64 * share).round() as usize;
        self.sorted
            .get(index)
            .map_or(0.0, |taken| taken.as_secs_f64() * 1e3)
    }
}

impl fmt::Display for Latencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:.1}, {:.1}, {:.1} ms",
            self.at(0.5),
            self.at(0.99),
            self.at(1.0)
        )?;
        if self.failed > 0 {
            write!(f, " ({} not accepted)", self.failed)?;
        }
        Ok(())
    }
}

pub(crate) fn post(address: SocketAddr, key: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST /webhooks/kayako/{key} HTTP/1.1\r\nhost: {address}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// `connections` that each send the next request when the last one is answered.
pub(crate) async fn closed_loop(
    address: SocketAddr,
    connections: u64,
    time: Duration,
    request: impl Fn(u64) -> Vec<u8> + Copy + Send + 'static,
) -> Latencies {
    let (done, mut results) = mpsc::unbounded_channel();
    let start = Instant::now();
    for connection in 0..connections {
        let done = done.clone();
        tokio::spawn(async move {
            let mut stream = TcpStream::connect(address).await.expect("a connection");
            let mut n = connection;
            while start.elapsed() < time {
                done.send(exchange(&mut stream, request(n)).await).ok();
                n += connections;
            }
        });
    }
    drop(done);
    let mut taken = Vec::new();
    while let Some(one) = results.recv().await {
        taken.push(one);
    }
    Latencies::new(taken, start.elapsed())
}

/// `rate` requests a second whatever the server does; a request's time runs from when it was due.
pub(crate) async fn open_loop(
    address: SocketAddr,
    rate: u64,
    time: Duration,
    request: impl Fn(u64) -> Vec<u8> + Copy + Send + 'static,
) -> Latencies {
    const CONNECTIONS: u64 = 32;
    let (done, mut results) = mpsc::unbounded_channel();
    let start = Instant::now();
    for connection in 0..CONNECTIONS {
        let done = done.clone();
        tokio::spawn(async move {
            let mut stream = TcpStream::connect(address).await.expect("a connection");
            let mut n = connection;
            loop {
                let due = start + Duration::from_micros(1_000_000 * n / rate);
                if due - start > time {
                    return;
                }
                tokio::time::sleep_until(due.into()).await;
                let accepted = exchange(&mut stream, request(n)).await;
                done.send(accepted.map(|_| due.elapsed())).ok();
                n += CONNECTIONS;
            }
        });
    }
    drop(done);
    let mut taken = Vec::new();
    while let Some(one) = results.recv().await {
        taken.push(one);
    }
    Latencies::new(taken, start.elapsed())
}

/// Returns how long a 202 took; nothing for any other answer.
async fn exchange(stream: &mut TcpStream, request: Vec<u8>) -> Option<Duration> {
    let start = Instant::now();
    stream.write_all(&request).await.ok()?;
    let mut buffer = [0_u8; 2048];
    let mut read = 0;
    loop {
        read += stream
            .read(buffer.get_mut(read..)?)
            .await
            .ok()
            .filter(|n| *n > 0)?;
        if whole(buffer.get(..read)?) {
            break;
        }
    }
    buffer.starts_with(b"HTTP/1.1 202").then(|| start.elapsed())
}

/// Whether the bytes are one whole message: its head, and as much body as that says.
fn whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let head = head.to_ascii_lowercase();
    let length = head
        .split("content-length: ")
        .nth(1)
        .and_then(|rest| rest.split("\r\n").next());
    body.len() >= length.and_then(|length| length.parse().ok()).unwrap_or(0)
}

/// A vendor that takes every write at once and has always finished it.
pub(crate) async fn vendor() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream));
        }
    });
    address
}

async fn answer(mut stream: TcpStream) {
    let mut bytes = Vec::new();
    let mut buffer = [0_u8; 8192];
    while let Ok(n) = stream.read(&mut buffer).await {
        if n == 0 {
            return;
        }
        bytes.extend_from_slice(buffer.get(..n).unwrap_or_default());
        if !whole(&bytes) {
            continue;
        }
        let (status, body) = if bytes.starts_with(b"GET") {
            (
                "200 OK",
                r#"{"data":{"isSuccess":true,"success":true,"status":"Created alert","alertId":"a-1","alias":"x"},"took":0.1,"requestId":"r"}"#,
            )
        } else {
            (
                "202 Accepted",
                r#"{"result":"Request will be processed","took":0.1,"requestId":"r-1"}"#,
            )
        };
        bytes.clear();
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        );
        if stream.write_all((head + body).as_bytes()).await.is_err() {
            return;
        }
    }
}
