//! The ten steps of the vendor's test panel, by its names, each with its result, error and time.
//!
//! The shape is that of the platform's `TestExecutionResult`, so that people may paste it into a ticket.

mod redact;

use deskbridge_core::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::error::{ActionError, Result};

pub(crate) use redact::Redactor;

/// One of the ten, numbered from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    ValidateSimpleJson = 1,
    ValidateDefinition,
    ValidateInput,
    Authenticate,
    ResolveUrl,
    ResolveHeaders,
    ResolveBody,
    Execute,
    ResolveTranslationMap,
    ApplyOutput,
}

impl Step {
    /// The name in the vendor's test panel.
    pub fn name(self) -> &'static str {
        match self {
            Self::ValidateSimpleJson => {
                "Validate request body contains simple json (key-value pairs)"
            }
            Self::ValidateDefinition => "Validate draft definition",
            Self::ValidateInput => "Validate request body against simple input schema",
            Self::Authenticate => "Perform authentication",
            Self::ResolveUrl => "Resolve request URL template",
            Self::ResolveHeaders => "Resolve request header templates",
            Self::ResolveBody => "Resolve request body template",
            Self::Execute => "Execute",
            Self::ResolveTranslationMap => "Resolve translation map",
            Self::ApplyOutput => "Apply output transformation",
        }
    }
}

/// One step as it went.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Operation {
    pub step: u8,
    pub name: &'static str,
    pub success: bool,
    pub result: Option<Value>,
    pub error: Option<Value>,
    pub millis: u64,
}

/// Everything that happened in one execution. Secrets are blanked wherever they stand.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Trace {
    pub operations: Vec<Operation>,
    /// What went through and yet deserves a look, as a reference that printed itself.
    pub warnings: Vec<String>,
    pub success: bool,
    pub final_result: Option<Value>,
    pub error: Option<Value>,
}

/// Writes the trace while an action runs.
pub(crate) struct Recorder {
    wanted: bool,
    trace: Trace,
    pub(crate) redactor: Redactor,
}

impl Recorder {
    pub(crate) fn new(wanted: bool) -> Self {
        Self {
            wanted,
            trace: Trace::default(),
            redactor: Redactor::default(),
        }
    }

    /// Writes a step down and passes its outcome on. `show` is only asked if a trace is wanted.
    pub(crate) fn note<T>(
        &mut self,
        step: Step,
        times: (Timestamp, Timestamp),
        outcome: Result<T>,
        show: impl FnOnce(&T) -> Value,
    ) -> Result<T> {
        if self.wanted {
            let (result, error) = match &outcome {
                Ok(value) => (Some(self.redactor.value(show(value))), None),
                Err(error) => (None, Some(self.redactor.value(error.body()))),
            };
            self.trace.operations.push(Operation {
                step: step as u8,
                name: step.name(),
                success: error.is_none(),
                result,
                error,
                millis: u64::try_from(times.1.since(times.0).as_millis()).unwrap_or(u64::MAX),
            });
        }
        outcome
    }

    pub(crate) fn warn(&mut self, warning: impl Into<String>) {
        let warning = self.redactor.text(&warning.into());
        self.trace.warnings.push(warning);
    }

    pub(crate) fn finish(mut self, result: &Result<Value, ActionError>) -> Trace {
        self.trace.success = result.is_ok();
        if self.wanted {
            match result {
                Ok(value) => self.trace.final_result = Some(self.redactor.value(value.clone())),
                Err(error) => {
                    let step = self
                        .trace
                        .operations
                        .last()
                        .map(|last| json!({"step": last.step, "name": last.name}));
                    let mut body = self.redactor.value(error.body());
                    body["failedStep"] = step.unwrap_or_default();
                    self.trace.error = Some(body);
                }
            }
        }
        self.trace
    }
}
