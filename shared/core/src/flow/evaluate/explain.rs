//! What would be decided about an event, and why: nothing is written, nothing is sent.

use std::sync::Arc;

use serde::Serialize;

use super::Evaluate;
use super::opened::Opened;
use crate::Result;
use crate::event::{Decision, Envelope};
use crate::flow::directory::Configured;
use crate::link::EntityRef;
use crate::mapping::RuleExplained;

/// An event as it was read, each rule's verdict, and the decision with its actions rendered.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    pub event_id: String,
    pub integration: String,
    /// As `kayako.conversation_opened`; empty when the body could not be read.
    pub event_type: String,
    pub subject: Option<EntityRef>,
    pub actor: Option<String>,
    /// What the ledger holds under this id already: a webhook with this body would be its duplicate.
    pub recorded: Option<&'static str>,
    pub rules: Vec<RuleExplained>,
    #[serde(flatten)]
    pub decision: Decision,
}

impl Evaluate {
    /// Explains the event by today's configuration.
    pub async fn explain(&self, envelope: &Envelope) -> Result<Explanation> {
        let configured = self.directory.named(&envelope.integration).await?;
        self.explain_by(envelope, configured).await
    }

    /// Explains the event by another configuration, as if that were today's.
    pub async fn explain_by(
        &self,
        envelope: &Envelope,
        configured: Option<Arc<Configured>>,
    ) -> Result<Explanation> {
        let opened = Opened::new(envelope, configured, &self.connectors);
        let subjects = self.subjects(&[&opened]).await?;
        let (incoming, rules, decision) = opened.explain(&subjects);
        let known = self.store.event(&envelope.event_id).await?;
        let event_type = incoming.map(|i| format!("{}.{}", envelope.connector, i.event_type));
        Ok(Explanation {
            event_id: envelope.event_id.clone(),
            integration: envelope.integration.clone(),
            event_type: event_type.unwrap_or_default(),
            subject: incoming.map(|incoming| incoming.subject.clone()),
            actor: incoming.and_then(|incoming| incoming.actor.clone()),
            recorded: known.map(|event| event.decision.word()),
            rules,
            decision,
        })
    }
}
