//! Addresses: whose host it is, and what parts it has.

use serde_json::{Map, Value};
use url::Url;

use super::query::{self, Dialect};
use super::{Render, changed, refused};
use crate::error::{ActionError, ErrorType, Result};

/// The longest address that is sent.
const MAX_URL_BYTES: usize = 16 * 1024;

/// Reads an address; a relative one is put behind `base`, whose host it cannot leave.
pub(super) fn resolve(text: &str, base: Option<&str>) -> Result<Url> {
    let text = text.trim();
    if text.len() > MAX_URL_BYTES {
        return Err(refused(&format!(
            "the address would be longer than {MAX_URL_BYTES} bytes"
        )));
    }
    // Readers of addresses disagree on these; one of them drops line breaks unseen.
    if text.chars().any(|c| c.is_control() || c == '\\') {
        return Err(refused(
            "the address would hold a control character or a backslash",
        ));
    }
    let whole = match (is_absolute(text), base) {
        (true, _) => text.to_owned(),
        (false, Some(base)) => {
            let (base, path) = (base.trim_end_matches('/'), text.trim_start_matches('/'));
            format!("{base}/{path}")
        }
        (false, None) => return Err(no_base()),
    };
    let url = Url::parse(&whole).map_err(|_| not_an_address())?;
    if !matches!(url.scheme(), "http" | "https")
        || !url.username().is_empty()
        || url.password().is_some()
    {
        return Err(refused("the address would name another scheme, or a user"));
    }
    Ok(url)
}

/// Refuses an address whose scheme, host or port is another when every letter and digit of the inputs
/// is another; `whole`: the same for all of the address, which names what is called.
pub(super) fn host_is_the_authors(
    render: Render<'_>,
    input: &Map<String, Value>,
    base: Option<&str>,
    whole: bool,
) -> Result<()> {
    let real = resolve(&render(input)?, base)?;
    let other = render(&changed(&as_texts(input), shifted)).and_then(|text| resolve(&text, base));
    let same =
        other.is_ok_and(|other| real.origin() == other.origin() && (!whole || real == other));
    if same {
        return Ok(());
    }
    Err(ActionError::new(
        ErrorType::RequestRefused,
        "the address takes what it calls from an input: write the host, or the function, into the template or into the credential",
    ))
}

/// Compares an address with the one that calm inputs give.
pub(super) fn same_structure(
    text: &str,
    calm: &str,
    base: Option<&str>,
    dialect: Dialect,
) -> Result<()> {
    let (real, calm_url) = (resolve(text, base)?, resolve(calm, base)?);
    let same = [
        (
            dot_segments(text) == dot_segments(calm),
            "walk along the path with `.` or `..`",
        ),
        (
            segments(&real) == segments(&calm_url),
            "add or take a part of the path",
        ),
        (
            keys(&real) == keys(&calm_url),
            "add or change a parameter of the query",
        ),
        (
            real.fragment().is_some() == calm_url.fragment().is_some(),
            "cut the address off with #",
        ),
        (
            query::same(&real, &calm_url, dialect),
            "add a clause to the query",
        ),
    ];
    match same.iter().find(|(same, _)| !same) {
        Some((_, what)) => Err(refused(&format!("an input would {what}"))),
        None => Ok(()),
    }
}

/// Everything but letters, digits, `-`, `_` and `~` becomes a letter; nothing stays nothing.
pub(super) fn calm(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '~');
    text.chars()
        .map(|c| if plain(c) { c } else { 'x' })
        .collect()
}

/// As `calm`, and every letter and digit is another one, so that what is left of the input shows.
fn shifted(text: &str) -> String {
    let shift = |c: char| match c {
        'a'..='y' | 'A'..='Y' | '0'..='8' => char::from_u32(c as u32 + 1).unwrap_or('x'),
        'z' => 'a',
        'Z' => 'A',
        '9' => '0',
        '-' => 'q',
        _ => 'x',
    };
    text.chars().map(shift).collect()
}

/// Numbers and truth values are as much the caller's as texts are.
fn as_texts(input: &Map<String, Value>) -> Map<String, Value> {
    let text = |value: &Value| match value {
        Value::Number(_) | Value::Bool(_) => value.to_string().into(),
        value => value.clone(),
    };
    input
        .iter()
        .map(|(name, value)| (name.clone(), text(value)))
        .collect()
}

fn is_absolute(text: &str) -> bool {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        !scheme.is_empty()
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    })
}

/// How many segments only say where to go; a reader of addresses takes them away.
fn dot_segments(text: &str) -> usize {
    let path = text.split(['?', '#']).next().unwrap_or_default();
    let plain = path
        .to_ascii_lowercase()
        .replace("%2e", ".")
        .replace("%2f", "/");
    plain
        .split('/')
        .filter(|segment| matches!(*segment, "." | ".."))
        .count()
}

/// An encoded slash is part of a segment.
fn segments(url: &Url) -> usize {
    url.path().split('/').count()
}

fn keys(url: &Url) -> Vec<String> {
    url.query_pairs().map(|(key, _)| key.into_owned()).collect()
}

fn no_base() -> ActionError {
    ActionError::new(
        ErrorType::Misconfigured,
        "the address is relative, and this type of integration has no host of its own: write it out with https://",
    )
}

fn not_an_address() -> ActionError {
    ActionError::new(
        ErrorType::RequestRefused,
        "what the URL template gives is no address",
    )
}
