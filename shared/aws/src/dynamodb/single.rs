//! One conditional write alone, with the answer that a transaction would give.

use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem, Update};
use deskbridge_core::Result;

use super::Db;
use super::item::Item;
use super::write::{Reason, Written};
use crate::error::{unavailable, unbuilt};

pub(super) async fn write(db: &Db, write: TransactWriteItem) -> Result<Written> {
    match (write.put, write.update, write.delete) {
        (Some(write), _, _) => put(db, write).await,
        (_, Some(write), _) => update(db, write).await,
        (_, _, Some(write)) => delete(db, write).await,
        _ => Err(unbuilt("dynamodb:ConditionCheckItem")),
    }
}

async fn put(db: &Db, put: Put) -> Result<Written> {
    let request = db.client.put_item().table_name(put.table_name);
    let sent = request
        .set_item(Some(put.item))
        .set_condition_expression(put.condition_expression)
        .set_expression_attribute_names(put.expression_attribute_names)
        .set_expression_attribute_values(put.expression_attribute_values)
        .set_return_values_on_condition_check_failure(put.return_values_on_condition_check_failure)
        .send()
        .await;
    let Err(error) = sent else {
        return Ok(Written::Done);
    };
    match error.as_service_error() {
        Some(PutItemError::ConditionalCheckFailedException(failed)) => Ok(refused(failed.item())),
        _ => Err(unavailable("dynamodb:PutItem", &error)),
    }
}

async fn update(db: &Db, update: Update) -> Result<Written> {
    let request = db.client.update_item().table_name(update.table_name);
    let sent = request
        .set_key(Some(update.key))
        .update_expression(update.update_expression)
        .set_condition_expression(update.condition_expression)
        .set_expression_attribute_names(update.expression_attribute_names)
        .set_expression_attribute_values(update.expression_attribute_values)
        .set_return_values_on_condition_check_failure(
            update.return_values_on_condition_check_failure,
        )
        .send()
        .await;
    let Err(error) = sent else {
        return Ok(Written::Done);
    };
    match error.as_service_error() {
        Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
            Ok(refused(failed.item()))
        }
        _ => Err(unavailable("dynamodb:UpdateItem", &error)),
    }
}

async fn delete(db: &Db, delete: Delete) -> Result<Written> {
    let request = db.client.delete_item().table_name(delete.table_name);
    let sent = request
        .set_key(Some(delete.key))
        .set_condition_expression(delete.condition_expression)
        .set_expression_attribute_names(delete.expression_attribute_names)
        .set_expression_attribute_values(delete.expression_attribute_values)
        .set_return_values_on_condition_check_failure(
            delete.return_values_on_condition_check_failure,
        )
        .send()
        .await;
    let Err(error) = sent else {
        return Ok(Written::Done);
    };
    match error.as_service_error() {
        Some(DeleteItemError::ConditionalCheckFailedException(failed)) => {
            Ok(refused(failed.item()))
        }
        _ => Err(unavailable("dynamodb:DeleteItem", &error)),
    }
}

fn refused(item: Option<&Item>) -> Written {
    let item = item.filter(|item| !item.is_empty()).cloned();
    Written::Refused(vec![Reason::Refused(item)])
}
