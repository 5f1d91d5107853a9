//! The behaviours of AWS that the suites rest on, asked of the emulator itself: where one of these
//! fails, what the suites show is not proven.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, Put, ReturnValuesOnConditionCheckFailure as Return, TransactWriteItem, Update,
};
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use futures::future::join_all;

use crate::bench::{config, fresh_name};
use crate::create;
use crate::ministack::MiniStack;
use crate::or_skip;

const RACERS: usize = 30;

struct Probe {
    dynamodb: aws_sdk_dynamodb::Client,
    sqs: aws_sdk_sqs::Client,
    name: String,
}

impl Probe {
    fn fresh() -> Option<Self> {
        let ministack = MiniStack::shared()?;
        println!("probing MiniStack {}", ministack.version);
        let config = config(ministack);
        Some(Self {
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            sqs: aws_sdk_sqs::Client::new(&config),
            name: fresh_name(),
        })
    }

    async fn table(&self) -> String {
        create::tables(&self.dynamodb, &self.name).await.state
    }

    async fn send(&self, queue: &str, group: &str, id: &str) {
        let sent = self.sqs.send_message().queue_url(queue).message_body(id);
        let sent = sent.message_group_id(group).message_deduplication_id(id);
        sent.send().await.unwrap();
    }

    /// Returns bodies and receipts.
    async fn receive(&self, queue: &str) -> Vec<(String, String)> {
        let received = self.sqs.receive_message().queue_url(queue);
        let received = received.max_number_of_messages(1).send().await.unwrap();
        let messages = received.messages.unwrap_or_default().into_iter();
        messages
            .map(|message| (message.body.unwrap(), message.receipt_handle.unwrap()))
            .collect()
    }

    async fn delete(&self, queue: &str, receipt: &str) {
        let deleted = self.sqs.delete_message().queue_url(queue);
        deleted.receipt_handle(receipt).send().await.unwrap();
    }
}

#[tokio::test]
async fn a_fifo_id_is_remembered_after_its_message_was_deleted() {
    let probe = or_skip!(Probe::fresh());
    let queue = create::fifo(&probe.sqs, &probe.name).await;
    probe.send(&queue, "group", "id").await;
    let received = probe.receive(&queue).await;
    probe.delete(&queue, &received[0].1).await;
    probe.send(&queue, "group", "id").await;
    assert_eq!(probe.receive(&queue).await, []);
}

#[tokio::test]
async fn a_fifo_group_waits_for_its_head_and_others_do_not() {
    let probe = or_skip!(Probe::fresh());
    let queue = create::fifo(&probe.sqs, &probe.name).await;
    for (group, id) in [("a", "a1"), ("a", "a2"), ("b", "b1")] {
        probe.send(&queue, group, id).await;
    }
    assert_eq!(probe.receive(&queue).await[0].0, "a1");
    assert_eq!(probe.receive(&queue).await[0].0, "b1");
    assert_eq!(probe.receive(&queue).await, []);
}

#[tokio::test]
async fn a_batch_succeeds_with_failed_entries() {
    let probe = or_skip!(Probe::fresh());
    let queue = create::standard(&probe.sqs, &probe.name).await;
    let entry = |id: &str, body: &str| {
        let entry = SendMessageBatchRequestEntry::builder().id(id);
        entry.message_body(body).build().unwrap()
    };
    let batch = probe.sqs.send_message_batch().queue_url(&queue);
    let batch = batch.entries(entry("good", "body"));
    let answer = batch.entries(entry("bad", "\u{1}")).send().await.unwrap();
    let (taken, failed) = (answer.successful(), answer.failed());
    assert_eq!((taken.len(), failed.len()), (1, 1));
    assert_eq!((taken[0].id(), failed[0].id()), ("good", "bad"));
    assert!(failed[0].sender_fault());
}

#[tokio::test]
async fn one_of_many_conditional_puts_wins_and_the_others_are_shown_its_item() {
    let probe = or_skip!(Probe::fresh());
    let table = probe.table().await;
    let racers = (0..RACERS).map(|racer| {
        let put = probe.dynamodb.put_item().table_name(&table);
        put.set_item(Some(item(&racer.to_string())))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(Return::AllOld)
            .send()
    });
    let mut losers = Vec::new();
    for result in join_all(racers).await {
        let Err(error) = result else { continue };
        match error.into_service_error() {
            PutItemError::ConditionalCheckFailedException(failed) => {
                losers.push(failed.item.unwrap());
            }
            other => panic!("{other}"),
        }
    }
    assert_eq!(losers.len(), RACERS - 1);
    assert!(losers.iter().all(|shown| shown == &losers[0]));
}

#[tokio::test]
async fn a_cancelled_transaction_says_which_write_and_shows_its_item() {
    let probe = or_skip!(Probe::fresh());
    let table = probe.table().await;
    let there = probe.dynamodb.put_item().table_name(&table);
    there.set_item(Some(item("there"))).send().await.unwrap();
    let put = |key: &str| {
        let absent = HashMap::from([("pk".to_owned(), AttributeValue::S(key.to_owned()))]);
        let put = Put::builder().table_name(&table).set_item(Some(absent));
        let put = put.condition_expression("attribute_not_exists(pk)");
        let put = put.return_values_on_condition_check_failure(Return::AllOld);
        TransactWriteItem::builder()
            .put(put.build().unwrap())
            .build()
    };
    let transaction = probe.dynamodb.transact_write_items();
    let transaction = transaction.transact_items(put("free"));
    let error = transaction.transact_items(put("key")).send().await;
    let TransactWriteItemsError::TransactionCanceledException(cancelled) =
        error.unwrap_err().into_service_error()
    else {
        panic!("not cancelled");
    };
    let reasons = cancelled.cancellation_reasons();
    let codes: Vec<_> = reasons.iter().filter_map(|reason| reason.code()).collect();
    assert_eq!(codes, ["None", "ConditionalCheckFailed"]);
    assert_eq!(reasons[1].item(), Some(&item("there")));
}

#[tokio::test]
async fn a_transaction_with_one_token_is_carried_out_once() {
    let probe = or_skip!(Probe::fresh());
    let table = probe.table().await;
    for _ in 0..2 {
        let key = AttributeValue::S("key".to_owned());
        let add = Update::builder().table_name(&table).key("pk", key);
        let add = add.update_expression("ADD number_of_times :one");
        let add = add.expression_attribute_values(":one", AttributeValue::N("1".to_owned()));
        let add = TransactWriteItem::builder().update(add.build().unwrap());
        let transaction = probe.dynamodb.transact_write_items();
        let transaction = transaction.client_request_token("token");
        let transaction = transaction.transact_items(add.build());
        transaction.send().await.unwrap();
    }
    let key = AttributeValue::S("key".to_owned());
    let read = probe.dynamodb.get_item().table_name(&table).key("pk", key);
    let read = read.consistent_read(true).send().await.unwrap();
    let times = read.item().and_then(|item| item.get("number_of_times"));
    assert_eq!(times, Some(&AttributeValue::N("1".to_owned())));
}

fn item(value: &str) -> HashMap<String, AttributeValue> {
    let attributes = [("pk", "key"), ("value", value)];
    let attributes = attributes.into_iter();
    attributes
        .map(|(name, value)| (name.to_owned(), AttributeValue::S(value.to_owned())))
        .collect()
}
