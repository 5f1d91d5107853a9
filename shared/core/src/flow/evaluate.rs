//! Turns received events into decisions: dedup, guards, rules; then the actions into their queue.

mod compare;
mod decided;
mod explain;
mod opened;
mod replay;
mod subjects;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::directory::Directory;
use super::messages::first_message;
use crate::Result;
use crate::action::Action;
use crate::connector::Connectors;
use crate::dedup::{DedupKey, short_id};
use crate::event::{Decision, Envelope, EventRecord};
use crate::link::{Awaited, EntityChange, EntityRef};
use crate::ports::{EventFilter, Message, Queue, Recorded, Store};
use decided::Decided;
pub use explain::Explanation;
use opened::Opened;
pub use replay::{Again, Replayed};
use subjects::Subjects;

pub struct Evaluate {
    pub directory: Arc<Directory>,
    pub connectors: Connectors,
    pub store: Arc<dyn Store>,
    pub outbound: Arc<dyn Queue>,
}

impl Evaluate {
    /// Decides events, records them and sends their actions, in the order given, and returns each
    /// one's decision, or none for a repeat. A result that is an error means "not done": that message
    /// comes back, finds what is already there, and goes on from it.
    pub async fn evaluate(&self, envelopes: &[Envelope]) -> Vec<Result<Option<Decision>>> {
        let mut opened = Vec::with_capacity(envelopes.len());
        for envelope in envelopes {
            opened.push(self.open(envelope).await);
        }
        let readable: Vec<_> = opened.iter().flatten().collect();
        let mut subjects = self.subjects(&readable).await;
        let mut results: Vec<Result<Option<Decision>>> = Vec::with_capacity(envelopes.len());
        let mut fresh = Vec::new();
        for (index, opened) in opened.into_iter().enumerate() {
            let decided = match opened {
                Ok(opened) => self.decide_unless_repeated(opened, &mut subjects).await,
                Err(error) => Err(error),
            };
            results.push(decided.map(|decided| {
                fresh.extend(decided.map(|decided| (index, decided)));
                None
            }));
        }
        let recorded = self.record(&fresh).await;
        let mut messages = Vec::new();
        for ((index, decided), recorded) in fresh.into_iter().zip(recorded) {
            results[index] = self.standing(decided, recorded).await;
            if let Ok(Some(decision)) = &results[index] {
                let own = decision.actions();
                match self.first_messages(own).await {
                    Ok(own) => messages.extend(own.into_iter().map(|message| (index, message))),
                    Err(error) => results[index] = Err(error),
                }
            }
        }
        self.send(messages, &mut results).await;
        results
    }

    /// Reads the rows of all events' subjects, a request for each integration.
    async fn subjects(&self, opened: &[&Opened<'_>]) -> Result<Subjects> {
        let mut wanted = BTreeMap::<&str, Vec<EntityRef>>::new();
        for opened in opened {
            if let Some(subject) = opened.subject() {
                let of_integration = wanted.entry(&opened.envelope.integration).or_default();
                if !of_integration.contains(subject) {
                    of_integration.push(subject.clone());
                }
            }
        }
        let mut subjects = Subjects::default();
        for (integration, entities) in wanted {
            let rows = self.store.entities(integration, &entities).await?;
            subjects.add(integration, rows);
        }
        Ok(subjects)
    }

    /// Returns nothing for an event that the window before holds already; it is counted there.
    async fn decide_unless_repeated<'a>(
        &self,
        opened: Opened<'a>,
        subjects: &mut Result<Subjects>,
    ) -> Result<Option<(Opened<'a>, Decided)>> {
        let subjects = subjects.as_mut().map_err(|error| error.clone())?;
        let decided = opened.decide(subjects);
        // At once: the next event of the same subject, perhaps in this very batch, must see it.
        if !decided.forget.is_empty() {
            let integration = &opened.envelope.integration;
            let forget = decided.forget.clone();
            self.store.change_entities(integration, forget).await?;
            subjects.change(integration, &decided.forget);
        }
        match self.earlier(&opened.envelope, decided.key.as_ref()).await? {
            None => Ok(Some((opened, decided))),
            Some(earlier) => match self.repeats(&opened.envelope, &decided, &earlier).await? {
                None => Ok(None),
                Some(again) => {
                    let again = opened.named(again);
                    let decided = again.decide(subjects);
                    Ok(Some((again, decided)))
                }
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

    /// Writes the events into the ledger, but for those whose integration keeps none.
    async fn record(&self, fresh: &[(usize, (Opened<'_>, Decided))]) -> Vec<Result<Recorded>> {
        let kept = |(_, (opened, decided)): &&(usize, (Opened<'_>, Decided))| opened.keeps(decided);
        let records = fresh.iter().filter(kept);
        let records = records.map(|(_, (_, decided))| decided.record.clone());
        let mut recorded = self
            .store
            .record_events(records.collect())
            .await
            .into_iter();
        let all = fresh.iter().map(|event| match kept(&event) {
            true => recorded.next().unwrap_or(Ok(Recorded::New)),
            false => Ok(Recorded::New),
        });
        all.collect()
    }

    /// Returns the decision that stands; nothing for a repeat.
    async fn standing(
        &self,
        (opened, decided): (Opened<'_>, Decided),
        recorded: Result<Recorded>,
    ) -> Result<Option<Decision>> {
        let envelope = opened.envelope.clone();
        let decision = self.decision(opened, decided, recorded?).await?;
        if let Some(decision) = &decision {
            log(&envelope, decision);
        }
        Ok(decision)
    }

    async fn decision(
        &self,
        opened: Opened<'_>,
        decided: Decided,
        recorded: Recorded,
    ) -> Result<Option<Decision>> {
        let before = match recorded {
            Recorded::New => return Ok(Some(decided.record.decision)),
            Recorded::Before(before) => before,
        };
        let envelope = &opened.envelope;
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
        let again = opened.named(again);
        let subjects = self.subjects(&[&again]).await?;
        let record = again.decide(&subjects).record;
        match self.store.record_event(record.clone()).await? {
            Recorded::New => Ok(Some(record.decision)),
            Recorded::Before(same) if same.delivery_id == again.envelope.delivery_id => {
                Ok(Some(same.decision))
            }
            Recorded::Before(other) => {
                self.duplicate(&again.envelope, &other.id).await?;
                Ok(None)
            }
        }
    }

    /// Returns the messages that bring the actions to `dispatch`. Those that wait take the place of what
    /// waited before them: from here on that gives way.
    async fn first_messages(&self, actions: &[Action]) -> Result<Vec<Message>> {
        for action in actions {
            self.wait_anew(action).await?;
        }
        actions.iter().map(first_message).collect()
    }

    async fn wait_anew(&self, action: &Action) -> Result<()> {
        if action.terms.not_before.is_none() {
            return Ok(());
        }
        let awaited = EntityChange::Awaited {
            entity: action.subject.clone(),
            rule: action.rule.clone(),
            awaited: Awaited {
                since: action.received_at,
                action_id: action.id.clone(),
            },
        };
        let integration = &action.integration;
        self.store.change_entities(integration, vec![awaited]).await
    }

    async fn send<T>(&self, messages: Vec<(usize, Message)>, results: &mut [Result<T>]) {
        let (owners, messages): (Vec<_>, Vec<_>) = messages.into_iter().unzip();
        let sent = self.outbound.send_all(messages).await;
        for (index, sent) in owners.into_iter().zip(sent) {
            if let Err(error) = sent {
                results[index] = Err(error);
            }
        }
    }

    async fn open<'a>(&self, envelope: &'a Envelope) -> Result<Opened<'a>> {
        let configured = self.directory.named(&envelope.integration).await?;
        Ok(Opened::new(envelope, configured, &self.connectors))
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
