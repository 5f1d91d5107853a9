//! A request key makes a repeat return the first result, also after a restart.
//!
//! Each try of a key is two rows of the ledger that are written once and never changed: that it began,
//! before anything is sent, and how it ended. A try that began and has no end is under way, or its
//! process died: then nobody knows what became of a write, and that is what a repeat is told.

use std::time::Duration;

use deskbridge_core::Timestamp;
use deskbridge_core::dedup::{digest, short_id};
use deskbridge_core::event::{Decision, EventRecord};
use deskbridge_core::ports::Recorded;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Run;
use crate::error::{ActionError, ErrorType, Result};
use crate::trace::Recorder;

/// How often one key may be tried anew, after failures that took no effect.
const MAX_TRIES: u32 = 16;
/// The longest result that is kept for repeats; an item of the cloud's table holds 400 KB.
const MAX_KEPT_BYTES: usize = 256 * 1024;
/// How long after its deadline a try without an end still counts as under way.
const GRACE: Duration = Duration::from_secs(5);
const CONNECTOR: &str = "data-action";

#[derive(Serialize, Deserialize)]
struct Begun {
    input: String,
    until: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "end", rename_all = "snake_case")]
enum End {
    Result {
        value: Value,
    },
    /// It succeeded, and the result is too long to be kept.
    TooLong,
    Failed {
        error: StoredError,
        took_no_effect: bool,
    },
}

#[derive(Serialize, Deserialize)]
struct StoredError {
    name: String,
    message: String,
    status: Option<u16>,
}

/// Runs, or returns what the first run with this key came to.
pub(super) async fn run(
    run: &Run<'_>,
    key: &str,
    action: &str,
    input: &str,
    recorder: &mut Recorder,
) -> Result<Value> {
    let input = digest(&[input]);
    for number in 0..MAX_TRIES {
        let rows = Rows::new(run, key, action, number);
        let Some(before) = rows.begin(run, &input).await? else {
            return rows.carry_out(run, recorder).await;
        };
        if before.input != input {
            let why = "the request key was used with another input: a key names one call";
            return Err(ActionError::new(ErrorType::RequestKeyReused, why));
        }
        match rows.end(run).await? {
            Some(End::Failed {
                took_no_effect: true,
                ..
            }) => {}
            Some(end) => {
                recorder.warn("the result is that of the first call with this request key");
                return end.result();
            }
            None if run.action.reads() => return run.run(recorder).await,
            None => return Err(unfinished(run, before.until)),
        }
    }
    let why = format!("the request key was tried {MAX_TRIES} times without success: use a new one");
    Err(ActionError::new(ErrorType::RequestKeyReused, why))
}

fn unfinished(run: &Run<'_>, until: Timestamp) -> ActionError {
    if run.runner.clock.now() < until + GRACE {
        let why = "a call with this request key is under way: ask again";
        return ActionError::new(ErrorType::InProgress, why);
    }
    let why = "an earlier call with this request key never came to its end; whether it took effect is not known";
    ActionError::new(ErrorType::OutcomeUnknown, why)
}

/// The two rows of one try.
struct Rows {
    begun: String,
    ended: String,
    event_type: String,
}

impl Rows {
    fn new(run: &Run<'_>, key: &str, action: &str, number: u32) -> Self {
        let number = number.to_string();
        let id = |what: &str| {
            short_id(
                "evt",
                &[
                    "data-action",
                    &run.integration.name,
                    action,
                    key,
                    &number,
                    what,
                ],
            )
        };
        Self {
            begun: id("begun"),
            ended: id("ended"),
            event_type: format!("{CONNECTOR}.{action}"),
        }
    }

    /// Writes down that the try begins; returns what stands there if it has begun before.
    async fn begin(&self, run: &Run<'_>, input: &str) -> Result<Option<Begun>> {
        let begun = Begun {
            input: input.to_owned(),
            until: run.budget.end(),
        };
        let row = self.row(run, &self.begun, &begun, "a data action began");
        match run.runner.store.record_event(row).await? {
            Recorded::New => Ok(None),
            Recorded::Before(row) => read(&row.body).map(Some),
        }
    }

    async fn end(&self, run: &Run<'_>) -> Result<Option<End>> {
        let row = run.runner.store.event(&self.ended).await?;
        row.map(|row| read(&row.body)).transpose()
    }

    async fn carry_out(&self, run: &Run<'_>, recorder: &mut Recorder) -> Result<Value> {
        let result = run.run(recorder).await;
        let redacted = result.as_ref().map_err(|error| ActionError {
            message: recorder.redactor.text(&error.message),
            ..error.clone()
        });
        let end = End::of(&redacted);
        let row = self.row(run, &self.ended, &end, "a data action ended");
        match run.runner.store.record_event(row).await {
            Ok(_) => result,
            // Without the row a repeat learns less, and this caller has the result all the same.
            Err(_) => {
                recorder.warn(
                    "the result could not be kept: a repeat with this request key will not get it",
                );
                result
            }
        }
    }

    fn row(&self, run: &Run<'_>, id: &str, body: &impl Serialize, why: &str) -> EventRecord {
        EventRecord {
            id: id.to_owned(),
            delivery_id: run.reference.to_owned(),
            integration: run.integration.name.clone(),
            connector: CONNECTOR.to_owned(),
            event_type: self.event_type.clone(),
            subject: None,
            received_at: run.runner.clock.now(),
            config_version: 0,
            decision: Decision::Filtered {
                why: why.to_owned(),
            },
            duplicates: 0,
            last_duplicate_at: None,
            replays: 0,
            past: Vec::new(),
            unverified: false,
            body: serde_json::to_string(body).unwrap_or_default(),
        }
    }
}

impl End {
    fn of(result: &Result<&Value>) -> Self {
        match result {
            Ok(value) if value.to_string().len() > MAX_KEPT_BYTES => Self::TooLong,
            Ok(value) => Self::Result {
                value: (*value).clone(),
            },
            Err(error) => Self::Failed {
                took_no_effect: error.took_no_effect(),
                error: StoredError {
                    name: error.error_type.name().to_owned(),
                    message: error.message.clone(),
                    status: error.target_status,
                },
            },
        }
    }

    fn result(self) -> Result<Value> {
        match self {
            Self::Result { value } => Ok(value),
            Self::TooLong => {
                let why = "the first call with this request key took effect; its result was too long to be kept";
                Err(ActionError::new(ErrorType::InvalidOutput, why))
            }
            Self::Failed { error, .. } => {
                let known = ErrorType::named(&error.name).unwrap_or(ErrorType::OutcomeUnknown);
                let mut failed = ActionError::new(known, error.message);
                failed.target_status = error.status;
                Err(failed)
            }
        }
    }
}

fn read<T: for<'de> Deserialize<'de>>(body: &str) -> Result<T> {
    serde_json::from_str(body).map_err(|_| {
        ActionError::new(
            ErrorType::Unavailable,
            "the stored row of this request key cannot be read",
        )
    })
}
