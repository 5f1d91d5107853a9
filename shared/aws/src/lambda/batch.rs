//! A batch of SQS messages, and which of them come back.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>: on a FIFO queue
//! the failed message and all that follow it in its group must be named, or they lose their order.

use std::fmt::Display;

use futures::future::join_all;
use serde::{Deserialize, Serialize};

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
    pub(super) fn fail(&mut self, message_id: String, why: &dyn Display) {
        tracing::warn!(message.id = %message_id, error = %why, "message goes back to its queue");
        self.batch_item_failures.push(BatchItemFailure {
            item_identifier: message_id,
        });
    }
}

/// Begins the first message of each group together with the others', then works on the groups at the
/// same time, and on each group's messages one after the other, up to the first that fails.
///
/// `begin` answers for each body in the order given.
pub async fn in_groups<B>(
    records: Vec<SqsRecord>,
    begin: impl AsyncFn(&[&str]) -> Vec<Result<B, String>>,
    work: impl AsyncFn(B) -> Result<(), String>,
) -> BatchResponse {
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
    BatchResponse {
        batch_item_failures: join_all(groups).await.into_iter().flatten().collect(),
    }
}

async fn one_after_the_other(
    group: Vec<SqsRecord>,
    mut work: impl AsyncFnMut(&str) -> Result<(), String>,
) -> Vec<BatchItemFailure> {
    let mut response = BatchResponse::default();
    let mut failed = false;
    for record in group {
        if failed {
            response.fail(record.message_id, &"one before it failed");
        } else if let Err(why) = work(&record.body).await {
            response.fail(record.message_id, &why);
            failed = true;
        }
    }
    response.batch_item_failures
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
