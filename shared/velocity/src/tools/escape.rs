//! `$esc`: [EscapeTool](https://velocity.apache.org/tools/2.0/apidocs/org/apache/velocity/tools/generic/EscapeTool.html)
//! of Velocity tools 2.0, with names for JSON and addresses beside.

use std::fmt::Write as _;

use super::url::{form_encoded, percent_encoded};
use super::{entities, one_text};
use crate::object::Object;
use crate::value::Value;

/// Escapes texts, and has characters by name.
///
/// Methods: `java`, `javascript`, `html`, `xml`, `sql`, `unicode`, `velocity`, `propertyKey`,
/// `propertyValue`, `url` or `urlFormEncode`, `uriEncode`, `jsonString` or `jsonEncode`, `jsonDecode`.
/// Characters: `quote`, `dollar`, `hash`, `backslash`, `singleQuote`, `newline`, `exclamation`.
#[derive(Clone, Copy, Debug)]
pub struct Escape;

impl Object for Escape {
    fn property(&self, name: &str) -> Option<Value> {
        let lower: String = name
            .chars()
            .take(1)
            .flat_map(char::to_lowercase)
            .chain(name.chars().skip(1))
            .collect();
        Some(match lower.as_str() {
            "dollar" | "d" => "$".into(),
            "hash" | "h" => "#".into(),
            "backslash" | "b" => "\\".into(),
            "quote" | "q" => "\"".into(),
            "singleQuote" | "s" => "'".into(),
            "newline" | "n" => "\n".into(),
            "exclamation" | "e" => "!".into(),
            "key" => "esc".into(),
            _ => return None,
        })
    }

    fn call(&self, name: &str, arguments: &[Value]) -> Result<Option<Value>, String> {
        if let ([], Some(property)) = (arguments, name.strip_prefix("get")) {
            return Ok(self
                .property(property)
                .filter(|_| property.starts_with(char::is_uppercase)));
        }
        let escape: fn(&str) -> Result<String, String> = match name {
            "java" => |text| Ok(java(text, false)),
            "javascript" => |text| Ok(java(text, true)),
            "html" => |text| Ok(html(text)),
            "xml" => |text| Ok(xml(text)),
            "sql" => |text| Ok(text.replace('\'', "''")),
            "url" | "urlFormEncode" => |text| Ok(form_encoded(text)),
            "uriEncode" => |text| Ok(percent_encoded(text)),
            "jsonString" | "jsonEncode" => |text| Ok(json(text)),
            "jsonDecode" => json_decoded,
            "unicode" => unicode,
            "velocity" => |text| Ok(velocity(text)),
            "propertyKey" => |text| Ok(property(text, true)),
            "propertyValue" => |text| Ok(property(text, false)),
            _ => return Ok(None),
        };
        let text = one_text(arguments)?;
        text.map(|text| escape(&text).map(Value::from)).transpose()
    }
}

/// Java's escapes in upper case; JavaScript's are the same, and escape `'` and `/` too.
fn java(text: &str, script: bool) -> String {
    let mut made = String::with_capacity(text.len());
    for unit in text.encode_utf16() {
        let plain = char::from_u32(unit.into()).filter(|c| (' '..='\u{7f}').contains(c));
        match (unit, plain) {
            (0x08, _) => made.push_str("\\b"),
            (0x09, _) => made.push_str("\\t"),
            (0x0a, _) => made.push_str("\\n"),
            (0x0c, _) => made.push_str("\\f"),
            (0x0d, _) => made.push_str("\\r"),
            (_, Some(c)) => {
                if matches!(c, '"' | '\\') || script && matches!(c, '\'' | '/') {
                    made.push('\\');
                }
                made.push(c);
            }
            (_, None) => hexadecimal(&mut made, unit, true),
        }
    }
    made
}

fn hexadecimal(made: &mut String, unit: u16, upper: bool) {
    let written = if upper {
        write!(made, "\\u{unit:04X}")
    } else {
        write!(made, "\\u{unit:04x}")
    };
    debug_assert!(written.is_ok(), "writing to a string does not fail");
}

/// Each UTF-16 unit by itself, so what lies beyond them gives two numbers, as in the tool.
fn html(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    for unit in text.encode_utf16() {
        let c = char::from_u32(unit.into());
        match (c.and_then(entities::name), c) {
            (Some(name), _) => made.extend(["&", name, ";"]),
            (None, Some(c)) if c <= '\u{7f}' => made.push(c),
            _ => made.push_str(&format!("&#{unit};")),
        }
    }
    made
}

fn xml(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    for unit in text.encode_utf16() {
        match char::from_u32(unit.into()) {
            Some('&') => made.push_str("&amp;"),
            Some('<') => made.push_str("&lt;"),
            Some('>') => made.push_str("&gt;"),
            Some('"') => made.push_str("&quot;"),
            Some('\'') => made.push_str("&apos;"),
            Some(c) if c <= '\u{7f}' => made.push(c),
            _ => made.push_str(&format!("&#{unit};")),
        }
    }
    made
}

/// The inside of a JSON string: only what JSON demands is escaped.
fn json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    let inside = quoted
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    inside.unwrap_or_default().to_owned()
}

fn json_decoded(text: &str) -> Result<String, String> {
    serde_json::from_str(&format!("\"{text}\""))
        .map_err(|_| "jsonDecode is given what is not the inside of a JSON string".to_owned())
}

/// The character of a hexadecimal code, with or without `\u` before it.
fn unicode(text: &str) -> Result<String, String> {
    let digits = text.strip_prefix("\\u").unwrap_or(text);
    let code = u32::from_str_radix(digits, 16).ok();
    code.and_then(char::from_u32)
        .map(String::from)
        .ok_or_else(|| "unicode is given what is not the code of a character".to_owned())
}

fn velocity(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '$' => made.push_str("${esc.d}"),
            '#' => made.push_str("${esc.h}"),
            c => made.push(c),
        }
    }
    made
}

/// The escapes of Java's properties files.
fn property(text: &str, key: bool) -> String {
    let mut made = String::with_capacity(text.len());
    for (at, unit) in text.encode_utf16().enumerate() {
        let plain = char::from_u32(unit.into()).filter(|c| (' '..='~').contains(c));
        match (unit, plain) {
            (0x09, _) => made.push_str("\\t"),
            (0x0a, _) => made.push_str("\\n"),
            (0x0c, _) => made.push_str("\\f"),
            (0x0d, _) => made.push_str("\\r"),
            (_, Some(c)) => {
                if matches!(c, '\\' | '#' | '!' | '=' | ':') || c == ' ' && (key || at == 0) {
                    made.push('\\');
                }
                made.push(c);
            }
            (_, None) => hexadecimal(&mut made, unit, false),
        }
    }
    made
}
