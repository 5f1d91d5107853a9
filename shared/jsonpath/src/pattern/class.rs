//! Character classes, and the escapes that may stand in and outside them.

use super::refused;
use super::translate::{Refused, Translator, malformed};

/// What an escape stands for.
pub(super) enum Item {
    Char(char),
    /// The inside of a class: ranges, or a class in brackets.
    Set(String),
}

/// Reads behind `[`, to the bracket that closes it.
pub(super) fn translate(translator: &mut Translator<'_>) -> Result<(), Refused> {
    let mut depth = 1_usize;
    translator.out.push('[');
    negation(translator);
    let mut empty = true;
    while depth > 0 {
        let c = translator
            .chars
            .next()
            .ok_or_else(|| malformed("a class is not closed"))?;
        match c {
            ']' if empty => return Err(refused("a bracket as the first of a class")),
            ']' => {
                translator.out.push(']');
                depth -= 1;
            }
            '[' => {
                translator.out.push('[');
                depth += 1;
                negation(translator);
                empty = true;
                continue;
            }
            '&' if translator.chars.peek() == Some(&'&') => {
                translator.chars.next();
                translator.out.push_str("&&");
            }
            c => member(translator, c)?,
        }
        empty = false;
    }
    Ok(())
}

fn negation(translator: &mut Translator<'_>) {
    if translator.chars.next_if_eq(&'^').is_some() {
        translator.out.push('^');
    }
}

/// One character, a range or an escape.
fn member(translator: &mut Translator<'_>, first: char) -> Result<(), Refused> {
    let low = match item(translator, first)? {
        Item::Set(set) => {
            translator.out.push_str(&set);
            return Ok(());
        }
        Item::Char(c) => c,
    };
    let mut ahead = translator.chars.clone();
    let is_range = ahead.next() == Some('-') && !matches!(ahead.next(), Some(']' | '[') | None);
    if !is_range {
        range(translator, low, low);
        return Ok(());
    }
    translator.chars.next();
    let next = translator
        .chars
        .next()
        .ok_or_else(|| malformed("a class is not closed"))?;
    match item(translator, next)? {
        Item::Char(high) if low <= high => range(translator, low, high),
        _ => return Err(malformed("a range ends before it begins")),
    }
    Ok(())
}

fn item(translator: &mut Translator<'_>, c: char) -> Result<Item, Refused> {
    if c != '\\' {
        return Ok(Item::Char(c));
    }
    let escape = translator
        .chars
        .next()
        .ok_or_else(|| malformed("a backslash at the end"))?;
    escaped(translator, escape)
}

/// Case folding without Unicode adds the other case of what the range has of the ASCII letters.
fn range(translator: &mut Translator<'_>, low: char, high: char) {
    push_range(&mut translator.out, low, high);
    if !translator.flags.ignore_case || translator.flags.unicode_case {
        return;
    }
    for (start, end) in [('a', 'z'), ('A', 'Z')] {
        let (from, to) = (low.max(start), high.min(end));
        if from <= to {
            let swap = |c: char| {
                if c.is_ascii_lowercase() {
                    c.to_ascii_uppercase()
                } else {
                    c.to_ascii_lowercase()
                }
            };
            push_range(&mut translator.out, swap(from), swap(to));
        }
    }
}

fn push_range(out: &mut String, low: char, high: char) {
    out.push_str(&format!("\\x{{{:x}}}", u32::from(low)));
    if low != high {
        out.push_str(&format!("-\\x{{{:x}}}", u32::from(high)));
    }
}

/// What stands behind a backslash, in a class or outside.
pub(super) fn escaped(translator: &mut Translator<'_>, c: char) -> Result<Item, Refused> {
    Ok(match c {
        'd' => Item::Set("0-9".to_owned()),
        'D' => Item::Set("[^0-9]".to_owned()),
        'w' => Item::Set("a-zA-Z0-9_".to_owned()),
        'W' => Item::Set("[^a-zA-Z0-9_]".to_owned()),
        's' => Item::Set(r" \t\n\x0B\f\r".to_owned()),
        'S' => Item::Set(r"[^ \t\n\x0B\f\r]".to_owned()),
        'p' | 'P' => Item::Set(property(translator, c == 'P')?),
        't' => Item::Char('\t'),
        'n' => Item::Char('\n'),
        'r' => Item::Char('\r'),
        'f' => Item::Char('\u{c}'),
        'a' => Item::Char('\u{7}'),
        'e' => Item::Char('\u{1b}'),
        'x' => Item::Char(hex(translator, 2)?),
        'u' => Item::Char(hex(translator, 4)?),
        '1'..='9' | 'k' => return Err(refused("a back reference")),
        c if c.is_ascii_alphanumeric() => return Err(refused(&format!("\\{c}"))),
        c => Item::Char(c),
    })
}

fn hex(translator: &mut Translator<'_>, digits: usize) -> Result<char, Refused> {
    let text: String = translator.chars.by_ref().take(digits).collect();
    let code = u32::from_str_radix(&text, 16)
        .ok()
        .filter(|_| text.len() == digits && !text.starts_with('+'));
    code.and_then(char::from_u32)
        .ok_or_else(|| malformed("expected hexadecimal digits of a character"))
}

/// `\p{…}`: the POSIX names, which are ASCII in Java, and the general categories.
fn property(translator: &mut Translator<'_>, negated: bool) -> Result<String, Refused> {
    let name: String = match translator.chars.next() {
        Some('{') => translator
            .chars
            .by_ref()
            .take_while(|c| *c != '}')
            .collect(),
        Some(c) => c.into(),
        None => return Err(malformed("a property has no name")),
    };
    let set = match name.as_str() {
        "Lower" => "a-z",
        "Upper" => "A-Z",
        "Alpha" => "a-zA-Z",
        "Digit" => "0-9",
        "Alnum" => "a-zA-Z0-9",
        "Punct" => r"!-/:-@\x5B-`\x7B-~",
        "XDigit" => "0-9a-fA-F",
        "Space" => r" \t\n\x0B\f\r",
        "Blank" => r" \t",
        "ASCII" => r"\x00-\x7F",
        "L" | "Lu" | "Ll" | "Lt" | "Lm" | "Lo" | "M" | "Mn" | "Mc" | "Me" | "N" | "Nd" | "Nl"
        | "No" | "P" | "Pc" | "Pd" | "Ps" | "Pe" | "Pi" | "Pf" | "Po" | "S" | "Sm" | "Sc"
        | "Sk" | "So" | "Z" | "Zs" | "Zl" | "Zp" => {
            return Ok(format!("\\{}{{{name}}}", if negated { 'P' } else { 'p' }));
        }
        _ => return Err(refused("this property")),
    };
    if translator.flags.ignore_case && matches!(name.as_str(), "Lower" | "Upper" | "Lu" | "Ll") {
        return Err(refused("a property of case together with flag i"));
    }
    Ok(if negated {
        format!("[^{set}]")
    } else {
        set.to_owned()
    })
}
