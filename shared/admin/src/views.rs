//! Events and actions as people see them: times in RFC 3339, states in the words of the README.

use deskbridge_core::Timestamp;
use deskbridge_core::action::{Action, ActionRecord, Stage};
use deskbridge_core::event::{Decision, EventRecord};
use deskbridge_core::link::EntityRef;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// One thing at one vendor.
#[derive(Serialize, ToSchema)]
pub(crate) struct EntityView {
    connector: String,
    kind: String,
    id: String,
}

impl From<&EntityRef> for EntityView {
    fn from(entity: &EntityRef) -> Self {
        Self {
            connector: entity.connector.clone(),
            kind: entity.kind.clone(),
            id: entity.id.clone(),
        }
    }
}

/// One line of a timeline.
#[derive(Serialize, ToSchema)]
pub(crate) struct Line {
    #[schema(format = DateTime)]
    pub(crate) at: String,
    pub(crate) what: String,
}

impl Line {
    pub(crate) fn new(at: Timestamp, what: impl Into<String>) -> Self {
        Self {
            at: at.to_string(),
            what: what.into(),
        }
    }
}

/// An event in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventSummary {
    id: String,
    #[schema(format = DateTime)]
    received_at: String,
    integration: String,
    connector: String,
    /// As `kayako.conversation_opened`; empty when the body could not be read.
    event_type: String,
    subject: Option<EntityView>,
    /// `actions`, `filtered`, `suppressed` or `failed`.
    decision: String,
    /// Why no action followed; empty when some did.
    why: String,
    /// The field at fault, of an event that failed.
    field: Option<String>,
    /// In one word: the decision, or of its actions' states the one that needs most attention.
    outcome: String,
    /// How many more webhooks carried the same event.
    duplicates: u32,
    /// How often it was decided again.
    replays: u32,
    actions: Vec<ActionSummary>,
}

/// An action in its event.
#[derive(Serialize, ToSchema)]
pub(crate) struct ActionSummary {
    id: String,
    rule: String,
    connector: String,
    operation: String,
    /// `queued`, `scheduled` (it waits for its time), `waiting`, `ready`, `sending`, `unknown`, `parked`, or
    /// how it ended: `delivered`,
    /// `filtered`, `suppressed`, `rejected`, `dead`, `dropped`.
    state: String,
    /// What is to be said about it: the vendor's words, or why it is parked.
    detail: String,
    /// When it is to be done, if not at once; unless the same happens again before.
    #[schema(format = DateTime)]
    not_before: Option<String>,
}

/// An action with its history.
#[derive(Serialize, ToSchema)]
pub(crate) struct ActionView {
    #[serde(flatten)]
    summary: ActionSummary,
    event_id: String,
    integration: String,
    subject: EntityView,
    /// The version of the integration that made it.
    config_version: u64,
    /// What the rule's templates rendered to.
    params: Value,
    #[schema(format = DateTime)]
    received_at: String,
    attempts: u32,
    /// When it is looked at next.
    #[schema(format = DateTime)]
    due_at: Option<String>,
    history: Vec<Line>,
}

/// States, the one that needs most attention first.
const URGENCY: [&str; 13] = [
    "parked",
    "dead",
    "rejected",
    "unknown",
    "sending",
    "ready",
    "waiting",
    "queued",
    "dropped",
    "suppressed",
    "filtered",
    "delivered",
    "scheduled",
];

impl EventSummary {
    pub(crate) fn new(event: &EventRecord, records: &[ActionRecord]) -> Self {
        let (why, field) = why(&event.decision);
        let actions = actions(event, records);
        let told = told(&actions);
        let states = || told.iter().map(|action| action.state.as_str());
        let outcome = URGENCY
            .iter()
            .find(|word| states().any(|state| state == **word));
        Self {
            id: event.id.clone(),
            received_at: event.received_at.to_string(),
            integration: event.integration.clone(),
            connector: event.connector.clone(),
            event_type: event.event_type.clone(),
            subject: event.subject.as_ref().map(EntityView::from),
            decision: event.decision.word().to_owned(),
            why,
            field,
            outcome: (*outcome.unwrap_or(&event.decision.word())).to_owned(),
            duplicates: event.duplicates,
            replays: event.replays,
            actions,
        }
    }
}

/// The actions that an event is summed up by. One that waits, or that gave way to another event's, says
/// nothing of what was done at once.
fn told(actions: &[ActionSummary]) -> Vec<&ActionSummary> {
    let aside = |action: &&ActionSummary| {
        let idle = matches!(action.state.as_str(), "queued" | "scheduled" | "filtered");
        action.not_before.is_some() && idle
    };
    let (aside, told): (Vec<_>, Vec<_>) = actions.iter().partition(aside);
    if told.is_empty() { aside } else { told }
}

/// The actions that were decided, and those of decisions before that were begun.
fn actions(event: &EventRecord, records: &[ActionRecord]) -> Vec<ActionSummary> {
    let decided = event.decision.actions();
    let found = |action: &Action| records.iter().find(|record| record.action.id == action.id);
    let decided_ones = decided.iter().map(|action| match found(action) {
        Some(record) => ActionSummary::new(record),
        None => ActionSummary::queued(action),
    });
    let others = records.iter().filter(|record| {
        let id = &record.action.id;
        decided.iter().all(|action| action.id != *id)
    });
    decided_ones.chain(others.map(ActionSummary::new)).collect()
}

impl ActionSummary {
    fn new(record: &ActionRecord) -> Self {
        Self {
            state: state(record).to_owned(),
            detail: detail(record),
            ..Self::queued(&record.action)
        }
    }

    /// An action that no dispatcher has taken yet.
    fn queued(action: &Action) -> Self {
        Self {
            id: action.id.clone(),
            rule: action.rule.clone(),
            connector: action.connector.clone(),
            operation: action.operation.clone(),
            state: "queued".to_owned(),
            detail: String::new(),
            not_before: action.terms.not_before.map(|at| at.to_string()),
        }
    }
}

impl ActionView {
    pub(crate) fn new(record: &ActionRecord) -> Self {
        let action = &record.action;
        Self {
            summary: ActionSummary::new(record),
            event_id: action.event_id.clone(),
            integration: action.integration.clone(),
            subject: EntityView::from(&action.subject),
            config_version: action.config_version,
            params: action.params.clone(),
            received_at: action.received_at.to_string(),
            attempts: record.attempts,
            due_at: record.due_at.map(|at| at.to_string()),
            history: history(record),
        }
    }
}

fn history(record: &ActionRecord) -> Vec<Line> {
    let steps = record.history.iter();
    steps
        .map(|step| Line::new(step.at, step.what.clone()))
        .collect()
}

pub(crate) fn state(record: &ActionRecord) -> &'static str {
    match &record.stage {
        Stage::Ready | Stage::Unknown { .. } if record.due_at.is_none() => "waiting",
        Stage::Ready if record.action.terms.not_before.is_some() && record.attempts == 0 => {
            "scheduled"
        }
        Stage::Ready => "ready",
        Stage::Sending => "sending",
        Stage::Unknown { .. } => "unknown",
        Stage::Parked { .. } => "parked",
        Stage::Settled(outcome) => outcome.word(),
    }
}

fn detail(record: &ActionRecord) -> String {
    match &record.stage {
        Stage::Settled(outcome) => outcome.text().to_owned(),
        Stage::Parked { why } => why.clone(),
        _ => {
            let last = record.history.last();
            last.map(|step| step.what.clone()).unwrap_or_default()
        }
    }
}

/// Why no action follows, and the field at fault.
pub(crate) fn why(decision: &Decision) -> (String, Option<String>) {
    match decision {
        Decision::Actions { .. } => (String::new(), None),
        Decision::Filtered { why } | Decision::Suppressed { why } => (why.clone(), None),
        Decision::Failed { field, why } => (why.clone(), Some(field.clone())),
    }
}
