//! Messages out of SQS, and what becomes of them.

use std::collections::HashSet;
use std::time::Duration;

use aws_sdk_sqs::operation::change_message_visibility::ChangeMessageVisibilityError;
use aws_sdk_sqs::operation::delete_message::DeleteMessageError;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName as Attribute};
use deskbridge_core::Result;
use deskbridge_core::ports::Delivery;

use super::{Order, SqsQueue};
use crate::error::unavailable;

const MAX_RECEIVED: usize = 10;
const MAX_VISIBILITY: Duration = Duration::from_secs(12 * 3600);

/// SQS gives several messages of a group at once; this port gives one, and the others go back.
pub(super) async fn receive(
    queue: &SqsQueue,
    max: usize,
    visibility: Duration,
) -> Result<Vec<Delivery>> {
    if max == 0 {
        return Ok(Vec::new());
    }
    let max = i32::try_from(max.min(MAX_RECEIVED)).unwrap_or(1);
    let answer = queue
        .client
        .receive_message()
        .queue_url(&queue.url)
        .max_number_of_messages(max)
        .visibility_timeout(seconds(visibility))
        .message_system_attribute_names(Attribute::ApproximateReceiveCount)
        .message_system_attribute_names(Attribute::MessageGroupId)
        .send()
        .await;
    let answer = answer.map_err(|error| unavailable("sqs:ReceiveMessage", &error))?;
    let mut groups = HashSet::new();
    let mut deliveries = Vec::new();
    let mut surplus = Vec::new();
    for message in answer.messages.unwrap_or_default() {
        let group = system_attribute(&message, &Attribute::MessageGroupId);
        let first = queue.order == Order::Standard || groups.insert(group.map(str::to_owned));
        match first {
            true => deliveries.extend(delivery(message)),
            false => surplus.extend(message.receipt_handle),
        }
    }
    // The last one first, so that none of them is to be had before those that come before it.
    for receipt in surplus.iter().rev() {
        release(queue, receipt, Duration::ZERO).await?;
    }
    Ok(deliveries)
}

/// An outdated receipt deletes nothing, and is no error.
pub(super) async fn delete(queue: &SqsQueue, receipt: &str) -> Result<()> {
    let request = queue.client.delete_message().queue_url(&queue.url);
    let Err(error) = request.receipt_handle(receipt).send().await else {
        return Ok(());
    };
    match error.as_service_error() {
        Some(DeleteMessageError::ReceiptHandleIsInvalid(_)) => Ok(()),
        Some(other) if outdated(other.meta().code()) => Ok(()),
        _ => Err(unavailable("sqs:DeleteMessage", &error)),
    }
}

pub(super) async fn release(queue: &SqsQueue, receipt: &str, delay: Duration) -> Result<()> {
    let request = queue.client.change_message_visibility();
    let request = request.queue_url(&queue.url).receipt_handle(receipt);
    let sent = request.visibility_timeout(seconds(delay)).send().await;
    let Err(error) = sent else { return Ok(()) };
    match error.as_service_error() {
        Some(
            ChangeMessageVisibilityError::ReceiptHandleIsInvalid(_)
            | ChangeMessageVisibilityError::MessageNotInflight(_),
        ) => Ok(()),
        Some(other) if outdated(other.meta().code()) => Ok(()),
        _ => Err(unavailable("sqs:ChangeMessageVisibility", &error)),
    }
}

/// What FIFO queues answer to a receipt whose time is over.
fn outdated(code: Option<&str>) -> bool {
    matches!(code, Some("InvalidParameterValue"))
}

fn delivery(message: Message) -> Option<Delivery> {
    let receives = system_attribute(&message, &Attribute::ApproximateReceiveCount);
    let receives = receives.and_then(|count| count.parse().ok()).unwrap_or(1);
    Some(Delivery {
        body: message.body?,
        receipt: message.receipt_handle?,
        receives,
    })
}

fn system_attribute<'a>(message: &'a Message, name: &Attribute) -> Option<&'a str> {
    let attributes = message.attributes.as_ref()?;
    attributes.get(name).map(String::as_str)
}

fn seconds(time: Duration) -> i32 {
    i32::try_from(time.min(MAX_VISIBILITY).as_secs()).unwrap_or(i32::MAX)
}
