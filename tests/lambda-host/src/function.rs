//! A function's process, and the one event it may be working on.

use std::fmt;
use std::io;
use std::time::{Duration, Instant, SystemTime};

use axum::body::Bytes;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::process::Usage;
use crate::runtime_api::{Answer, Call, Event, router};

/// What Lambda sets for each function; what the caller's command sets itself stays.
const ENVIRONMENT: [(&str, &str); 10] = [
    ("AWS_LAMBDA_FUNCTION_NAME", "under-test"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
    ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
    ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/under-test"),
    ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/01/01/[$LATEST]0"),
    ("AWS_REGION", "eu-central-1"),
    ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
    (
        "AWS_SECRET_ACCESS_KEY",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    ),
    ("_HANDLER", "bootstrap"),
];

/// How long it has for an event unless the caller says otherwise: Lambda's own default is shorter
/// than a dispatch needs to begin a record.
const TIME_OUT: Duration = Duration::from_secs(60);

/// A running function. Its process ends with it.
pub struct Function {
    /// What the deadline of the next events is counted from.
    pub time_out: Duration,
    process: Child,
    calls: mpsc::UnboundedReceiver<Call>,
    waiting: Option<oneshot::Sender<Event>>,
    started: Instant,
    ready_after: Option<Duration>,
    events: u64,
    server: JoinHandle<()>,
}

/// Why there is no response.
#[derive(Debug)]
pub enum Failure {
    /// The function answered the event with an error; its JSON.
    Handler(Bytes),
    /// It told Lambda that it could not start; its JSON.
    Init(Bytes),
    /// Its process ended, or could not be started or looked at.
    Process(io::Error),
}

impl Function {
    /// Starts the command as a bootstrap. It has not started up before [`Self::idle`] returns.
    pub async fn start(mut command: Command) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (sender, calls) = mpsc::unbounded_channel();
        let server = tokio::spawn(async move {
            axum::serve(listener, router(sender)).await.ok();
        });
        for (name, value) in ENVIRONMENT {
            if command.as_std().get_envs().all(|(set, _)| set != name) {
                command.env(name, value);
            }
        }
        command.env("AWS_LAMBDA_RUNTIME_API", address.to_string());
        let started = Instant::now();
        Ok(Self {
            time_out: TIME_OUT,
            process: command.kill_on_drop(true).spawn()?,
            calls,
            waiting: None,
            started,
            ready_after: None,
            events: 0,
            server,
        })
    }

    /// Waits until the function asks for an event: it is through with its start, or with the event
    /// before, and Lambda would freeze it here.
    pub async fn idle(&mut self) -> Result<(), Failure> {
        while self.waiting.is_none() {
            self.listen().await?;
        }
        Ok(())
    }

    /// Hands over one event, JSON, and waits for the response. What the function still does
    /// afterwards is over at the next [`Self::idle`].
    pub async fn invoke(&mut self, payload: impl Into<Vec<u8>>) -> Result<Bytes, Failure> {
        self.idle().await?;
        self.events += 1;
        let request_id = format!("00000000-0000-4000-8000-{:012x}", self.events);
        let event = Event {
            request_id: request_id.clone(),
            deadline: now() + self.time_out,
            payload: payload.into(),
        };
        if let Some(waiting) = self.waiting.take() {
            waiting.send(event).ok();
        }
        loop {
            if let Some(answer) = self.listen().await?
                && answer.request_id == request_id
            {
                return answer.result.map_err(Failure::Handler);
            }
        }
    }

    /// From the start of the process to the first time that it asked for an event.
    pub fn ready_after(&self) -> Option<Duration> {
        self.ready_after
    }

    /// What the process has used. Of one that runs under a tool, it is the tool's use.
    pub fn usage(&self) -> io::Result<Usage> {
        let pid = self.process.id();
        Usage::of(pid.ok_or_else(|| io::Error::other("the process has ended"))?)
    }

    /// Ends the process by `SIGTERM`, as Lambda does, and waits for its end.
    pub async fn stop(mut self) -> io::Result<()> {
        if let Some(pid) = self.process.id() {
            Command::new("kill").arg(pid.to_string()).status().await?;
        }
        self.process.wait().await.map(drop)
    }

    /// Takes in the next thing that the function says, and returns it if it answers an event.
    async fn listen(&mut self) -> Result<Option<Answer>, Failure> {
        let call = tokio::select! {
            biased;
            call = self.calls.recv() => call.ok_or_else(|| io::Error::other("no Runtime API")),
            status = self.process.wait() => Err(match status {
                Ok(status) => io::Error::other(format!("the process ended: {status}")),
                Err(error) => error,
            }),
        };
        match call? {
            Call::Next(at, waiting) => {
                self.ready_after.get_or_insert(at - self.started);
                self.waiting = Some(waiting);
                Ok(None)
            }
            Call::Answer(answer) => Ok(Some(answer)),
            Call::InitError(body) => Err(Failure::Init(body)),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the function compares its deadline with the real time"
)]
fn now() -> SystemTime {
    SystemTime::now()
}

impl Drop for Function {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Process(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Handler(body) => write!(f, "the event failed: {}", String::from_utf8_lossy(body)),
            Self::Init(body) => write!(f, "the start failed: {}", String::from_utf8_lossy(body)),
            Self::Process(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Failure {}
