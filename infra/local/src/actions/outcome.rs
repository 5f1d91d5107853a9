//! What came of a run, here or over the management API, and how it is printed.

use deskbridge_data_actions::Finished;
use serde_json::{Value, json};

use crate::client::{list, text};
use crate::term;

pub(super) struct Outcome {
    result: Result<Value, String>,
    trace: Value,
}

impl From<Finished> for Outcome {
    fn from(finished: Finished) -> Self {
        Self {
            result: finished.result.map_err(|error| error.to_string()),
            trace: json!(finished.trace),
        }
    }
}

impl Outcome {
    /// Reads the API's answer to a run.
    pub(super) fn read(answer: &Value) -> Self {
        let part = |name: &str| answer.get(name).cloned().unwrap_or_default();
        Self {
            result: match answer.get("success") {
                Some(Value::Bool(true)) => Ok(part("result")),
                _ => Err(error(&part("error"))),
            },
            trace: part("trace"),
        }
    }

    /// Prints the trace, or the result with its warnings; `false` if the action failed.
    pub(super) fn print(&self, traced: bool) -> bool {
        let pretty = |value| serde_json::to_string_pretty(value).unwrap_or_default();
        if traced {
            term::line(pretty(&self.trace));
        } else {
            for warning in list(&self.trace, "warnings") {
                let warning = warning.as_str().unwrap_or_default();
                term::error(format!("warning: {warning}"));
            }
        }
        match &self.result {
            Ok(result) if !traced => term::line(pretty(result)),
            Ok(_) => {}
            Err(error) => term::error(error),
        }
        self.result.is_ok()
    }
}

/// As the error says itself where it happens.
fn error(body: &Value) -> String {
    let said = format!("{}: {}", text(body, "errorType"), text(body, "message"));
    match text(body, "contextId") {
        "" => said,
        reference => format!("{said} (reference {reference})"),
    }
}
