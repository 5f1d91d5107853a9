//! Stored events under two configurations: what a change of settings would have changed.

use std::sync::Arc;

use super::Evaluate;
use super::opened::Opened;
use crate::Result;
use crate::event::{Decision, Envelope};
use crate::flow::directory::Configured;

impl Evaluate {
    /// Decides each event by `one` and by `other`, over the entities as they are now, so that only
    /// the configuration makes a difference. Nothing is written, nothing is sent.
    pub async fn compare(
        &self,
        envelopes: &[Envelope],
        one: &Arc<Configured>,
        other: &Arc<Configured>,
    ) -> Result<Vec<(Decision, Decision)>> {
        let open = |configured: &Arc<Configured>| -> Vec<_> {
            let opened = envelopes.iter().map(|envelope| {
                Opened::new(envelope, Some(Arc::clone(configured)), &self.connectors)
            });
            opened.collect()
        };
        let (ones, others) = (open(one), open(other));
        let all: Vec<_> = ones.iter().chain(&others).collect();
        let subjects = self.subjects(&all).await?;
        let decide = |opened: &Opened<'_>| opened.decide(&subjects).record.decision;
        let pairs = ones.iter().zip(&others);
        Ok(pairs
            .map(|(one, other)| (decide(one), decide(other)))
            .collect())
    }
}
