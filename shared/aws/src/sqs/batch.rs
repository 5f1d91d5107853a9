//! Many messages in as few requests as SQS allows, each with its own result.

use std::collections::{HashMap, HashSet};

use aws_sdk_sqs::types::{BatchResultErrorEntry, SendMessageBatchRequestEntry};
use deskbridge_core::ports::{Message, Sent};
use deskbridge_core::{Error, ErrorKind, Result};

use super::{MAX_BYTES, Place, SqsQueue};
use crate::error::{unavailable, unbuilt};

const CALL: &str = "sqs:SendMessageBatch";
const MAX_ENTRIES: usize = 10;

/// An entry that fails ends its group: what comes after it there must not overtake it.
pub(super) async fn send(queue: &SqsQueue, messages: Vec<Message>) -> Vec<Result<Sent>> {
    let mut results: Vec<Option<Result<Sent>>> = Vec::new();
    results.resize_with(messages.len(), || None);
    let mut broken: HashSet<String> = HashSet::new();
    for chunk in chunks(&messages) {
        let mut entries = Vec::new();
        for at in chunk {
            let message = &messages[at];
            if message
                .group
                .as_ref()
                .is_some_and(|group| broken.contains(group))
            {
                results[at] = Some(Err(held_back()));
                continue;
            }
            match entry(queue, at, message) {
                Ok(entry) => entries.push((at, entry)),
                Err(error) => results[at] = Some(Err(error)),
            }
        }
        let sent = send_chunk(queue, entries).await;
        for (at, result) in sent {
            if let (Err(_), Some(group)) = (&result, &messages[at].group) {
                broken.insert(group.clone());
            }
            results[at] = Some(result);
        }
    }
    let results = results.into_iter();
    results
        .map(|result| result.unwrap_or_else(|| Err(unbuilt(CALL))))
        .collect()
}

/// The places of the messages, in requests of at most ten that fit together.
fn chunks(messages: &[Message]) -> Vec<Vec<usize>> {
    let mut chunks: Vec<Vec<usize>> = Vec::new();
    let mut bytes = 0;
    for (at, message) in messages.iter().enumerate() {
        bytes += message.body.len();
        match chunks.last_mut() {
            Some(chunk) if chunk.len() < MAX_ENTRIES && bytes <= MAX_BYTES => chunk.push(at),
            _ => {
                bytes = message.body.len();
                chunks.push(vec![at]);
            }
        }
    }
    chunks
}

fn entry(queue: &SqsQueue, at: usize, message: &Message) -> Result<SendMessageBatchRequestEntry> {
    let mut entry = SendMessageBatchRequestEntry::builder().id(at.to_string());
    if let Some(Place { group, id }) = queue.place(message)? {
        entry = entry.message_group_id(group).message_deduplication_id(id);
    }
    let entry = entry.message_body(&message.body).build();
    entry.map_err(|_| unbuilt(CALL))
}

async fn send_chunk(
    queue: &SqsQueue,
    entries: Vec<(usize, SendMessageBatchRequestEntry)>,
) -> Vec<(usize, Result<Sent>)> {
    if entries.is_empty() {
        return Vec::new();
    }
    let (places, entries): (Vec<_>, Vec<_>) = entries.into_iter().unzip();
    let request = queue.client.send_message_batch().queue_url(&queue.url);
    let answer = match request.set_entries(Some(entries)).send().await {
        Ok(answer) => answer,
        Err(error) => {
            let error = unavailable(CALL, &error);
            return places
                .into_iter()
                .map(|at| (at, Err(error.clone())))
                .collect();
        }
    };
    // The answer is a success although some of its entries are not.
    let failed = answer.failed().iter().map(|entry| (entry.id(), entry));
    let failed: HashMap<_, _> = failed.collect();
    let taken: HashSet<_> = answer.successful().iter().map(|entry| entry.id()).collect();
    let result = |at: usize| {
        let id = at.to_string();
        match failed.get(id.as_str()) {
            Some(entry) => Err(refused(entry)),
            None if taken.contains(id.as_str()) => Ok(Sent::New),
            None => Err(unbuilt(CALL)),
        }
    };
    places.into_iter().map(|at| (at, result(at))).collect()
}

fn refused(entry: &BatchResultErrorEntry) -> Error {
    let code = entry.code();
    let kind = match entry.sender_fault() {
        true => ErrorKind::Malformed,
        false => ErrorKind::Unavailable,
    };
    tracing::error!(call = CALL, why = code, "message not taken");
    Error::new(kind, format!("{CALL} took a message not: {code}"))
}

fn held_back() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "an earlier message of the same group was not taken",
    )
}
