//! Reads a rule's rendered parameters. What is missing or no number is a mistake in its template.

use deskbridge_core::connector::Call;
use deskbridge_core::{Error, ErrorKind, Result};
use serde_json::Value;

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
    number(call, FALLBACK)?.ok_or_else(|| {
        let why = format!("no ticket is linked to {}", call.action.subject);
        Error::new(ErrorKind::NotFound, why)
    })
}

/// Returns a text or number parameter as text; empty counts as absent.
pub(super) fn word(call: &Call<'_>, name: &str) -> Option<String> {
    match call.action.params.get(name)? {
        Value::Number(number) => Some(number.to_string()),
        _ => call.text(name).map(str::to_owned),
    }
}

/// Returns a number parameter; empty counts as absent.
pub(super) fn number(call: &Call<'_>, name: &str) -> Result<Option<i64>> {
    let Some(text) = word(call, name) else {
        return Ok(None);
    };
    text.trim().parse().map(Some).map_err(|_| {
        let rule = &call.action.rule;
        let why = format!("{rule} rendered a {name} that is no number: check its template");
        Error::new(ErrorKind::Misconfigured, why)
    })
}
