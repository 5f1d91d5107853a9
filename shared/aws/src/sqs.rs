//! A queue on SQS, standard or FIFO.
//!
//! In the functions the event source mapping receives and deletes; `receive` here is for the
//! operator's tools, which ask again: it does not wait. Limits and the meaning of a batch's `Failed`
//! entries are in
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html>.

mod batch;
mod receive;

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use deskbridge_core::dedup::digest;
use deskbridge_core::ports::{Consume, Delivery, Message, Queue, Sent};
use deskbridge_core::{Error, ErrorKind, Result};

use crate::error::unavailable;

/// Of one message, and of all of a batch together: what SQS takes unless the queue says less,
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html>.
const MAX_BYTES: usize = 1024 * 1024;

/// A queue whose name ends in `.fifo` takes messages with a group, any other those without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Standard,
    Fifo,
}

pub struct SqsQueue {
    client: Client,
    url: String,
    order: Order,
}

/// What a FIFO queue is told beside the body.
struct Place {
    group: String,
    id: String,
}

impl SqsQueue {
    pub fn standard(client: Client, url: String) -> Self {
        let order = Order::Standard;
        Self { client, url, order }
    }

    /// The queue should have `DeduplicationScope` and `FifoThroughputLimit` per message group.
    pub fn fifo(client: Client, url: String) -> Self {
        let order = Order::Fifo;
        Self { client, url, order }
    }

    /// Opens the connection, so that the first message need not.
    pub async fn connect(&self) -> Result<()> {
        let request = self.client.get_queue_attributes().queue_url(&self.url);
        let answer = request.attribute_names(QueueAttributeName::QueueArn).send();
        let answer = answer.await.map(drop);
        answer.map_err(|error| unavailable("sqs:GetQueueAttributes", &error))
    }

    fn place(&self, message: &Message) -> Result<Option<Place>> {
        match (self.order, &message.group) {
            (Order::Standard, _) => Ok(None),
            (Order::Fifo, None) => Err(Error::new(
                ErrorKind::Unsupported,
                "a FIFO queue takes messages with a group only",
            )),
            (Order::Fifo, Some(group)) => Ok(Some(Place::new(group, message))),
        }
    }
}

impl Place {
    /// Digests, because SQS takes 128 characters of a few kinds and order keys are any text. The
    /// group is part of the id: whatever the queue's scope, ids of two groups never meet. A message
    /// without an id is told apart by nothing, so it gets one that no other has.
    fn new(group: &str, message: &Message) -> Self {
        let id = match &message.id {
            Some(id) => digest(&["message", group, id]),
            None => unique_id(),
        };
        Self {
            group: digest(&["group", group]),
            id,
        }
    }
}

fn unique_id() -> String {
    use std::hash::{BuildHasher, RandomState};
    let random = || RandomState::new().hash_one(0_u8);
    format!("{:016x}{:016x}", random(), random())
}

#[async_trait]
impl Queue for SqsQueue {
    fn max_body_bytes(&self) -> usize {
        MAX_BYTES
    }

    /// Always `New`: SQS accepts a repeat like any other message, and does not say so.
    async fn send(&self, message: Message) -> Result<Sent> {
        let place = self.place(&message)?;
        let mut request = self.client.send_message().queue_url(&self.url);
        if let Some(Place { group, id }) = place {
            request = request.message_group_id(group).message_deduplication_id(id);
        }
        let sent = request.message_body(message.body).send().await;
        sent.map(|_| Sent::New)
            .map_err(|error| unavailable("sqs:SendMessage", &error))
    }

    async fn send_all(&self, messages: Vec<Message>) -> Vec<Result<Sent>> {
        batch::send(self, messages).await
    }
}

#[async_trait]
impl Consume for SqsQueue {
    async fn receive(&self, max: usize, visibility: Duration) -> Result<Vec<Delivery>> {
        receive::receive(self, max, visibility).await
    }

    async fn delete(&self, receipt: &str) -> Result<()> {
        receive::delete(self, receipt).await
    }

    async fn release(&self, receipt: &str, delay: Duration) -> Result<()> {
        receive::release(self, receipt, delay).await
    }
}
