//! A data action, invoked directly: by a contact-centre flow, which waits for the answer.
//!
//! A flow takes any returned JSON for success, so a failure fails the invocation, with a name that stays
//! in `errorType`. A flow that cannot read failures asks for `on_error: return`.

use std::sync::Arc;

use deskbridge_core::Timestamp;
use deskbridge_core::ports::VendorHttp;
use deskbridge_data_actions::{ActionError, ErrorType, Execution, Runner};
use lambda_runtime::{Diagnostic, LambdaEvent, run, service_fn};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Error;
use super::host::Host;
use super::metrics::Metrics;
use crate::settings::Account;

/// What the function is invoked with. Fields that are not known are ignored: a flow's author may send
/// the whole of an input.
#[derive(Clone, Debug, Deserialize)]
pub struct DataActionEvent {
    pub integration: String,
    pub action: String,
    #[serde(default = "nothing")]
    pub input: Value,
    /// A repeat with the same key gets the first result.
    #[serde(default)]
    pub request_key: Option<String>,
    #[serde(default)]
    pub on_error: OnError,
    #[serde(default)]
    pub flatten: bool,
    /// Puts the result beside the ten steps.
    #[serde(default)]
    pub trace: bool,
}

/// What a failure becomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnError {
    /// A failed invocation.
    #[default]
    Throw,
    /// `{"ok": false, "error": {…}}`.
    Return,
}

/// Direct invocation, synchronous.
pub async fn serve_data_action(http: Arc<dyn VendorHttp>) -> Result<(), Error> {
    let host = Host::start()?;
    let (clock, secrets) = (host.clock(), host.secrets_at_once().await?);
    host.prewarm_store().await;
    let runner = Runner::new(host.store(), secrets, http, Arc::clone(&clock));
    let runner = runner.with_aws_keys(Some(Account::from_environment()?.keys()));
    let (runner, clock) = (&runner, &clock);
    run(service_fn(|event: LambdaEvent<Value>| async move {
        let context = &event.context;
        let deadline = i64::try_from(context.deadline).unwrap_or(i64::MAX);
        let deadline = Timestamp::from_millis(deadline);
        let answer = run_data_action(runner, event.payload, &context.request_id, deadline).await;
        let mut metrics = Metrics::default();
        metrics.add(
            if answer.is_ok() {
                "Delivered"
            } else {
                "Failed"
            },
            1,
        );
        metrics.write(context, clock.now());
        answer.map_err(|error| Diagnostic {
            error_type: error.error_type.name().to_owned(),
            error_message: error.to_string(),
        })
    }))
    .await
}

/// Reads the event, runs the action, and puts a failure where its caller wants it.
///
/// # Errors
/// The action's own, unless the event says `on_error: return`.
pub async fn run_data_action(
    runner: &Runner,
    event: Value,
    request_id: &str,
    deadline: Timestamp,
) -> Result<Value, ActionError> {
    let event: DataActionEvent = serde_json::from_value(event).map_err(|_| {
        let why = "the event needs `integration` and `action`, and may have `input`, `request_key`, `on_error`, `flatten` and `trace`";
        ActionError::new(ErrorType::InvalidInput, why)
    })?;
    let execution = Execution {
        integration: event.integration,
        action: event.action,
        input: event.input,
        request_key: event.request_key.filter(|key| !key.is_empty()),
        deadline,
        id: request_id.to_owned(),
        trace: event.trace,
        flatten: event.flatten,
    };
    let finished = runner.run(&execution).await;
    if let Err(error) = &finished.result {
        tracing::info!(
            request.id = request_id,
            error.kind = error.error_type.name(),
            "a data action failed"
        );
    }
    match (finished.result, event.on_error) {
        (Ok(result), _) if event.trace => Ok(json!({"result": result, "trace": finished.trace})),
        (Err(error), OnError::Return) => Ok(json!({"ok": false, "error": error.body()})),
        (result, _) => result,
    }
}

fn nothing() -> Value {
    json!({})
}
