//! Methods of texts. Places in them count UTF-16 units, as Java does.

use super::{Outcome, Refusal, null_argument, other, pattern};
use crate::number::Number;
use crate::value::Value;

const ONLY_IN_JAVA: &[&str] = &[
    "charAt",
    "chars",
    "codePointAt",
    "codePointBefore",
    "codePointCount",
    "codePoints",
    "compareToIgnoreCase",
    "contentEquals",
    "copyValueOf",
    "describeConstable",
    "format",
    "formatted",
    "getBytes",
    "getChars",
    "indent",
    "intern",
    "isBlank",
    "join",
    "lines",
    "offsetByCodePoints",
    "regionMatches",
    "repeat",
    "resolveConstantDesc",
    "strip",
    "stripIndent",
    "stripLeading",
    "stripTrailing",
    "subSequence",
    "toCharArray",
    "transform",
    "translateEscapes",
    "valueOf",
];

pub(super) fn call(text: &str, name: &str, arguments: &[Value], max_bytes: usize) -> Outcome {
    match arguments {
        [] => bare(text, name),
        [Value::Number(Number::Int(from))] if name == "substring" => substring(text, *from, None),
        [
            Value::Number(Number::Int(from)),
            Value::Number(Number::Int(to)),
        ] if name == "substring" => substring(text, *from, Some(*to)),
        [what, from @ ..] if matches!(name, "indexOf" | "lastIndexOf") => {
            find(text, name, what, from)
        }
        [what] => of_one(text, name, what, max_bytes),
        [what, Value::Number(Number::Int(from))] if name == "startsWith" => {
            let rest = from_unit(text, *from);
            Ok(needed(name, what)?
                .map(|what| rest.is_some_and(|rest| rest.starts_with(what)).into()))
        }
        [what, Value::Number(Number::Int(limit))] if name == "split" => needed(name, what)?
            .map(|what| pattern::split(text, what, *limit))
            .transpose(),
        [what, with] if matches!(name, "replace" | "replaceAll" | "replaceFirst") => {
            let (what, with) = (needed(name, what), needed(name, with));
            match (what?, with?) {
                (Some(what), Some(with)) => replace(text, name, what, with, max_bytes),
                _ => Ok(None),
            }
        }
        _ => other(&text.into(), name, ONLY_IN_JAVA),
    }
}

fn bare(text: &str, name: &str) -> Outcome {
    Ok(Some(match name {
        "length" => int(text.encode_utf16().count()),
        "isEmpty" => text.is_empty().into(),
        "trim" => text.trim_matches(|c| c <= ' ').into(),
        "toLowerCase" => text.to_lowercase().into(),
        "toUpperCase" => text.to_uppercase().into(),
        _ => return other(&text.into(), name, ONLY_IN_JAVA),
    }))
}

fn of_one(text: &str, name: &str, what: &Value, max_bytes: usize) -> Outcome {
    if name == "equalsIgnoreCase" {
        return Ok(match what {
            Value::Text(what) => Some(equal_in_any_case(text, what).into()),
            Value::Null => Some(false.into()),
            _ => None,
        });
    }
    if !matches!(
        name,
        "contains" | "startsWith" | "endsWith" | "concat" | "matches" | "split"
    ) {
        return other(&text.into(), name, ONLY_IN_JAVA);
    }
    let Some(what) = needed(name, what)? else {
        return Ok(None);
    };
    Ok(Some(match name {
        "contains" => text.contains(what).into(),
        "startsWith" => text.starts_with(what).into(),
        "endsWith" => text.ends_with(what).into(),
        "matches" => pattern::matches(text, what)?,
        "split" => pattern::split(text, what, 0)?,
        _ => {
            within(text.len() + what.len(), max_bytes)?;
            [text, what].concat().into()
        }
    }))
}

fn int(value: usize) -> Value {
    i32::try_from(value).unwrap_or(i32::MAX).into()
}

/// The text that a method needs; nothing is a failure, and another type another method.
fn needed<'a>(name: &str, value: &'a Value) -> Result<Option<&'a str>, Refusal> {
    match value {
        Value::Text(text) => Ok(Some(text)),
        Value::Null => Err(null_argument(name)),
        _ => Ok(None),
    }
}

pub(super) fn within(bytes: usize, max_bytes: usize) -> Result<(), Refusal> {
    if bytes > max_bytes {
        return Err(Refusal::Failed(
            "the text that this makes would be too long".into(),
        ));
    }
    Ok(())
}

fn replace(text: &str, name: &str, what: &str, with: &str, max_bytes: usize) -> Outcome {
    if name != "replace" {
        return pattern::replace(text, what, with, name == "replaceAll", max_bytes).map(Some);
    }
    let count = text.matches(what).count();
    within(
        text.len().saturating_add(count.saturating_mul(with.len())),
        max_bytes,
    )?;
    Ok(Some(text.replace(what, with).into()))
}

fn substring(text: &str, from: i32, to: Option<i32>) -> Outcome {
    let units: Vec<u16> = text.encode_utf16().collect();
    let to = to.map_or(Some(units.len()), |to| usize::try_from(to).ok());
    let part = usize::try_from(from)
        .ok()
        .zip(to)
        .and_then(|(from, to)| units.get(from..to));
    let part = part.ok_or_else(|| Refusal::Failed("the place is outside of the text".into()))?;
    let decoded = char::decode_utf16(part.iter().copied());
    let text: String = decoded.map(|unit| unit.unwrap_or('?')).collect();
    Ok(Some(text.into()))
}

/// The text from a UTF-16 unit on, if one begins a character there.
fn from_unit(text: &str, from: i32) -> Option<&str> {
    let from = usize::try_from(from).ok()?;
    let mut units = 0;
    for (at, c) in text.char_indices() {
        if units == from {
            return text.get(at..);
        }
        units += c.len_utf16();
    }
    (units == from).then_some("")
}

/// `indexOf` and `lastIndexOf`, of a text or of a character's code.
fn find(text: &str, name: &str, what: &Value, from: &[Value]) -> Outcome {
    let what = match what {
        Value::Text(what) => what.to_string(),
        Value::Number(Number::Int(code)) => {
            match u32::try_from(*code).ok().and_then(char::from_u32) {
                Some(c) => c.to_string(),
                None => return Ok(Some((-1).into())),
            }
        }
        Value::Null => return Err(null_argument(name)),
        _ => return Ok(None),
    };
    let at = match from {
        [] if name == "indexOf" => text.find(&what),
        [] => text.rfind(&what),
        [Value::Number(Number::Int(_))] => {
            return Err(Refusal::Unsupported(format!(
                "{name} from a place on is not supported"
            )));
        }
        _ => return Ok(None),
    };
    let units = |at| text.get(..at).unwrap_or_default().encode_utf16().count();
    Ok(Some(at.map_or((-1).into(), |at| int(units(at)))))
}

/// Java compares upper case, then lower case, character by character.
fn equal_in_any_case(a: &str, b: &str) -> bool {
    let fold = |c: char| {
        c.to_uppercase()
            .next()
            .unwrap_or(c)
            .to_lowercase()
            .next()
            .unwrap_or(c)
    };
    a.encode_utf16().count() == b.encode_utf16().count()
        && a.chars().map(fold).eq(b.chars().map(fold))
}
