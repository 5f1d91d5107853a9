//! How a webhook proves where it comes from, for vendors that sign nothing but can send a header.

use deskbridge_core::connector::SignedRequest;
use deskbridge_core::dedup::digest;
use deskbridge_core::secret::Credential;
use deskbridge_core::{Error, ErrorKind, Result};

const TOKEN_HEADER: &str = "x-deskbridge-token";

/// Checks the header against the credential's field `token`, where the owner asks for one. A header
/// that is sent twice counts as missing.
pub(crate) fn verify_token(request: &SignedRequest<'_>, secret: Option<&Credential>) -> Result<()> {
    let Some(secret) = secret else {
        return Ok(());
    };
    let expected = secret.optional("token");
    let sent = request.header(TOKEN_HEADER);
    // Digests are compared, so that the time taken says nothing about the token.
    let same = |(expected, sent)| digest(&[expected]) == digest(&[sent]);
    if expected.zip(sent).is_some_and(same) {
        return Ok(());
    }
    let why = format!("the header {TOKEN_HEADER} is missing or wrong");
    Err(Error::new(ErrorKind::Unauthorized, why))
}
