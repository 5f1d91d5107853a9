//! Where each watch over a vendor that cannot push stands: an item in the `state` table.

use deskbridge_core::cursor::Cursor;
use deskbridge_core::{Error, ErrorKind, Result};

use super::Db;
use super::item::{DOC, bounded, doc, keyed, n, s};
use super::read::get;
use super::write::{Condition, Written, put, write};
use crate::error::{decode, encode};

const WHAT: &str = "cursor";
const VERSION: &str = "version";

pub(super) async fn of(db: &Db, integration: &str, connector: &str) -> Result<Option<Cursor>> {
    let item = get(db, &db.tables.state, &key(integration, connector)).await?;
    let item = item.as_ref();
    item.map(|item| decode(WHAT, doc(WHAT, item)?)).transpose()
}

pub(super) async fn put_next(
    db: &Db,
    integration: &str,
    connector: &str,
    cursor: &Cursor,
) -> Result<()> {
    let mut item = keyed(key(integration, connector));
    item.insert(DOC.to_owned(), s(encode(WHAT, cursor)?));
    item.insert(VERSION.to_owned(), n(cursor.version));
    let seen = match cursor.version {
        0 | 1 => Condition::absent(),
        version => Condition::is(VERSION, n(version - 1)),
    };
    match write(db, vec![put(&db.tables.state, item, seen)?]).await? {
        Written::Done => Ok(()),
        Written::Refused(_) => {
            let why = format!("the cursor of {integration} has moved on: somebody else asks");
            Err(Error::new(ErrorKind::Conflict, why))
        }
    }
}

fn key(integration: &str, connector: &str) -> String {
    bounded(format!("cursor#{integration}#{connector}"))
}
