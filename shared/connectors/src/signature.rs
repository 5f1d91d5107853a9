//! How a webhook proves where it comes from, where that is not one vendor's own way.

mod github;
mod hmac_sha256;
mod sent_at;
pub(crate) mod slack;
mod standard;

pub(crate) use standard::sign as sign_standard;

use deskbridge_core::connector::{SignedRequest, split_list};
use deskbridge_core::dedup::digest;
use deskbridge_core::secret::Credential;
use deskbridge_core::{Error, ErrorKind, Result};

const TOKEN_HEADER: &str = "x-deskbridge-token";

/// Checks the header against the credential's field `token`, where the owner asks for one. A header
/// that is sent twice counts as missing.
pub(crate) fn verify_token(request: &SignedRequest<'_>, secret: Option<&Credential>) -> Result<()> {
    match secret {
        None => Ok(()),
        Some(secret) => token_in(request, TOKEN_HEADER, secret.optional("token")),
    }
}

fn token_in(request: &SignedRequest<'_>, header: &str, expected: Option<&str>) -> Result<()> {
    let sent = request.header(header);
    // Digests are compared, so that the time taken says nothing about the token.
    let same = |(expected, sent)| digest(&[expected]) == digest(&[sent]);
    if expected.zip(sent).is_some_and(same) {
        return Ok(());
    }
    let why = format!("the header {header} is missing or wrong");
    Err(Error::new(ErrorKind::Unauthorized, why))
}

/// Checks the request in the one way that the credential is made for: `standard_webhooks_secret`,
/// `github_secret` (two of either with a comma, while one is being changed), or `token`, which comes
/// in `header`. Without a credential the key in the address is all there is.
pub(crate) fn verify_any(request: &SignedRequest<'_>, secret: Option<&Credential>) -> Result<()> {
    let Some(secret) = secret else {
        return Ok(());
    };
    let field = |name| secret.optional(name);
    match (
        field("standard_webhooks_secret"),
        field("github_secret"),
        field("token"),
    ) {
        (Some(secrets), None, None) => standard::verify(request, &split_list(secrets)),
        (None, Some(secrets), None) => github::verify(request, &split_list(secrets)),
        (None, None, Some(token)) => token_in(
            request,
            field("header").unwrap_or(TOKEN_HEADER),
            Some(token),
        ),
        _ => {
            let why = format!(
                "credential {} must have one of standard_webhooks_secret, github_secret, token",
                secret.name
            );
            Err(Error::new(ErrorKind::Misconfigured, why))
        }
    }
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

#[cfg(test)]
mod tests;
