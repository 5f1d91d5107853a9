//! Turns received events into decisions: dedup, guards, rules; then the actions into their queue.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::decided::{Decided, changed_by_others, describe, record, suppressed, unread};
use super::directory::{Configured, Directory};
use super::messages::first_message;
use crate::connector::{Connectors, Incoming};
use crate::dedup::{DedupKey, short_id};
use crate::event::{Decision, Envelope, EventRecord};
use crate::link::Entity;
use crate::mapping::{Facts, decide};
use crate::ports::{EventFilter, Message, Queue, Recorded, Store};
use crate::{Result, json};

pub struct Evaluate {
    pub directory: Arc<Directory>,
    pub connectors: Connectors,
    pub store: Arc<dyn Store>,
    pub outbound: Arc<dyn Queue>,
}

impl Evaluate {
    /// Decides events, records them and sends their actions, in the order given. A result that is
    /// an error means "not done": that message comes back, finds what is already there, and goes on
    /// from it.
    pub async fn evaluate(&self, envelopes: &[Envelope]) -> Vec<Result<()>> {
        let mut results: Vec<Result<()>> = Vec::with_capacity(envelopes.len());
        let mut fresh = Vec::new();
        for (index, envelope) in envelopes.iter().enumerate() {
            match self.decide_unless_repeated(envelope).await {
                Ok(Some(decided)) => fresh.push((index, decided)),
                Ok(None) => {}
                Err(error) => {
                    results.push(Err(error));
                    continue;
                }
            }
            results.push(Ok(()));
        }
        let records = fresh
            .iter()
            .map(|(_, decided)| decided.record.clone())
            .collect();
        let recorded = self.store.record_events(records).await;
        let mut messages = Vec::new();
        for ((index, decided), recorded) in fresh.into_iter().zip(recorded) {
            let outcome = self.actions(&envelopes[index], decided, recorded).await;
            match outcome {
                Ok(own) => messages.extend(own.into_iter().map(|message| (index, message))),
                Err(error) => results[index] = Err(error),
            }
        }
        self.send(messages, &mut results).await;
        results
    }

    /// Returns nothing for an event that the window before holds already; it is counted there.
    async fn decide_unless_repeated(&self, envelope: &Envelope) -> Result<Option<Decided>> {
        let decided = self.decide(envelope).await?;
        // At once: the next event of the same subject, perhaps in this very batch, must see it.
        if !decided.forget.is_empty() {
            let forget = decided.forget.clone();
            self.store
                .change_entities(&envelope.integration, forget)
                .await?;
        }
        match self.earlier(envelope, decided.key.as_ref()).await? {
            None => Ok(Some(decided)),
            Some(earlier) => match self.repeats(envelope, &decided, &earlier).await? {
                None => Ok(None),
                Some(again) => self.decide(&again).await.map(Some),
            },
        }
    }

    /// Counts a repeat of `earlier`, or returns the envelope under an id of its own: the same content
    /// is no repeat once something else has happened to its subject in between.
    async fn repeats(
        &self,
        envelope: &Envelope,
        decided: &Decided,
        earlier: &str,
    ) -> Result<Option<Envelope>> {
        let windowed = matches!(decided.key, Some(DedupKey::Within { .. }));
        if let (true, Some(subject)) = (windowed, &decided.record.subject) {
            let filter = EventFilter {
                integration: Some(envelope.integration.clone()),
                subject_id: Some(subject.id.clone()),
                before: None,
                limit: 1,
            };
            let newest = self.store.events(filter).await?;
            if newest.iter().any(|event| event.id != earlier) {
                let event_id = short_id("evt", &[earlier, &envelope.delivery_id]);
                return Ok(Some(Envelope {
                    event_id,
                    ..envelope.clone()
                }));
            }
        }
        self.duplicate(envelope, earlier).await?;
        Ok(None)
    }

    /// Returns the messages of a recorded event's actions.
    async fn actions(
        &self,
        envelope: &Envelope,
        decided: Decided,
        recorded: Result<Recorded>,
    ) -> Result<Vec<Message>> {
        let decision = match self.decision(envelope, decided, recorded?).await? {
            Some(decision) => decision,
            None => return Ok(Vec::new()),
        };
        log(envelope, &decision);
        decision.actions().iter().map(first_message).collect()
    }

    /// Returns the decision that stands; nothing for a repeat.
    async fn decision(
        &self,
        envelope: &Envelope,
        decided: Decided,
        recorded: Recorded,
    ) -> Result<Option<Decision>> {
        let before = match recorded {
            Recorded::New => return Ok(Some(decided.record.decision)),
            Recorded::Before(before) => before,
        };
        // Our own message again, after a crash between here and the queue: the stored decision
        // stands, whatever the configuration says by now.
        if before.delivery_id == envelope.delivery_id {
            return Ok(Some(before.decision));
        }
        let again = match before.decision {
            Decision::Suppressed { .. } | Decision::Failed { .. } => {
                Some(once_more(envelope, &before, &decided))
            }
            _ => self.repeats(envelope, &decided, &before.id).await?,
        };
        let Some(again) = again else {
            return Ok(None);
        };
        let record = self.decide(&again).await?.record;
        match self.store.record_event(record.clone()).await? {
            Recorded::New => Ok(Some(record.decision)),
            Recorded::Before(same) if same.delivery_id == envelope.delivery_id => {
                Ok(Some(same.decision))
            }
            Recorded::Before(other) => {
                self.duplicate(envelope, &other.id).await?;
                Ok(None)
            }
        }
    }

    async fn send(&self, messages: Vec<(usize, Message)>, results: &mut [Result<()>]) {
        let (owners, messages): (Vec<_>, Vec<_>) = messages.into_iter().unzip();
        let sent = self.outbound.send_all(messages).await;
        for (index, sent) in owners.into_iter().zip(sent) {
            if let Err(error) = sent {
                results[index] = Err(error);
            }
        }
    }

    async fn decide(&self, envelope: &Envelope) -> Result<Decided> {
        let Some(configured) = self.directory.named(&envelope.integration).await? else {
            return Ok(suppressed(envelope, 0, "the integration is deleted"));
        };
        let version = configured.integration.version;
        let off = configured.integration.off();
        let off = off.or(envelope
            .suppressed
            .then_some("the integration was off at receipt"));
        let incoming = match self.read(envelope, &configured) {
            Ok(incoming) => incoming,
            Err(_) if off.is_some() => {
                return Ok(suppressed(envelope, version, off.unwrap_or_default()));
            }
            Err(failed) => return Ok(unread(envelope, version, failed)),
        };
        if let Some(why) = off {
            let mut decided = suppressed(envelope, version, why);
            decided.record = describe(decided.record, envelope, &incoming);
            return Ok(decided);
        }
        let subject = &incoming.subject;
        let entity = self.store.entity(&envelope.integration, subject).await?;
        Ok(self.weigh(envelope, &configured, incoming, &entity))
    }

    /// Reads the body with today's configuration; a body that does not fit is a decision too.
    fn read(&self, envelope: &Envelope, configured: &Configured) -> Result<Incoming, Decision> {
        let failed = |field: &str, why: String| Decision::Failed {
            field: field.to_owned(),
            why,
        };
        let connector = self.connectors.named(&envelope.connector);
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
        let body = json::parse(&envelope.body).map_err(|error| failed("", error.to_string()))?;
        webhook
            .read(&body, connection, &envelope.integration)
            .map_err(|drift| failed(&drift.field, drift.why))
    }

    fn weigh(
        &self,
        envelope: &Envelope,
        configured: &Configured,
        incoming: Incoming,
        entity: &Entity,
    ) -> Decided {
        let facts = Facts {
            integration: &envelope.integration,
            config_version: configured.integration.version,
            event_id: &envelope.event_id,
            connector: &envelope.connector,
            received_at: envelope.received_at,
            incoming: &incoming,
            entity,
        };
        let plan = configured.plan().ok();
        // A panic in a template engine must cost this event only, and only once.
        let decision = catch_unwind(AssertUnwindSafe(|| plan.map(|plan| decide(plan, &facts))));
        let decision = decision
            .ok()
            .flatten()
            .map(|evaluation| evaluation.decision);
        let decision = decision.unwrap_or_else(|| Decision::Failed {
            field: String::new(),
            why: "the mapping could not be evaluated".into(),
        });
        let record = record(envelope, configured.integration.version, decision);
        Decided {
            record: describe(record, envelope, &incoming),
            forget: changed_by_others(&incoming, entity),
            key: Some(incoming.key),
        }
    }

    /// Looks for the same content in the window before, which ids alone cannot show.
    async fn earlier(&self, envelope: &Envelope, key: Option<&DedupKey>) -> Result<Option<String>> {
        let previous =
            key.and_then(|key| key.previous_id(&envelope.integration, envelope.received_at));
        let Some((id, window)) = previous else {
            return Ok(None);
        };
        let earlier = self.store.event(&id).await?;
        let same = earlier.filter(|event| envelope.received_at.since(event.received_at) < window);
        Ok(same.map(|event| event.id))
    }

    async fn duplicate(&self, envelope: &Envelope, earlier: &str) -> Result<()> {
        tracing::info!(event.id = %earlier, integration = %envelope.integration, "duplicate event");
        self.store
            .count_duplicate(earlier, envelope.received_at)
            .await
    }
}

/// An event that came to nothing, because the integration was off or its mapping broken, is no reason
/// to drop the vendor's next report of the same thing: that counts anew, once for each version of the
/// configuration.
fn once_more(envelope: &Envelope, before: &EventRecord, decided: &Decided) -> Envelope {
    let version = decided.record.config_version.to_string();
    Envelope {
        event_id: short_id("evt", &[&before.id, "version", &version]),
        ..envelope.clone()
    }
}

fn log(envelope: &Envelope, decision: &Decision) {
    tracing::info!(
        event.id = %envelope.event_id,
        integration = %envelope.integration,
        decision = decision.word(),
        actions = decision.actions().len(),
        "event evaluated"
    );
}
