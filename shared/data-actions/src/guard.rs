//! Inputs are data: they may fill what the author of a template wrote, and never reshape it.
//!
//! What is rendered is compared with the same template over *calm* inputs, in which every character
//! that could mean something to a reader of the result is a letter. Values may differ, structure may
//! not. Nothing has to be known of the template, and a template that escapes its inputs passes.

mod body;
mod json;
mod query;
mod url;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::{ActionError, ErrorType, Result};

pub(crate) use query::Dialect;

/// Gives the text of a template for an input.
pub(crate) type Render<'a> = &'a dyn Fn(&Map<String, Value>) -> Result<String>;

/// What is done with an input that would change the structure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Escape {
    /// The bytes that Genesys Cloud would send, or a refusal.
    #[default]
    Legacy,
    /// Inputs are escaped where they would be refused.
    Auto,
}

/// How one action is guarded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub(crate) escape: Escape,
    /// The owner says that inputs of this action are meant to bring structure with them. The host
    /// stays guarded.
    pub(crate) free: bool,
    pub(crate) dialect: Dialect,
    /// No part of the address comes from an input, be it only a name in its path.
    pub(crate) fixed_address: bool,
}

/// Renders an address and checks it: its scheme and host are the author's, and no input adds a path
/// segment, a parameter, a fragment or a clause. `base` is what a relative address begins with.
pub(crate) fn url(
    render: Render<'_>,
    input: &Map<String, Value>,
    base: Option<&str>,
    rules: Rules,
) -> Result<String> {
    url::host_is_the_authors(render, input, base, rules.fixed_address)?;
    let check = |text: &str| match rules.free {
        true => url::resolve(text, base).map(drop),
        false => {
            let calm = render(&changed(input, url::calm))?;
            url::same_structure(text, &calm, base, rules.dialect)
        }
    };
    let text = guarded(render, input, rules, encoded, check)?;
    url::resolve(&text, base).map(String::from)
}

/// Renders a body and checks it. `form` says that it is a form rather than JSON or anything else.
pub(crate) fn body(
    render: Render<'_>,
    input: &Map<String, Value>,
    form: bool,
    rules: Rules,
) -> Result<String> {
    if rules.free || !input.values().any(body::is_special) {
        return render(input);
    }
    let escape = if form { encoded } else { json_escaped };
    guarded(render, input, rules, escape, |text| {
        body::same_structure(text, render, input, form)
    })
}

/// Checks a header's value: RFC 9110 section 5.5 allows no control character.
pub(crate) fn header(name: &str, value: &str) -> Result<()> {
    if value.chars().any(|c| c.is_control() && c != '\t') {
        return Err(refused(&format!(
            "the header {name} would hold a line break or another control character"
        )));
    }
    Ok(())
}

/// Renders and checks; where the rules allow, once more with escaped inputs.
fn guarded(
    render: Render<'_>,
    input: &Map<String, Value>,
    rules: Rules,
    escape: fn(&str) -> String,
    check: impl Fn(&str) -> Result<()>,
) -> Result<String> {
    let text = render(input)?;
    match check(&text) {
        Ok(()) => Ok(text),
        Err(_) if rules.escape == Escape::Auto => {
            let text = render(&changed(input, escape))?;
            check(&text).map(|()| text)
        }
        Err(refusal) => Err(refusal),
    }
}

/// The input with every text of it changed.
fn changed(input: &Map<String, Value>, change: fn(&str) -> String) -> Map<String, Value> {
    let each = input.iter().map(|(name, value)| {
        let value = match value {
            Value::String(text) => change(text).into(),
            value => value.clone(),
        };
        (name.clone(), value)
    });
    each.collect()
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn json_escaped(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    let inner = quoted
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    inner.unwrap_or_default().to_owned()
}

fn refused(why: &str) -> ActionError {
    let next =
        "Escape it in the template, or set `escape: auto`, or `structure: free` if that is meant.";
    ActionError::new(ErrorType::RequestRefused, format!("{why}. {next}"))
}
