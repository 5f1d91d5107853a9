//! One value in the shape of its field's type.
//!
//! <https://cybozu.dev/ja/kintone/docs/overview/field-types/>

use deskbridge_core::Timestamp;
use serde_json::{Value, json};

use crate::kintone::settings::Settings;
use crate::kintone::types::Property;
use crate::text::truncate;

/// A longer text is refused; a field may have a lower limit of its own.
const MAX_TEXT_CHARS: usize = 64_000;

/// A value as kintone takes it, and what of it had to be left out.
#[derive(Debug, PartialEq)]
pub(super) enum Formatted {
    Value {
        value: Value,
        left_out: Vec<String>,
    },
    /// Nothing to write: the field's default applies.
    Nothing {
        left_out: Vec<String>,
    },
}

pub(super) fn format(
    property: &Property,
    value: &Value,
    settings: &Settings,
) -> Result<Formatted, String> {
    let items = items(value);
    let shown = property.shown();
    Ok(match property.kind.as_str() {
        "SINGLE_LINE_TEXT" | "LINK" => text(property, &items.join(", ").replace(['\r', '\n'], " ")),
        "MULTI_LINE_TEXT" => text(property, &items.join("\n")),
        "RICH_TEXT" => text(property, &html(&items.join("\n"))),
        "NUMBER" => number(&items.concat())?,
        "DROP_DOWN" | "RADIO_BUTTON" => one_option(property, &items),
        "CHECK_BOX" | "MULTI_SELECT" => options(property, items),
        "DATE" | "TIME" | "DATETIME" => {
            match items.first() {
                None => nothing(),
                Some(text) => {
                    let time = time(&property.kind, text, settings.utc_offset);
                    written(time.ok_or_else(|| {
                        format!("{shown} takes a time: {}", wanted(&property.kind))
                    })?)
                }
            }
        }
        "USER_SELECT" => users(items, settings),
        "ORGANIZATION_SELECT" | "GROUP_SELECT" => codes(items),
        kind => {
            return Err(format!(
                "{shown} is a field of type {kind}, which cannot be written here"
            ));
        }
    })
}

fn nothing() -> Formatted {
    Formatted::Nothing {
        left_out: Vec::new(),
    }
}

fn written(text: String) -> Formatted {
    Formatted::Value {
        value: Value::String(text),
        left_out: Vec::new(),
    }
}

/// The texts that a rendered value holds; empty ones are none.
fn items(value: &Value) -> Vec<String> {
    let items = match value {
        Value::Array(items) => items.iter().flat_map(items_of_one).collect(),
        one => items_of_one(one),
    };
    items
        .into_iter()
        .filter(|item: &String| !item.trim().is_empty())
        .collect()
}

fn items_of_one(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Number(_) | Value::Bool(_) => vec![value.to_string()],
        _ => Vec::new(),
    }
}

/// Empty, the field is written all the same: a record that is kept up to date may lose a value.
fn text(property: &Property, text: &str) -> Formatted {
    let max = property.max_chars().unwrap_or(MAX_TEXT_CHARS);
    written(truncate(text, max))
}

fn html(text: &str) -> String {
    let escaped = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    escaped
        .replace('"', "&quot;")
        .replace("\r\n", "<br>")
        .replace('\n', "<br>")
}

/// Japanese keyboards make wide digits, which kintone refuses.
fn number(text: &str) -> Result<Formatted, String> {
    let narrow = text.trim().chars().filter(|c| !matches!(c, ',' | '，'));
    let narrow: String = narrow.map(narrow_character).collect();
    if narrow.is_empty() {
        return Ok(written(narrow));
    }
    let plain = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E');
    let finite = narrow.parse::<f64>().is_ok_and(f64::is_finite);
    if !narrow.chars().all(plain) || !finite {
        return Err("a number field takes digits, a sign, a point and an exponent only".to_owned());
    }
    Ok(written(narrow))
}

fn narrow_character(c: char) -> char {
    match c {
        '０'..='９' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '．' => '.',
        '－' | '−' => '-',
        '＋' => '+',
        other => other,
    }
}

fn one_option(property: &Property, items: &[String]) -> Formatted {
    let Some(wanted) = items.first() else {
        return nothing();
    };
    match property.options.contains_key(wanted) {
        true => written(wanted.clone()),
        false => Formatted::Nothing {
            left_out: vec![no_option(wanted)],
        },
    }
}

fn options(property: &Property, items: Vec<String>) -> Formatted {
    let known = |item: &String| property.options.contains_key(item);
    let (kept, unknown): (Vec<_>, Vec<_>) = items.into_iter().partition(known);
    Formatted::Value {
        value: json!(kept),
        left_out: unknown.iter().map(|item| no_option(item)).collect(),
    }
}

fn no_option(item: &str) -> String {
    format!("no option {}", truncate(item, 50))
}

/// People only by the owner's map: two directories rarely agree by themselves.
fn users(items: Vec<String>, settings: &Settings) -> Formatted {
    let known = |item: &String| settings.users.contains_key(item);
    let (kept, unknown): (Vec<_>, Vec<_>) = items.into_iter().partition(known);
    let codes = kept.iter().filter_map(|item| settings.users.get(item));
    Formatted::Value {
        value: codes.map(|code| json!({ "code": code })).collect(),
        left_out: unknown
            .iter()
            .map(|item| format!("no user for {}", truncate(item, 50)))
            .collect(),
    }
}

fn codes(items: Vec<String>) -> Formatted {
    Formatted::Value {
        value: items.iter().map(|code| json!({ "code": code })).collect(),
        left_out: Vec::new(),
    }
}

/// A moment in UTC; a day or a time of day in the owner's offset, or as it was given.
fn time(kind: &str, text: &str, utc_offset: i64) -> Option<String> {
    let text = text.trim();
    let Some(moment) = Timestamp::parse(text) else {
        let digits = text.chars().filter(char::is_ascii_digit).count();
        let fits = match kind {
            "DATE" => text.len() == 10 && digits == 8,
            "TIME" => text.len() == 5 && digits == 4,
            _ => false,
        };
        return fits.then(|| text.to_owned());
    };
    let local = Timestamp::from_millis(moment.as_millis() + utc_offset * 60_000).to_string();
    let (day, clock) = local.split_once('T')?;
    match kind {
        "DATE" => Some(day.to_owned()),
        "TIME" => clock.get(..5).map(str::to_owned),
        _ => {
            let utc = moment.to_string();
            Some(format!("{}Z", utc.split_once('.')?.0))
        }
    }
}

fn wanted(kind: &str) -> &'static str {
    match kind {
        "DATE" => "2026-11-22, or a moment",
        "TIME" => "10:00, or a moment",
        _ => "2026-11-22T10:00:00Z",
    }
}

#[cfg(test)]
mod tests;
