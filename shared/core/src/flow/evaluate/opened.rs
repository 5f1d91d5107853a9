//! An event as today's configuration reads it, and what is decided about it.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::decided::{Decided, changed_by_others, describe, record, suppressed, unread};
use super::subjects::Subjects;
use crate::connector::{Connectors, Incoming};
use crate::dedup::DedupKey;
use crate::event::{Decision, Envelope};
use crate::flow::directory::Configured;
use crate::integration::History;
use crate::link::EntityRef;
use crate::mapping::{Facts, Plan, RuleExplained, decide, explain};
use crate::{json, report};

pub(super) struct Opened<'a> {
    pub(super) envelope: Cow<'a, Envelope>,
    configured: Option<Arc<Configured>>,
    body: Result<Incoming, Decision>,
    depth: u8,
}

impl<'a> Opened<'a> {
    pub(super) fn new(
        envelope: &'a Envelope,
        configured: Option<Arc<Configured>>,
        connectors: &Connectors,
    ) -> Self {
        let read = match &configured {
            Some(configured) if envelope.unverified => Err(unverified(configured)),
            Some(configured) => read(envelope, configured, connectors),
            None => Err(Decision::Suppressed {
                why: "the integration is deleted".into(),
            }),
        };
        let depth = read.as_ref().map_or(0, |(_, depth)| *depth);
        let body = read.map(|(incoming, _)| incoming);
        Self {
            envelope: Cow::Borrowed(envelope),
            configured,
            body,
            depth,
        }
    }

    /// The same event under an id of its own.
    pub(super) fn named(self, envelope: Envelope) -> Self {
        Self {
            envelope: Cow::Owned(envelope),
            ..self
        }
    }

    /// The entity whose row the decision needs, if any.
    pub(super) fn subject(&self) -> Option<&EntityRef> {
        let incoming = self.body.as_ref().ok()?;
        self.off().is_none().then_some(&incoming.subject)
    }

    pub(super) fn decide(&self, subjects: &Subjects) -> Decided {
        let envelope = self.envelope.as_ref();
        let version = self.version();
        match (&self.body, self.off()) {
            (Ok(incoming), None) => self.weigh(incoming, subjects),
            (Ok(incoming), Some(why)) => {
                let mut decided = suppressed(envelope, version, why);
                decided.record = describe(decided.record, envelope, incoming);
                decided
            }
            (Err(_), Some(why)) => suppressed(envelope, version, why),
            (Err(decision), None) => unread(envelope, version, decision.clone()),
        }
    }

    /// Whether the ledger keeps this event. One with a key, or that is told by its delivery, is known
    /// again by the ids of its actions; what came to nothing, or is told by its content, is always kept.
    pub(super) fn keeps(&self, decided: &Decided) -> bool {
        let history = self.configured.as_ref();
        let history = history.map(|configured| configured.integration.spec.history);
        let actions = matches!(decided.record.decision, Decision::Actions { .. });
        let by_content = matches!(decided.key, Some(DedupKey::Within { .. }));
        history != Some(History::Outcomes) || !actions || by_content
    }

    fn version(&self) -> u64 {
        let configured = self.configured.as_ref();
        configured.map_or(0, |configured| configured.integration.version)
    }

    fn off(&self) -> Option<&'static str> {
        let off = self.configured.as_ref()?.integration.off();
        off.or(self
            .envelope
            .suppressed
            .then_some("the integration was off at receipt"))
    }

    /// What was read, what each rule said, and what is decided.
    pub(super) fn explain(
        &self,
        subjects: &Subjects,
    ) -> (Option<&Incoming>, Vec<RuleExplained>, Decision) {
        let incoming = self.body.as_ref().ok();
        let decided = || self.decide(subjects).record.decision;
        let (Some(read), None) = (incoming, self.off()) else {
            return (incoming, Vec::new(), decided());
        };
        let explained = self.with_facts(read, subjects, explain);
        let (rules, decision) = explained.unwrap_or_else(|| (Vec::new(), decided()));
        (incoming, rules, decision)
    }

    fn weigh(&self, incoming: &Incoming, subjects: &Subjects) -> Decided {
        let envelope = self.envelope.as_ref();
        let evaluation = self.with_facts(incoming, subjects, decide);
        let decision = evaluation.map(|evaluation| evaluation.decision);
        let decision = decision.unwrap_or_else(|| Decision::Failed {
            field: String::new(),
            why: "the mapping could not be evaluated".into(),
        });
        let entity = subjects.of(&envelope.integration, &incoming.subject);
        let record = record(envelope, self.version(), decision);
        Decided {
            record: describe(record, envelope, incoming),
            forget: changed_by_others(incoming, &entity),
            key: Some(incoming.key.clone()),
        }
    }

    /// Holds the event against the plan; nothing if there is none, or if that panics: a panic in a
    /// template engine must cost this event only, and only once.
    fn with_facts<T>(
        &self,
        incoming: &Incoming,
        subjects: &Subjects,
        hold: impl FnOnce(&Plan, &Facts<'_>) -> T,
    ) -> Option<T> {
        let envelope = self.envelope.as_ref();
        let facts = Facts {
            integration: &envelope.integration,
            config_version: self.version(),
            event_id: &envelope.event_id,
            connector: &envelope.connector,
            received_at: envelope.received_at,
            incoming,
            entity: &subjects.of(&envelope.integration, &incoming.subject),
            depth: self.depth,
        };
        let plan = self.configured.as_ref().and_then(|c| c.plan().ok())?;
        catch_unwind(AssertUnwindSafe(|| hold(plan, &facts))).ok()
    }
}

/// What the sender may have signed with was not known at receipt; whoever sent it, it is not acted on.
fn unverified(configured: &Configured) -> Decision {
    let problem = configured.plan().err();
    let problem = problem.map_or_else(
        || "the settings did not hold at receipt".to_owned(),
        |error| error.message().to_owned(),
    );
    Decision::Failed {
        field: "settings".to_owned(),
        why: format!(
            "{problem}; whether its sender had to sign could not be known, so it is never carried \
             out: have the sender send it again"
        ),
    }
}

/// Reads the body with today's configuration, and says how many reports led to it; a body that does not
/// fit is a decision too.
fn read(
    envelope: &Envelope,
    configured: &Configured,
    connectors: &Connectors,
) -> Result<(Incoming, u8), Decision> {
    let failed = |field: &str, why: String| Decision::Failed {
        field: field.to_owned(),
        why,
    };
    let body = json::parse(&envelope.body).map_err(|error| failed("", error.to_string()))?;
    if let Some(report) = report::read(&body) {
        return report.map_err(|drift| failed(&drift.field, drift.why));
    }
    let connector = connectors.named(&envelope.connector);
    let webhook = connector
        .and_then(|connector| connector.webhook())
        .ok_or_else(|| failed("connector", "takes no webhooks".into()))?;
    let plan = configured
        .plan()
        .map_err(|error| failed("settings", error.message().to_owned()))?;
    let connection = plan
        .connections
        .get(&envelope.connector)
        .ok_or_else(|| failed("settings", format!("has no {}", envelope.connector)))?;
    webhook
        .read(&body, connection, &envelope.integration)
        .map(|incoming| (incoming, 0))
        .map_err(|drift| failed(&drift.field, drift.why))
}
