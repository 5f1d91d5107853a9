//! One expression of Java's syntax to one of the linear engine's.

use std::iter::Peekable;
use std::str::Chars;

use super::{Flags, class, refused};
use crate::error::ErrorKind;

pub(super) type Refused = (ErrorKind, String);

pub(super) struct Translator<'s> {
    pub(super) chars: Peekable<Chars<'s>>,
    pub(super) out: String,
    pub(super) flags: Flags,
}

pub(super) fn translate(source: &str, flags: Flags) -> Result<String, Refused> {
    let mut translator = Translator {
        chars: source.chars().peekable(),
        out: String::new(),
        flags,
    };
    while let Some(c) = translator.chars.next() {
        translator.item(c)?;
    }
    Ok(translator.out)
}

pub(super) fn malformed(message: &str) -> Refused {
    (
        ErrorKind::Syntax,
        format!("in the regular expression: {message}"),
    )
}

impl Translator<'_> {
    fn item(&mut self, c: char) -> Result<(), Refused> {
        match c {
            '\\' => self.escape()?,
            '[' => class::translate(self)?,
            '(' => return self.group(),
            ')' | '|' => {
                self.out.push(c);
                if c == '|' {
                    return Ok(());
                }
            }
            '^' => self.out.push('^'),
            // Java's also stands before a last line end, which a match of the whole text rules out
            // unless the end follows in the expression.
            '$' => self.out.push('$'),
            '.' => self.dot(),
            '*' | '+' | '?' => return Err(malformed("a quantifier follows nothing")),
            '{' => {
                return Err(malformed(
                    "expected a repetition like {2,3}; a brace itself is \\{",
                ));
            }
            other => self.literal(other),
        }
        self.quantifier()
    }

    fn dot(&mut self) {
        self.out
            .push_str(match (self.flags.dot_all, self.flags.unix_lines) {
                (true, _) => "(?s:.)",
                (false, true) => r"[^\n]",
                (false, false) => r"[^\n\r\x{85}\x{2028}\x{2029}]",
            });
    }

    pub(super) fn literal(&mut self, c: char) {
        if self.flags.ignore_case && !self.flags.unicode_case && c.is_ascii_alphabetic() {
            self.out
                .extend(['[', c.to_ascii_lowercase(), c.to_ascii_uppercase(), ']']);
        } else {
            self.out
                .push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
        }
    }

    fn escape(&mut self) -> Result<(), Refused> {
        let c = self
            .chars
            .next()
            .ok_or_else(|| malformed("a backslash at the end"))?;
        match c {
            'b' | 'B' | 'A' | 'z' => self.out.extend(['\\', c]),
            'Q' => return self.quoted(),
            _ => match class::escaped(self, c)? {
                class::Item::Char(c) => self.literal(c),
                class::Item::Set(set) => self.out.push_str(&format!("[{set}]")),
            },
        }
        Ok(())
    }

    /// `\Q…\E`: a quantifier applies to the last character, so the others go out one by one.
    fn quoted(&mut self) -> Result<(), Refused> {
        while let Some(c) = self.chars.next() {
            if c == '\\' && self.chars.peek() == Some(&'E') {
                self.chars.next();
                return Ok(());
            }
            self.literal(c);
        }
        Ok(())
    }

    fn group(&mut self) -> Result<(), Refused> {
        self.out.push('(');
        if self.chars.peek() != Some(&'?') {
            return Ok(());
        }
        self.chars.next();
        match self.chars.next() {
            Some(':') => self.out.push_str("?:"),
            Some('=' | '!') => return Err(refused("looking ahead")),
            Some('>') => return Err(refused("an atomic group")),
            Some('<') => return self.named_group(),
            _ => return Err(refused("a flag inside the expression")),
        }
        Ok(())
    }

    fn named_group(&mut self) -> Result<(), Refused> {
        if matches!(self.chars.peek(), Some('=' | '!')) {
            return Err(refused("looking behind"));
        }
        let name: String = self.chars.by_ref().take_while(|c| *c != '>').collect();
        if !name.chars().all(|c| c.is_ascii_alphanumeric()) {
            return Err(malformed("the name of a group has letters and digits only"));
        }
        self.out.push_str(&format!("?<{name}>"));
        Ok(())
    }

    /// At most one quantifier follows an item, lazy or not.
    fn quantifier(&mut self) -> Result<(), Refused> {
        match self.chars.peek() {
            Some(c @ ('*' | '+' | '?')) => self.out.push(*c),
            Some('{') => {
                let bounds: String = self
                    .chars
                    .by_ref()
                    .skip(1)
                    .take_while(|c| *c != '}')
                    .collect();
                let (least, most) = bounds.split_once(',').unwrap_or((&bounds, ""));
                let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
                if least.is_empty() || !digits(least) || !digits(most) {
                    return Err(malformed("expected a repetition like {2,3}"));
                }
                self.out.push_str(&format!("{{{bounds}}}"));
                return self.lazy_mark();
            }
            _ => return Ok(()),
        }
        self.chars.next();
        self.lazy_mark()
    }

    fn lazy_mark(&mut self) -> Result<(), Refused> {
        match self.chars.peek() {
            Some('?') => {
                self.chars.next();
                self.out.push('?');
                Ok(())
            }
            Some('+') => Err(refused("a possessive quantifier")),
            _ => Ok(()),
        }
    }
}
