//! Values as Java prints them: `concat` shows objects as `{a=1, b=[2]}`.

use std::fmt::Write;

use serde_json::Value;

use crate::decimal::java_text;
use crate::error::Halt;
use crate::eval::Budget;

/// Arrays print as JSON, objects as Java maps do, unless they are inside an array.
pub(super) fn print(value: &Value, out: &mut String, budget: &mut Budget) -> Result<(), Halt> {
    budget.enter()?;
    match value {
        Value::Object(map) => {
            out.push('{');
            for (index, (key, value)) in map.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                budget.charge(key.len())?;
                out.push_str(key);
                out.push('=');
                print(value, out, budget)?;
            }
            out.push('}');
        }
        Value::String(text) => {
            budget.charge(text.len())?;
            out.push_str(text);
        }
        other => print_json(other, out, budget)?,
    }
    budget.leave();
    Ok(())
}

/// The names of `keys()`, which Java prints without quotes.
pub(super) fn print_names(names: &Value, out: &mut String) {
    let names: Vec<&str> = names
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    out.push('[');
    out.push_str(&names.join(", "));
    out.push(']');
}

fn print_json(value: &Value, out: &mut String, budget: &mut Budget) -> Result<(), Halt> {
    budget.enter()?;
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&java_text(number)),
        Value::String(text) => quote(text, out, budget)?,
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                print_json(item, out, budget)?;
            }
            out.push(']');
        }
        Value::Object(map) => {
            out.push('{');
            for (index, (key, value)) in map.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                quote(key, out, budget)?;
                out.push(':');
                print_json(value, out, budget)?;
            }
            out.push('}');
        }
    }
    budget.leave();
    Ok(())
}

fn quote(text: &str, out: &mut String, budget: &mut Budget) -> Result<(), Halt> {
    budget.charge(text.len())?;
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '/' => out.push_str("\\/"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{2000}'..='\u{20ff}' => {
                // Writing to a string cannot fail.
                _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    Ok(())
}
