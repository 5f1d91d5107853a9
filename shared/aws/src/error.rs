//! What a failed AWS call means to the flows; the messages hold no data.

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use deskbridge_core::{Error, ErrorKind};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Every failure of a service is ours and passes: `Unavailable`, so the caller tries again. `call`
/// names the operation, as `dynamodb:PutItem`: what a policy would have to allow.
pub(crate) fn unavailable<E: ProvideErrorMetadata>(
    call: &'static str,
    error: &SdkError<E, HttpResponse>,
) -> Error {
    let why = match error {
        SdkError::ConstructionFailure(_) => "the request could not be built",
        SdkError::TimeoutError(_) => "no answer in time",
        SdkError::DispatchFailure(_) => "no connection",
        SdkError::ResponseError(_) => "an answer that cannot be read",
        // The service's code says what happened; its message may quote what was sent.
        _ => error.code().unwrap_or("an error without a code"),
    };
    tracing::error!(call, why, "AWS call failed");
    Error::new(ErrorKind::Unavailable, format!("{call} failed: {why}"))
}

/// For a request that was put together wrongly, which is a mistake in this crate.
pub(crate) fn unbuilt(call: &'static str) -> Error {
    Error::new(
        ErrorKind::Malformed,
        format!("{call} could not be put together"),
    )
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
