//! Makes tables and queues as the templates would.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType,
};
use aws_sdk_sqs::types::QueueAttributeName;
use deskbridge_aws::dynamodb::tables::{ALL, Index, KEY, Sort, Table};
use deskbridge_aws::settings::TableNames;

/// Without the time-to-live: the cases live in 2023, and all that expires would be gone at once.
pub(crate) async fn tables(dynamodb: &aws_sdk_dynamodb::Client, prefix: &str) -> TableNames {
    for table in ALL {
        create(dynamodb, &format!("{prefix}-{}", table.role), table).await;
    }
    TableNames {
        integrations: format!("{prefix}-integrations"),
        state: format!("{prefix}-state"),
        history: format!("{prefix}-history"),
    }
}

async fn create(dynamodb: &aws_sdk_dynamodb::Client, name: &str, table: Table) {
    let mut attributes = vec![attribute(KEY, ScalarAttributeType::S)];
    let mut request = dynamodb
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .key_schema(key(KEY, KeyType::Hash));
    for index in table.indexes {
        attributes.push(attribute(index.partition, ScalarAttributeType::S));
        match index.sort {
            Some(Sort::Text(name)) => attributes.push(attribute(name, ScalarAttributeType::S)),
            Some(Sort::Number(name)) => attributes.push(attribute(name, ScalarAttributeType::N)),
            None => {}
        }
        request = request.global_secondary_indexes(secondary(index));
    }
    attributes.sort_by(|a, b| a.attribute_name().cmp(b.attribute_name()));
    attributes.dedup();
    let created = request.set_attribute_definitions(Some(attributes)).send();
    created.await.unwrap();
}

fn secondary(index: &Index) -> GlobalSecondaryIndex {
    let keys_only = Projection::builder().projection_type(ProjectionType::KeysOnly);
    let mut secondary = GlobalSecondaryIndex::builder()
        .index_name(index.name)
        .projection(keys_only.build())
        .key_schema(key(index.partition, KeyType::Hash));
    if let Some(sort) = index.sort {
        secondary = secondary.key_schema(key(sort.attribute(), KeyType::Range));
    }
    secondary.build().unwrap()
}

fn key(name: &str, kind: KeyType) -> KeySchemaElement {
    let key = KeySchemaElement::builder().attribute_name(name);
    key.key_type(kind).build().unwrap()
}

fn attribute(name: &str, kind: ScalarAttributeType) -> AttributeDefinition {
    let attribute = AttributeDefinition::builder().attribute_name(name);
    attribute.attribute_type(kind).build().unwrap()
}

pub(crate) async fn standard(sqs: &aws_sdk_sqs::Client, name: &str) -> String {
    let created = sqs.create_queue().queue_name(name).send().await.unwrap();
    created.queue_url.unwrap()
}

pub(crate) async fn fifo(sqs: &aws_sdk_sqs::Client, name: &str) -> String {
    let attributes = [
        (QueueAttributeName::FifoQueue, "true"),
        (QueueAttributeName::DeduplicationScope, "messageGroup"),
        (QueueAttributeName::FifoThroughputLimit, "perMessageGroupId"),
    ];
    let mut request = sqs.create_queue().queue_name(format!("{name}.fifo"));
    for (attribute, value) in attributes {
        request = request.attributes(attribute, value);
    }
    request.send().await.unwrap().queue_url.unwrap()
}
