//! Reads a rule's rendered parameters. What is missing or no number is a mistake in its template.

use deskbridge_core::connector::Call;
use deskbridge_core::{Error, ErrorKind, Result};

/// The ticket to act on where no link leads to one.
pub(super) const FALLBACK: &str = "ticket";

/// The linked ticket, or else the one that the rule names.
pub(super) fn target(call: &Call<'_>) -> Result<i64> {
    if let Some(target) = call.target {
        return target.id.parse().map_err(|_| {
            let why = format!("{target} is no ticket of Autotask: its id is no number");
            Error::new(ErrorKind::NotFound, why)
        });
    }
    call.number(FALLBACK)?.ok_or_else(|| {
        let why = format!("no ticket is linked to {}", call.action.subject);
        Error::new(ErrorKind::NotFound, why)
    })
}
