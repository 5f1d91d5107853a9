//! The HTTP side of every sandbox: one door, one handler, and the faults in between.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::Response;
use tokio::task::AbortHandle;

use super::http::{Reply, Request, Vendor};
use super::script::Fault;
use super::stage::Stage;
use super::wire::{Cut, Door, Wire, Wires};

const STRAY_PAGE: &str =
    "<!doctype html><title>Please log in</title><h1>Please log in</h1><p>Your session ended.</p>";

/// A running sandbox; dropping it ends its tasks and its connections.
#[derive(Debug)]
pub(super) struct Server {
    address: SocketAddr,
    wires: Wires,
    tasks: Vec<AbortHandle>,
}

impl Server {
    pub(super) async fn start(
        listen: SocketAddr,
        stage: Arc<Stage>,
        vendor: Arc<dyn Vendor>,
    ) -> io::Result<Self> {
        let wires = Wires::default();
        let door = Door::open(listen, stage.script.clone(), wires.clone()).await?;
        let address = door.address();
        let router = Router::new()
            .fallback(answer)
            .with_state(Gate { stage, vendor });
        let service = router.into_make_service_with_connect_info::<Wire>();
        let task = tokio::spawn(async move {
            if let Err(error) = axum::serve(door, service).await {
                tracing::warn!(%error, "a sandbox vendor stopped serving");
            }
        });
        Ok(Self {
            address,
            wires,
            tasks: vec![task.abort_handle()],
        })
    }

    /// Ties a helper task to the life of this server.
    pub(super) fn adopt(mut self, task: AbortHandle) -> Self {
        self.tasks.push(task);
        self
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn stop(&self) {
        for task in &self.tasks {
            task.abort();
        }
        self.wires.cut_all();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

#[derive(Clone)]
struct Gate {
    stage: Arc<Stage>,
    vendor: Arc<dyn Vendor>,
}

async fn answer(
    State(gate): State<Gate>,
    ConnectInfo(wire): ConnectInfo<Wire>,
    incoming: axum::extract::Request,
) -> Response<Body> {
    let request = Request::read(incoming).await;
    if matches!(request.path.as_str(), "/" | "/favicon.ico") {
        return Reply::html(200, gate.vendor.page()).into_response();
    }
    let (number, fault) = gate.stage.admit(&request);
    let reply = match gate.vendor.enter(&request) {
        Ok(_pass) => gate.reply(request, fault, &wire).await,
        Err(refusal) => Some(refusal),
    };
    if let Some(reply) = reply {
        gate.stage
            .requests
            .amend(number, |row| row.status = Some(reply.status));
        return reply.into_response();
    }
    // The wire is cut, so not a byte of this is sent.
    Reply::text(500, "text/plain", "").into_response()
}

impl Gate {
    /// The reply, or nothing if the connection was cut instead.
    async fn reply(&self, request: Request, fault: Option<Fault>, wire: &Wire) -> Option<Reply> {
        let Some(fault) = fault else {
            let busy = self.vendor.takes();
            if !busy.is_zero() {
                tokio::time::sleep(busy).await;
            }
            return Some(self.vendor.answer(&request));
        };
        match fault {
            Fault::Refuse => cut(wire, Cut::Close),
            Fault::ResetBeforeCommit => cut(wire, Cut::Reset),
            Fault::Status { code, body } => Some(Reply::text(
                code,
                "application/json",
                body.unwrap_or_default(),
            )),
            Fault::TooManyRequests { retry_after } => {
                Some(self.vendor.too_many_requests(retry_after))
            }
            Fault::HtmlOk => Some(Reply::html(200, STRAY_PAGE)),
            Fault::Delay(time) => self.late(request, time).await,
            after_commit => {
                let reply = self.vendor.answer(&request);
                spoil(reply, after_commit, wire).await
            }
        }
    }

    /// Answers after a while, in a task of its own: a vendor does not stop because we gave up.
    async fn late(&self, request: Request, time: Duration) -> Option<Reply> {
        let vendor = Arc::clone(&self.vendor);
        let work = tokio::spawn(async move {
            tokio::time::sleep(time).await;
            vendor.answer(&request)
        });
        work.await.ok()
    }
}

fn cut(wire: &Wire, how: Cut) -> Option<Reply> {
    wire.cut(how);
    None
}

async fn spoil(reply: Reply, fault: Fault, wire: &Wire) -> Option<Reply> {
    match fault {
        Fault::CommitThenReset => cut(wire, Cut::Reset),
        Fault::CommitThenCut { after_bytes } => {
            wire.cut(Cut::ResetAfter(after_bytes));
            Some(reply)
        }
        Fault::CommitThenStatus(code) => Some(Reply::text(code, "application/json", "")),
        Fault::CommitThenHtml => Some(Reply::html(200, STRAY_PAGE)),
        Fault::CommitThenHang(None) => std::future::pending().await,
        Fault::CommitThenHang(Some(time)) => {
            tokio::time::sleep(time).await;
            cut(wire, Cut::Close)
        }
        _ => Some(reply),
    }
}
