//! Behind the API: takes jobs, processes them after the delay, in order, and posts the webhooks.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::action::Job;
use super::apply::apply;
use super::state::{Processed, State};
use super::{Options, api, jsm, page};
use crate::sandbox::http::{Reply, Request, Vendor};
use crate::sandbox::stage::Stage;
use crate::sandbox::{lock, uuid};

/// Adding more to an instant could overflow.
const LONGEST_DELAY: Duration = Duration::from_secs(365 * 24 * 3600);

#[derive(Debug)]
pub(super) struct Desk {
    pub(super) options: Options,
    pub(super) state: Mutex<State>,
    pub(super) stage: Arc<Stage>,
    pub(super) enabled: AtomicBool,
    pub(super) delay: Mutex<Duration>,
    pub(super) waiting: AtomicUsize,
    queue: mpsc::UnboundedSender<Accepted>,
}

#[derive(Debug)]
struct Accepted {
    due: Instant,
    request_id: String,
    job: Job,
}

impl Desk {
    /// Starts the worker; the handle ends it.
    pub(super) fn start(options: Options, stage: Arc<Stage>) -> (Arc<Self>, AbortHandle) {
        let (queue, accepted) = mpsc::unbounded_channel();
        let desk = Arc::new(Self {
            delay: Mutex::new(options.processing_delay),
            options,
            state: Mutex::default(),
            stage,
            enabled: AtomicBool::new(true),
            waiting: AtomicUsize::new(0),
            queue,
        });
        let worker = tokio::spawn(work(Arc::clone(&desk), accepted));
        (desk, worker.abort_handle())
    }

    /// Takes a job for later and returns the request's id.
    pub(super) fn accept(&self, job: Job) -> String {
        let request_id = uuid();
        lock(&self.state).requests.insert(request_id.clone(), None);
        let due = Instant::now() + (*lock(&self.delay)).min(LONGEST_DELAY);
        self.waiting.fetch_add(1, Ordering::SeqCst);
        if self
            .queue
            .send(Accepted {
                due,
                request_id: request_id.clone(),
                job,
            })
            .is_err()
        {
            tracing::debug!("a stopped sandbox processes nothing");
        }
        request_id
    }

    /// Does a job at once, as for a person in the vendor's own pages.
    pub(super) fn perform(&self, job: Job) -> Processed {
        // Posting under the lock keeps the webhooks in the order of the changes.
        let mut state = lock(&self.state);
        let (processed, webhook) = apply(&mut state, job, &self.options);
        if let Some(body) = webhook {
            self.stage.outbox.post(&processed.action, &body);
        }
        processed
    }
}

async fn work(desk: Arc<Desk>, mut accepted: mpsc::UnboundedReceiver<Accepted>) {
    while let Some(Accepted {
        due,
        request_id,
        job,
    }) = accepted.recv().await
    {
        tokio::time::sleep_until(due).await;
        let processed = desk.perform(job);
        lock(&desk.state)
            .requests
            .insert(request_id, Some(processed));
        desk.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Vendor for Desk {
    fn answer(&self, request: &Request) -> Reply {
        let (_, segments) = request.route();
        match segments.as_slice() {
            ["v2", "alerts", rest @ ..] => api::answer(self, request, rest, api::Offer::Everything),
            ["jsm", "ops", "integration", "v2", "alerts", rest @ ..] => {
                api::answer(self, request, rest, api::Offer::IntegrationEvents)
            }
            ["jsm", "ops", "api", cloud_id, "v1", "alerts", rest @ ..] => {
                jsm::answer(self, request, cloud_id, rest)
            }
            ["_edge", "tenant_info"] => {
                Reply::json(200, &json!({ "cloudId": self.options.cloud_id }))
            }
            _ => Reply::json(404, &json!({ "message": "Not found", "took": 0.0 })),
        }
    }

    fn too_many_requests(&self, retry_after: Duration) -> Reply {
        let body = json!({
            "message": "You are making too many requests!",
            "took": 0.0,
            "requestId": uuid(),
        });
        // No Retry-After: the vendor documents none.
        Reply::json(429, &body)
            .with_header("x-ratelimit-state", "THROTTLED")
            .with_header("x-ratelimit-reason", "ACCOUNT")
            .with_header(
                "x-ratelimit-period-in-sec",
                retry_after.as_secs().to_string(),
            )
    }

    fn page(&self) -> String {
        page::render(self)
    }
}
