//! Regular expressions: Java's, as far as a linear-time engine takes them.

use regex::{Captures, Regex, RegexBuilder};

use super::text::within;
use super::{Refusal, Value};
use crate::value::{List, ListKind};

/// What one compiled expression may take.
const MAX_COMPILED_BYTES: usize = 1 << 16;
const MAX_NESTING: u32 = 32;
/// How long a text may be for anything but a literal: many matches, each looking far ahead, take the
/// square of its length.
const MAX_TEXT_BYTES: usize = 1 << 16;

pub(super) fn matches(text: &str, pattern: &str) -> Result<Value, Refusal> {
    let whole = format!("\\A(?:{})\\z", translated(pattern, text)?);
    Ok(compiled(&whole)?.is_match(text).into())
}

pub(super) fn replace(
    text: &str,
    pattern: &str,
    with: &str,
    all: bool,
    max_bytes: usize,
) -> Result<Value, Refusal> {
    let regex = compiled(&translated(pattern, text)?)?;
    let (mut made, mut copied) = (String::new(), 0);
    for captures in found(&regex, text).take(if all { usize::MAX } else { 1 }) {
        let Some(whole) = captures.get(0) else {
            continue;
        };
        made.push_str(text.get(copied..whole.start()).unwrap_or_default());
        within(made.len(), max_bytes)?;
        append(with, &captures, &mut made, max_bytes)?;
        copied = whole.end();
    }
    made.push_str(text.get(copied..).unwrap_or_default());
    Ok(made.into())
}

/// Java's `split`: no empty text before a match of nothing at the start, and with a limit of 0 none
/// at the end.
pub(super) fn split(text: &str, pattern: &str, limit: i32) -> Result<Value, Refusal> {
    let regex = compiled(&translated(pattern, text)?)?;
    let most = usize::try_from(limit).ok().filter(|limit| *limit > 0);
    let (mut parts, mut from): (Vec<Value>, usize) = (Vec::new(), 0);
    for captures in found(&regex, text) {
        let Some(whole) = captures.get(0) else {
            continue;
        };
        if most.is_some_and(|most| parts.len() + 1 >= most) {
            break;
        }
        if whole.end() == 0 {
            continue;
        }
        parts.push(text.get(from..whole.start()).unwrap_or_default().into());
        from = whole.end();
    }
    if from == 0 && parts.is_empty() {
        return Ok(Value::List(List::of(ListKind::Array, vec![text.into()])));
    }
    parts.push(text.get(from..).unwrap_or_default().into());
    while limit == 0
        && parts
            .last()
            .and_then(Value::as_text)
            .is_some_and(str::is_empty)
    {
        parts.pop();
    }
    Ok(Value::List(List::of(ListKind::Array, parts)))
}

/// All matches, an empty one right behind another among them, as in Java.
fn found<'t>(regex: &Regex, text: &'t str) -> impl Iterator<Item = Captures<'t>> {
    let mut at = Some(0);
    std::iter::from_fn(move || {
        let captures = regex.captures_at(text, at?)?;
        let whole = captures.get(0)?;
        let next_char = || text.get(whole.end()..)?.chars().next().map(char::len_utf8);
        at = if whole.is_empty() {
            next_char().map(|width| whole.end() + width)
        } else {
            Some(whole.end())
        };
        Some(captures)
    })
}

/// Adds a replacement: `$1` is a group, and a backslash takes the next character as it is.
fn append(
    with: &str,
    captures: &Captures<'_>,
    made: &mut String,
    max_bytes: usize,
) -> Result<(), Refusal> {
    let mut rest = with.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' => made.push(
                rest.next()
                    .ok_or_else(|| bad("a backslash ends the replacement"))?,
            ),
            '$' => {
                let digit = rest.next().and_then(|c| c.to_digit(10));
                let mut group = digit
                    .ok_or_else(|| bad("no group's number follows $ in the replacement"))?
                    as usize;
                if group >= captures.len() {
                    return Err(bad(
                        "the replacement names a group that the expression does not have",
                    ));
                }
                while let Some(digit) = rest.peek().and_then(|c| c.to_digit(10)) {
                    let longer = group.saturating_mul(10).saturating_add(digit as usize);
                    if longer >= captures.len() {
                        break;
                    }
                    group = longer;
                    rest.next();
                }
                made.push_str(captures.get(group).map_or("", |group| group.as_str()));
                within(made.len(), max_bytes)?;
            }
            c => made.push(c),
        }
    }
    Ok(())
}

fn bad(reason: &str) -> Refusal {
    Refusal::Failed(reason.into())
}

fn compiled(pattern: &str) -> Result<Regex, Refusal> {
    RegexBuilder::new(pattern)
        .size_limit(MAX_COMPILED_BYTES)
        .dfa_size_limit(MAX_COMPILED_BYTES)
        .nest_limit(MAX_NESTING)
        .build()
        .map_err(|_| refused())
}

fn refused() -> Refusal {
    Refusal::Unsupported(
        "this regular expression is not supported; use literals, classes, groups and repetitions"
            .into(),
    )
}

/// Spells Java's expression for our engine; what would mean something else is refused.
fn translated(pattern: &str, text: &str) -> Result<String, Refusal> {
    let literal = !pattern.contains(['\\', '.', '[', '(', '*', '+', '?', '{', '|', '^', '$']);
    if !literal && text.len() > MAX_TEXT_BYTES {
        let message = "a regular expression on so long a text is not supported";
        return Err(Refusal::Unsupported(message.into()));
    }
    let mut made = String::new();
    let mut rest = pattern.chars().peekable();
    let mut in_class = false;
    while let Some(c) = rest.next() {
        match c {
            '\\' => made.push_str(&escape(rest.next().ok_or_else(refused)?, in_class)?),
            '[' if in_class => return Err(refused()),
            '[' => {
                in_class = true;
                made.push('[');
                made.extend(rest.next_if_eq(&'^'));
                if rest.peek() == Some(&']') {
                    return Err(refused());
                }
            }
            ']' if in_class => {
                in_class = false;
                made.push(']');
            }
            // Our engine has operators on classes that Java has not, and the reverse.
            '&' | '~' | '-' if in_class && rest.peek() == Some(&c) => return Err(refused()),
            _ if in_class => made.push(c),
            '.' => made.push_str("[^\\n\\r\\u{85}\\u{2028}\\u{2029}]"),
            // Java's `$` also stands before a last line's end, which ours cannot look ahead for.
            '$' if text.ends_with(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) => {
                return Err(refused());
            }
            '$' => made.push_str("\\z"),
            '(' if rest.peek() == Some(&'?') => {
                rest.next();
                rest.next_if_eq(&':').ok_or_else(refused)?;
                made.push_str("(?:");
            }
            '*' | '+' | '?' | '}' => {
                made.push(c);
                made.extend(rest.next_if_eq(&'?'));
                if rest.peek() == Some(&'+') {
                    return Err(refused());
                }
            }
            ']' => made.push_str("\\]"),
            c => made.push(c),
        }
    }
    Ok(made)
}

/// Java's `\d`, `\w` and `\s` know ASCII alone.
fn escape(c: char, in_class: bool) -> Result<String, Refusal> {
    let class = match c {
        'd' => "0-9",
        'w' => "a-zA-Z_0-9",
        's' => " \\t\\n\\x0B\\f\\r",
        'D' if !in_class => return Ok("[^0-9]".to_owned()),
        'W' if !in_class => return Ok("[^a-zA-Z_0-9]".to_owned()),
        'S' if !in_class => return Ok("[^ \\t\\n\\x0B\\f\\r]".to_owned()),
        't' | 'n' | 'r' | 'f' => return Ok(format!("\\{c}")),
        c if c.is_ascii_punctuation() || c == ' ' => return Ok(regex::escape(&c.to_string())),
        _ => return Err(refused()),
    };
    Ok(if in_class {
        class.to_owned()
    } else {
        format!("[{class}]")
    })
}
