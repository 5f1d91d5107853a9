//! Sign-ins that have begun: items of the `state` table, which the service removes with time.

use aws_sdk_dynamodb::types::ReturnValue;
use deskbridge_core::grant::Grant;
use deskbridge_core::{Result, Timestamp};

use super::Db;
use super::item::{DOC, doc, epoch, keyed, s};
use super::tables::{EXPIRES_AT, KEY};
use crate::error::{decode, encode, unavailable};

const WHAT: &str = "sign-in";

pub(super) async fn put(db: &Db, grant: &Grant) -> Result<()> {
    let mut item = keyed(key(&grant.hash));
    item.insert(DOC.to_owned(), s(encode(WHAT, grant)?));
    item.insert(EXPIRES_AT.to_owned(), epoch(grant.expires_at));
    let request = db.client.put_item().table_name(&db.tables.state);
    let sent = request.set_item(Some(item)).send().await;
    sent.map(drop)
        .map_err(|error| unavailable("dynamodb:PutItem", &error))
}

/// The delete that takes it hands it over: nobody else can have it.
pub(super) async fn take(db: &Db, hash: &str, now: Timestamp) -> Result<Option<Grant>> {
    let request = db.client.delete_item().table_name(&db.tables.state);
    let sent = request
        .key(KEY, s(key(hash)))
        .return_values(ReturnValue::AllOld)
        .send()
        .await;
    let taken = sent.map_err(|error| unavailable("dynamodb:DeleteItem", &error))?;
    let item = taken.attributes.filter(|item| !item.is_empty());
    let grant = item.as_ref().map(|item| decode(WHAT, doc(WHAT, item)?));
    let grant: Option<Grant> = grant.transpose()?;
    Ok(grant.filter(|grant| grant.expires_at > now))
}

fn key(hash: &str) -> String {
    format!("grant#{hash}")
}
