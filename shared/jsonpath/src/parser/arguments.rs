//! The arguments of a function: paths and JSON, told apart by their first character.

use super::Builder;
use crate::ast::Argument;
use crate::cursor::Cursor;
use crate::error::Result;
use crate::json;

/// Reads behind the opening parenthesis, up to and with the closing one.
///
/// An argument that starts like neither is skipped, `concat('a')` for one: only double quotes make a
/// string here.
pub(super) fn read(cursor: &mut Cursor<'_>, builder: &mut Builder) -> Result<Vec<Argument>> {
    let mut open = Open {
        parens: 1,
        ..Open::default()
    };
    let mut draft = Draft::default();
    let mut found = Vec::new();
    let mut prior = '\0';
    let mut done = false;
    while cursor.in_bounds() && !done {
        let c = cursor.current()?;
        let index = cursor.pos();
        cursor.advance(1);
        if draft.kind.is_none() {
            if matches!(c, ' ' | '\t' | '\r' | '\n') {
                continue;
            }
            draft.start(c, cursor.base_of(index));
        }
        open.count(c, prior, cursor)?;
        if c == ')' && (prior == '(' || open.parens < 0) {
            draft.text.push(c);
        }
        if matches!(c, ')' | ',') && open.ends_argument(c) {
            done = open.parens == 0;
            found.extend(draft.finish(cursor.position_of(index), builder)?);
        }
        if draft.kind.is_some() && !(c == ',' && open.is_top()) {
            draft.text.push(c);
        }
        prior = c;
    }
    if open.parens != 0 || open.braces != 0 || open.brackets != 0 {
        return Err(cursor.error("the arguments are not closed; expected ')'"));
    }
    Ok(found)
}

/// An argument that is being read. Text is only dropped with an argument that it belongs to.
#[derive(Default)]
struct Draft {
    kind: Option<Kind>,
    text: Vec<char>,
    base: isize,
}

enum Kind {
    Path,
    Json,
}

impl Draft {
    fn start(&mut self, c: char, base: isize) {
        self.base = base;
        self.kind = match c {
            '$' | '@' => Some(Kind::Path),
            '0'..='9' | '{' | '"' | '-' => Some(Kind::Json),
            _ => None,
        };
    }

    fn finish(&mut self, position: usize, builder: &mut Builder) -> Result<Option<Argument>> {
        let Some(kind) = self.kind.take() else {
            return Ok(None);
        };
        let text = std::mem::take(&mut self.text);
        if let Kind::Json = kind {
            return Ok(Some(Argument::Json(json::parse(&text))));
        }
        builder.enter(position)?;
        let path = super::read_path(Cursor::new(&text, self.base), builder)?;
        builder.leave();
        Ok(Some(Argument::Path(path)))
    }
}

/// What is open at a place among the arguments.
#[derive(Default)]
struct Open {
    /// May fall below zero for a while: quotes hide no parenthesis.
    parens: isize,
    brackets: usize,
    braces: usize,
    quotes: usize,
}

impl Open {
    fn count(&mut self, c: char, prior: char, cursor: &Cursor<'_>) -> Result<()> {
        match c {
            '"' if prior != '\\' && self.quotes > 0 => self.quotes -= 1,
            '"' => self.quotes += 1,
            '(' => self.parens += 1,
            ')' => self.parens -= 1,
            '{' => self.braces += 1,
            '[' => self.brackets += 1,
            '}' => {
                self.braces = self
                    .braces
                    .checked_sub(1)
                    .ok_or_else(|| cursor.error("one '}' too many"))?
            }
            ']' => {
                self.brackets = self
                    .brackets
                    .checked_sub(1)
                    .ok_or_else(|| cursor.error("one ']' too many"))?
            }
            _ => {}
        }
        Ok(())
    }

    fn is_top(&self) -> bool {
        self.braces == 0 && self.brackets == 0 && self.parens == 1
    }

    fn ends_argument(&self, c: char) -> bool {
        let outside = self.quotes == 0 && self.braces == 0 && self.brackets == 0;
        outside && ((self.parens == 0 && c == ')') || self.parens == 1)
    }
}
