//! What an invocation came to: metrics that cost no request.
//!
//! One line of CloudWatch's embedded metric format,
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>.

use std::collections::BTreeMap;
use std::io::Write as _;

use deskbridge_core::Timestamp;
use lambda_runtime::Context;
use serde_json::{Value, json};

use crate::SecretsManagerSecrets;

const NAMESPACE: &str = "Deskbridge";
/// The function's name as it is deployed, so that two bundles in one account are apart.
const DIMENSION: &str = "Function";
const OLDEST: &str = "OldestSeconds";

/// Counts by metric. What did not happen is left out: a sum is the same without it, and each byte
/// of a log is paid for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metrics(BTreeMap<&'static str, u64>);

impl Metrics {
    pub fn add(&mut self, metric: &'static str, count: usize) {
        *self.0.entry(metric).or_default() += u64::try_from(count).unwrap_or(u64::MAX);
    }

    /// How long the record that has waited longest was on its way.
    pub fn oldest(&mut self, sent_at: Option<Timestamp>, now: Timestamp) {
        if let Some(sent_at) = sent_at {
            self.0.insert(OLDEST, now.since(sent_at).as_secs());
        }
    }

    /// How often a credential was used that could not be read again.
    pub(super) fn stale(&mut self, secrets: &SecretsManagerSecrets) {
        match secrets.take_stale() {
            0 => {}
            stale => self.add("StaleSecrets", stale),
        }
    }

    pub fn of(&self, metric: &str) -> u64 {
        self.0.get(metric).copied().unwrap_or(0)
    }

    /// Writes the line, as Lambda hands it to CloudWatch.
    pub(super) fn write(&self, context: &Context, now: Timestamp) {
        let line = self.line(&context.env_config.function_name, now);
        if let Err(error) = writeln!(std::io::stdout().lock(), "{line}") {
            tracing::error!(%error, "the metrics cannot be written");
        }
    }

    pub fn line(&self, function: &str, now: Timestamp) -> Value {
        let definitions = self.0.keys().map(|name| {
            let unit = if *name == OLDEST { "Seconds" } else { "Count" };
            json!({"Name": name, "Unit": unit})
        });
        let mut line = json!({
            "_aws": {
                "Timestamp": now.as_millis(),
                "CloudWatchMetrics": [{
                    "Namespace": NAMESPACE,
                    "Dimensions": [[DIMENSION]],
                    "Metrics": definitions.collect::<Vec<_>>(),
                }],
            },
            DIMENSION: function,
        });
        for (name, value) in &self.0 {
            line[*name] = (*value).into();
        }
        line
    }
}
