//! What came of an action, as an event of its own, so that rules can act on a vendor's answer.
//!
//! A rule that says `report` is told of the end of its action: `<operation>_done` or
//! `<operation>_failed`, about the same subject. The report goes through the inbound queue like what a
//! vendor sends, and has an id made of the action and its outcome, so that it counts once.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::action::{ActionRecord, Asked, Stage};
use crate::connector::{Drift, Incoming};
use crate::dedup::{DedupKey, short_id};
use crate::event::{ENVELOPE_VERSION, Envelope};
use crate::link::EntityRef;
use crate::outcome::Outcome;
use crate::{Error, ErrorKind, Result, Timestamp};

/// How many reports may follow from one another.
pub const MAX_DEPTH: u8 = 4;
/// The only key of a report's body. No sender from outside may use it.
const MARK: &str = "deskbridge_report";

/// The body of a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub action_id: String,
    pub operation: String,
    pub subject: EntityRef,
    /// As `delivered`, `rejected`, `parked`.
    pub outcome: String,
    pub depth: u8,
    /// What the vendor answered; empty where it failed.
    pub result: Map<String, Value>,
    /// Why it failed, in words; empty where it did not.
    pub error: String,
    /// The action's parameters.
    pub asked: Value,
    /// What the rule wanted to know again.
    pub carried: Value,
}

impl Report {
    /// Returns what there is to say of an action that has come to rest, if a rule asked for it. One
    /// that waits for a credential or for a person is at rest too: whoever asked has to know.
    pub fn of(record: &ActionRecord, result: Option<Map<String, Value>>) -> Option<Self> {
        let action = &record.action;
        let Asked { carry, depth } = action.terms.report.as_ref()?;
        let last = || record.history.last().map(|step| step.what.clone());
        let (outcome, error) = match &record.stage {
            Stage::Settled(Outcome::Suppressed { .. } | Outcome::Dropped { .. }) => return None,
            Stage::Settled(outcome @ Outcome::Delivered { .. }) => (outcome.word(), String::new()),
            Stage::Settled(outcome) => (outcome.word(), outcome.text().to_owned()),
            Stage::Parked { why } => ("parked", why.clone()),
            Stage::Ready if record.waits_for.is_some() => ("paused", last().unwrap_or_default()),
            _ => return None,
        };
        Some(Self {
            action_id: action.id.clone(),
            operation: action.operation.clone(),
            subject: action.subject.clone(),
            outcome: outcome.to_owned(),
            depth: depth + 1,
            result: result.unwrap_or_default(),
            error,
            asked: action.params.clone(),
            carried: carry.clone(),
        })
    }

    /// The report as it goes through the queue; sent twice, it has the same ids.
    pub fn envelope(&self, integration: &str, connector: &str, at: Timestamp) -> Result<Envelope> {
        let delivery_id = short_id("rep", &[&self.action_id, &self.outcome]);
        let body = serde_json::to_string(&json!({ MARK: self })).map_err(|error| {
            let why = format!("a report cannot be written: {error}");
            Error::new(ErrorKind::Malformed, why)
        })?;
        Ok(Envelope {
            version: ENVELOPE_VERSION,
            event_id: self.key().event_id(integration, at, &delivery_id),
            delivery_id,
            integration: integration.to_owned(),
            connector: connector.to_owned(),
            received_at: at,
            suppressed: false,
            body,
        })
    }

    /// The same without the vendor's answer, which was too much for the queue.
    pub fn too_large(self) -> Self {
        Self {
            result: Map::new(),
            outcome: "rejected".to_owned(),
            error: "the answer is too large to be handed on".to_owned(),
            ..self
        }
    }

    fn key(&self) -> DedupKey {
        DedupKey::Once(format!("report/{}/{}", self.action_id, self.outcome))
    }

    fn incoming(self) -> Incoming {
        let how = if self.error.is_empty() {
            "done"
        } else {
            "failed"
        };
        let data = [
            ("result", Value::Object(self.result.clone())),
            ("error", self.error.as_str().into()),
            ("outcome", self.outcome.as_str().into()),
            ("asked", self.asked.clone()),
            ("carried", self.carried.clone()),
        ];
        Incoming {
            key: self.key(),
            event_type: format!("{}_{how}", self.operation),
            actor: None,
            made_by_us: false,
            observed: std::collections::BTreeMap::new(),
            data: data
                .map(|(name, value)| (name.to_owned(), value))
                .into_iter()
                .collect(),
            subject: self.subject,
        }
    }
}

/// Whether a body is, or pretends to be, one of ours.
pub fn is_report(body: &Value) -> bool {
    body.get(MARK).is_some()
}

/// Reads a body if it is a report: what it says, and how many led to it.
pub fn read(body: &Value) -> Option<Result<(Incoming, u8), Drift>> {
    let report = Report::deserialize(body.get(MARK)?);
    let read = report.map(|report| (report.depth, report));
    let read = read.map(|(depth, report)| (report.incoming(), depth));
    Some(read.map_err(|error| Drift::new(MARK, error.to_string())))
}

#[cfg(test)]
mod tests;
