//! Trouble to order: faults that wait for a matching request, and an on/off switch for the host.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::watch;

use super::lock;

/// One kind of trouble. "Commit" means that the vendor did what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The request is read and the connection closed without a byte of answer.
    Refuse,
    /// The connection is reset (RST) before anything happened.
    ResetBeforeCommit,
    /// It happened; the answer never comes. After the time, if one is given, the connection closes.
    CommitThenHang(Option<Duration>),
    /// It happened; then the connection is reset without an answer.
    CommitThenReset,
    /// It happened; the first bytes of the answer arrive, then the connection is reset.
    CommitThenCut { after_bytes: usize },
    /// Nothing happened; this status and body (empty if none) come instead.
    Status { code: u16, body: Option<String> },
    /// It happened; this status comes nevertheless.
    CommitThenStatus(u16),
    /// Nothing happened; the vendor's own 429.
    TooManyRequests { retry_after: Duration },
    /// Nothing happened; 200 with an HTML page, as a login page or a proxy would answer.
    HtmlOk,
    /// It happened; 200 with an HTML page.
    CommitThenHtml,
    /// It happens after the time, even if the caller has gone by then.
    Delay(Duration),
}

impl Fault {
    /// A plain status without a body and without a commit.
    pub fn status(code: u16) -> Self {
        Self::Status { code, body: None }
    }

    /// A status with a body, without a commit.
    pub fn status_with(code: u16, body: impl Into<String>) -> Self {
        Self::Status {
            code,
            body: Some(body.into()),
        }
    }
}

/// The faults that wait for one sandbox; clones share them.
#[derive(Clone, Debug)]
pub struct Script {
    rules: Arc<Mutex<Vec<Rule>>>,
    wanted_down: watch::Sender<bool>,
    is_down: watch::Sender<bool>,
}

#[derive(Debug)]
struct Rule {
    method: String,
    path: String,
    fault: Fault,
    skip: usize,
    left: usize,
}

impl Script {
    pub(super) fn new() -> Self {
        Self {
            rules: Arc::default(),
            wanted_down: watch::Sender::new(false),
            is_down: watch::Sender::new(false),
        }
    }

    /// Applies `fault` to the next matching request.
    ///
    /// `method` may be `*`. `path` is looked for anywhere in the path and query as sent; with a
    /// closing `$` the path (without its query) must end there.
    pub fn on(&self, method: &str, path: &str, fault: Fault) {
        self.times(1, method, path, fault);
    }

    /// Applies `fault` to the next `times` matching requests.
    pub fn times(&self, times: usize, method: &str, path: &str, fault: Fault) {
        self.after(0, times, method, path, fault);
    }

    /// Lets `skip` matching requests pass, then applies `fault` to the next `times`.
    pub fn after(&self, skip: usize, times: usize, method: &str, path: &str, fault: Fault) {
        let (method, path) = (method.to_owned(), path.to_owned());
        lock(&self.rules).push(Rule {
            method,
            path,
            fault,
            skip,
            left: times,
        });
    }

    /// Forgets every fault that still waits.
    pub fn clear(&self) {
        lock(&self.rules).clear();
    }

    /// How many faults still wait.
    pub fn waiting(&self) -> usize {
        lock(&self.rules).iter().map(|rule| rule.left).sum()
    }

    /// Closes the listening socket and every connection; returns when callers are refused.
    pub async fn down(&self) {
        self.switch(true).await;
    }

    /// Listens again on the same address; returns when callers are let in.
    pub async fn up(&self) {
        self.switch(false).await;
    }

    async fn switch(&self, down: bool) {
        self.wanted_down.send_replace(down);
        let mut state = self.is_down.subscribe();
        // Fails only without a sender, and `self` holds one.
        state.wait_for(|is_down| *is_down == down).await.ok();
    }

    pub(super) fn wanted_down(&self) -> watch::Receiver<bool> {
        self.wanted_down.subscribe()
    }

    pub(super) fn report_down(&self, down: bool) {
        self.is_down.send_replace(down);
    }

    /// The first waiting fault that matches, used up by one.
    pub(super) fn take(&self, method: &str, path: &str, query: &str) -> Option<Fault> {
        let mut rules = lock(&self.rules);
        let mut chosen = None;
        for rule in rules
            .iter_mut()
            .filter(|rule| rule.matches(method, path, query))
        {
            if rule.skip > 0 {
                rule.skip -= 1;
                continue;
            }
            rule.left -= 1;
            chosen = Some(rule.fault.clone());
            break;
        }
        rules.retain(|rule| rule.left > 0);
        chosen
    }
}

impl Rule {
    fn matches(&self, method: &str, path: &str, query: &str) -> bool {
        let same_method = self.method == "*" || self.method.eq_ignore_ascii_case(method);
        let same_path = match self.path.strip_suffix('$') {
            Some(end) => path.ends_with(end),
            None => format!("{path}?{query}").contains(&self.path),
        };
        self.left > 0 && same_method && same_path
    }
}
