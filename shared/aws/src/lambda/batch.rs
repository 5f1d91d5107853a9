//! A batch of SQS messages, and which of them come back.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>: on a FIFO queue
//! the failed message and all that follow it in its group must be named, or they lose their order.

use std::fmt::Display;

use deskbridge_core::Timestamp;
use futures::future::join_all;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::metrics::Metrics;

#[derive(Debug, Deserialize)]
pub struct SqsEvent {
    #[serde(rename = "Records")]
    pub records: Vec<SqsRecord>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SqsRecord {
    pub message_id: String,
    pub body: String,
    #[serde(default)]
    pub attributes: Attributes,
}

#[derive(Debug, Default, Deserialize)]
pub struct Attributes {
    #[serde(rename = "MessageGroupId")]
    pub group: Option<String>,
    /// Milliseconds since 1970, in digits.
    #[serde(rename = "SentTimestamp")]
    sent_at: Option<String>,
}

impl SqsEvent {
    /// When the record was sent that has waited longest.
    pub fn oldest(&self) -> Option<Timestamp> {
        let sent = self.records.iter().filter_map(|record| {
            let millis = record.attributes.sent_at.as_ref()?.parse().ok()?;
            Some(Timestamp::from_millis(millis))
        });
        sent.min()
    }
}

/// Reads a message. The error says where it does not fit: serde's own would quote what is there.
pub(super) fn parse<T: DeserializeOwned>(body: &str) -> Result<T, String> {
    serde_json::from_str(body).map_err(|error| {
        let column = error.column();
        format!("the message does not fit its format (at character {column})")
    })
}

#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchResponse {
    pub batch_item_failures: Vec<BatchItemFailure>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchItemFailure {
    pub item_identifier: String,
}

impl BatchResponse {
    pub(super) fn fail(&mut self, message_id: &str, why: &dyn Display) {
        tracing::warn!(message.id = message_id, error = %why, "message goes back to its queue");
        self.batch_item_failures.push(BatchItemFailure {
            item_identifier: message_id.to_owned(),
        });
    }

    pub(super) fn count(&self, metrics: &mut Metrics) {
        match self.batch_item_failures.len() {
            0 => {}
            returned => metrics.add("Returned", returned),
        }
    }
}

/// Begins the first message of each group together with the others', then works on the groups at the
/// same time, and on each group's messages one after the other, up to the first that fails.
///
/// `begin` answers for each body in the order given. Returns what comes back, and what came of the
/// rest.
pub async fn in_groups<B, T>(
    records: Vec<SqsRecord>,
    begin: impl AsyncFn(&[&str]) -> Vec<Result<B, String>>,
    work: impl AsyncFn(B) -> Result<T, String>,
) -> (BatchResponse, Vec<T>) {
    let groups = groups(records);
    let firsts = groups.iter().filter_map(|group| group.first());
    let firsts: Vec<&str> = firsts.map(|record| record.body.as_str()).collect();
    let begun = begin(&firsts).await;
    let (begin, work) = (&begin, &work);
    let groups = groups.into_iter().zip(begun).map(async |(group, first)| {
        let mut first = Some(first);
        one_after_the_other(group, async |body| {
            let begun = match first.take() {
                Some(begun) => Some(begun),
                None => begin(&[body]).await.pop(),
            };
            work(begun.ok_or("it was not begun")??).await
        })
        .await
    });
    let (mut response, mut done) = (BatchResponse::default(), Vec::new());
    for (failed, worked) in join_all(groups).await {
        response
            .batch_item_failures
            .extend(failed.batch_item_failures);
        done.extend(worked);
    }
    (response, done)
}

async fn one_after_the_other<T>(
    group: Vec<SqsRecord>,
    mut work: impl AsyncFnMut(&str) -> Result<T, String>,
) -> (BatchResponse, Vec<T>) {
    let (mut response, mut done) = (BatchResponse::default(), Vec::new());
    let mut failed = false;
    for record in group {
        if failed {
            response.fail(&record.message_id, &"one before it failed");
            continue;
        }
        match work(&record.body).await {
            Ok(worked) => done.push(worked),
            Err(why) => {
                response.fail(&record.message_id, &why);
                failed = true;
            }
        }
    }
    (response, done)
}

/// In the order in which they come; a message without a group is one of its own.
fn groups(records: Vec<SqsRecord>) -> Vec<Vec<SqsRecord>> {
    let mut groups: Vec<Vec<SqsRecord>> = Vec::new();
    for record in records {
        let same = |group: &&mut Vec<SqsRecord>| {
            let first = group
                .first()
                .and_then(|first| first.attributes.group.as_ref());
            first.is_some() && first == record.attributes.group.as_ref()
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(record),
            None => groups.push(vec![record]),
        }
    }
    groups
}
