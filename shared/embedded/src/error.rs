//! What SQLite's failures mean to the flows; the messages hold no data.

use deskbridge_core::{Error, ErrorKind};
use rusqlite::ErrorCode;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Every failure of the database is ours and passes: `Unavailable`, so the caller tries again.
pub(crate) fn from_sqlite(error: rusqlite::Error) -> Error {
    let why = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "the disk is full".to_owned(),
        Some(ErrorCode::ReadOnly) => "the database is read-only".to_owned(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "the database is locked by another program".to_owned()
        }
        Some(ErrorCode::SystemIoFailure) => "the disk failed".to_owned(),
        Some(ErrorCode::CannotOpen) => "the database file cannot be opened".to_owned(),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            "the database file is damaged".to_owned()
        }
        Some(code) => format!("the database failed ({code:?})"),
        None => "the database gave an unexpected answer".to_owned(),
    };
    // The statement is ours and holds no values: these travel as parameters.
    tracing::error!(%error, "database failed");
    Error::new(ErrorKind::Unavailable, why)
}

pub(crate) fn gone() -> Error {
    Error::new(ErrorKind::Unavailable, "the database is closed")
}

/// Writes a record as the text its row keeps.
pub(crate) fn encode(what: &str, record: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(record).map_err(|error| malformed(what, &error))
}

pub(crate) fn decode<T: DeserializeOwned>(what: &str, text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| malformed(what, &error))
}

/// Where, never what: serde's own message quotes the value.
fn malformed(what: &str, error: &serde_json::Error) -> Error {
    let column = error.column();
    Error::new(
        ErrorKind::Malformed,
        format!("a stored {what} does not fit its format (at character {column})"),
    )
}

/// Gives every part of a piece of work the answer of the whole.
pub(crate) fn each<T>(
    all: deskbridge_core::Result<Vec<T>>,
    count: usize,
) -> Vec<deskbridge_core::Result<T>> {
    match all {
        Ok(all) => all.into_iter().map(Ok).collect(),
        Err(error) => vec![error; count].into_iter().map(Err).collect(),
    }
}
