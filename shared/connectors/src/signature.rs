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

/// Headers in which senders give the id of a delivery, the same whenever they try again: Standard
/// Webhooks, GitHub, and the [draft] for the third.
///
/// [draft]: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
const DELIVERY_HEADERS: [&str; 3] = ["webhook-id", "x-github-delivery", "idempotency-key"];
const MAX_DELIVERY_ID_CHARS: usize = 256;

/// Returns the sender's id of this delivery: from the owner's header, or from a customary one.
pub(crate) fn sent_delivery_id(
    request: &SignedRequest<'_>,
    own_header: Option<&str>,
) -> Option<String> {
    let header = |name: &str| request.header(name).map(str::trim);
    let id = match own_header {
        Some(name) => header(name),
        None => DELIVERY_HEADERS.into_iter().find_map(header),
    };
    let usable = |id: &&str| !id.is_empty() && id.chars().count() <= MAX_DELIVERY_ID_CHARS;
    id.filter(usable).map(str::to_owned)
}
