//! Brings what the rule's templates rendered into the vendor's shapes and lengths.
//!
//! Lengths: <https://docs.opsgenie.com/docs/alerts-and-alert-fields>; those of `source`, `user` and
//! `note` are from a third party's schema of <https://docs.opsgenie.com/docs/alert-api>. Texts are cut
//! by characters, since a longer one is refused.

use deskbridge_core::connector::Call;
use deskbridge_core::mapping::signature;
use deskbridge_core::{Error, ErrorKind, Result};
use serde_json::{Map, Value, json};

use crate::text::truncate;

const MAX_MESSAGE_CHARS: usize = 130;
const MAX_ALIAS_CHARS: usize = 512;
pub(super) const MAX_DESCRIPTION_CHARS: usize = 15_000;
const MAX_TAGS: usize = 20;
const MAX_TAG_CHARS: usize = 50;
/// Of all keys and values together.
const MAX_DETAILS_CHARS: usize = 8_000;
pub(super) const MAX_ENTITY_CHARS: usize = 512;
const MAX_SOURCE_CHARS: usize = 100;
const MAX_USER_CHARS: usize = 100;
pub(super) const MAX_NOTE_CHARS: usize = 25_000;

/// The parameter that names an alert where no link does.
pub(super) const ALIAS: &str = "alias";

/// Returns a text or number parameter as text; blank counts as absent.
pub(super) fn word(call: &Call<'_>, name: &str) -> Option<String> {
    let text = match call.action.params.get(name)? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(text).filter(|text| !text.trim().is_empty())
}

pub(super) fn cut(call: &Call<'_>, name: &str, max_chars: usize) -> Option<String> {
    word(call, name).map(|text| truncate(&text, max_chars))
}

pub(super) fn required<T>(call: &Call<'_>, name: &str, value: Option<T>) -> Result<T> {
    value.ok_or_else(|| {
        let rule = &call.action.rule;
        let why = format!("{rule} rendered no {name} that Opsgenie can take: check its template");
        Error::new(ErrorKind::Misconfigured, why)
    })
}

pub(super) fn alias(call: &Call<'_>) -> Option<String> {
    cut(call, ALIAS, MAX_ALIAS_CHARS)
}

pub(super) fn message(call: &Call<'_>) -> Result<String> {
    required(call, "message", cut(call, "message", MAX_MESSAGE_CHARS))
}

/// Who acts: by this the vendor's webhooks let us know our own work again.
pub(super) fn user(call: &Call<'_>) -> String {
    truncate(&signature(&call.action.integration), MAX_USER_CHARS)
}

/// Where it comes from: the rule's own word, or else us.
pub(super) fn source(call: &Call<'_>) -> String {
    cut(call, "source", MAX_SOURCE_CHARS).unwrap_or_else(|| user(call))
}

pub(super) fn priority(call: &Call<'_>) -> Option<String> {
    priority_of(call.action.params.get("priority")?)
}

/// Reads `P1` … `P5`; a bare number is one too.
pub(in crate::opsgenie) fn priority_of(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_ascii_uppercase(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let bare = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let text = if bare { format!("P{text}") } else { text };
    Some(text).filter(|text| !text.is_empty())
}

/// Returns the first 20 different tags, each cut.
pub(super) fn tags(call: &Call<'_>) -> Vec<String> {
    let mut tags = Vec::new();
    for tag in call.list("tags") {
        let tag = truncate(tag.trim(), MAX_TAG_CHARS);
        if !tag.is_empty() && !tags.contains(&tag) && tags.len() < MAX_TAGS {
            tags.push(tag);
        }
    }
    tags
}

pub(super) fn keys(call: &Call<'_>) -> Vec<String> {
    let keys = call.list("keys").into_iter();
    keys.filter(|key| !key.trim().is_empty()).collect()
}

/// Returns the details, all of them text, since the vendor refuses anything else. What no longer fits
/// is cut or left out, the last ones first.
pub(super) fn details(call: &Call<'_>) -> Map<String, Value> {
    let mut details = Map::new();
    let mut left = MAX_DETAILS_CHARS;
    let given = call.action.params.get("details").and_then(Value::as_object);
    for (key, value) in given.into_iter().flatten() {
        let key_chars = key.chars().count();
        let Some(text) = detail(value).filter(|_| key_chars > 0 && key_chars < left) else {
            continue;
        };
        let text = truncate(&text, left - key_chars);
        left -= key_chars + text.chars().count();
        details.insert(key.clone(), Value::String(text));
    }
    details
}

fn detail(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => return None,
        Value::Object(fields) if fields.is_empty() => return None,
        other => other.to_string(),
    };
    Some(text).filter(|text| !text.is_empty())
}

/// Returns `{id}` or `{<named>}`, as given, or of a text as it looks.
pub(super) fn reference(call: &Call<'_>, name: &str, named: &str) -> Result<Value> {
    let reference = match call.action.params.get(name) {
        Some(Value::Object(given)) => picked(given, &["id", named]),
        _ => word(call, name).map(|text| {
            let key = if is_id(&text) { "id" } else { named };
            Map::from_iter([(key.to_owned(), json!(text))])
        }),
    };
    required(call, name, reference.map(Value::Object))
}

/// Returns the id that a parameter is, or holds.
pub(super) fn id_of(call: &Call<'_>, name: &str) -> Result<String> {
    let id = match call.action.params.get(name) {
        Some(Value::Object(given)) => given.get("id").and_then(Value::as_str).map(str::to_owned),
        _ => word(call, name),
    };
    required(call, name, id)
}

/// Returns `{type, id | name | username}`. A text is a user if it is an e-mail, else a team.
pub(super) fn responder(given: &Value) -> Option<Value> {
    match given {
        Value::Object(given) => {
            given.get("type").and_then(Value::as_str)?;
            picked(given, &["id", "name", "username"])?;
            picked(given, &["type", "id", "name", "username"]).map(Value::Object)
        }
        Value::String(text) => {
            let text = Some(text.trim()).filter(|text| !text.is_empty())?;
            Some(match text {
                id if is_id(id) => json!({"type": "team", "id": id}),
                user if user.contains('@') => json!({"type": "user", "username": user}),
                team => json!({"type": "team", "name": team}),
            })
        }
        _ => None,
    }
}

/// Returns a create's own responders.
pub(super) fn responders(call: &Call<'_>) -> Vec<Value> {
    match call.action.params.get("responders") {
        Some(Value::Array(given)) => given.iter().filter_map(responder).collect(),
        Some(Value::String(_)) => {
            let given = call.list("responders").into_iter().map(Value::String);
            given.filter_map(|text| responder(&text)).collect()
        }
        _ => Vec::new(),
    }
}

fn picked(given: &Map<String, Value>, names: &[&str]) -> Option<Map<String, Value>> {
    let texts = names
        .iter()
        .filter_map(|name| Some((*name, given.get(*name)?.as_str()?)));
    let texts = texts.filter(|(_, text)| !text.trim().is_empty());
    let picked: Map<_, _> = texts
        .map(|(name, text)| (name.to_owned(), json!(text)))
        .collect();
    Some(picked).filter(|picked| !picked.is_empty())
}

/// Ids are UUIDs: `4513b7ea-3b91-438f-b7e4-e3e54af9147c`.
fn is_id(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
}
