//! Reads a rule's rendered parameters. What is missing or no number is a mistake in its template.

use deskbridge_core::connector::Call;
use deskbridge_core::{Error, ErrorKind, Result};

/// The conversation to act on where no link leads to one.
pub(super) const FALLBACK: &str = "conversation";

/// The linked conversation, or else the one that the rule names.
pub(super) fn target(call: &Call<'_>) -> Result<u64> {
    if let Some(target) = call.target {
        return target.id.parse().map_err(|_| {
            let why = format!("{target} is no conversation of Kayako: its id is no number");
            Error::new(ErrorKind::NotFound, why)
        });
    }
    call.number(FALLBACK)?.ok_or_else(|| {
        let why = format!("no conversation is linked to {}", call.action.subject);
        Error::new(ErrorKind::NotFound, why)
    })
}

pub(super) fn tags(call: &Call<'_>) -> Result<String> {
    let tags = call.list("tags").join(",");
    if tags.is_empty() {
        Err(rendered_none(call, "tags"))
    } else {
        Ok(tags)
    }
}

pub(super) fn rendered_none(call: &Call<'_>, name: &str) -> Error {
    let rule = &call.action.rule;
    let why = format!("{rule} rendered no {name}: check its template");
    Error::new(ErrorKind::Misconfigured, why)
}
