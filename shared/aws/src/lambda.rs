//! What each function serves: the events of one source, over one flow.
//!
//! Everything is built and connected before the first event, while the processor is fast and free,
//! <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html>. Nothing runs on
//! after an answer: the environment is frozen then. Each event ends with one line of metrics.

pub mod admin;
pub mod batch;
pub mod data_action;
pub mod dispatch;
pub mod evaluate;
mod host;
pub mod http;
pub mod metrics;
pub mod poll;
mod sweep;
mod time;
pub mod webhook;

use deskbridge_core::connector::Connectors;
use deskbridge_core::flow::directory::CompileKind;

pub use admin::serve_admin;
pub use data_action::serve_data_action;
pub use dispatch::serve_dispatch;
pub use evaluate::serve_evaluate;
pub use lambda_runtime::Error;
pub use poll::serve_poll;
pub use sweep::serve_sweep;
pub use time::Time;
pub use webhook::{serve_shared_webhook, serve_signed_webhook, serve_webhook};

/// What the build knows: its vendors and its kinds.
pub struct Parts {
    pub connectors: Connectors,
    pub compile_kind: CompileKind,
}
