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
    let mut found = Vec::new();
    let mut draft: Option<Draft> = None;
    let mut prior = '\0';
    let mut done = false;
    while cursor.in_bounds() && !done {
        let c = cursor.current()?;
        let index = cursor.pos();
        cursor.advance(1);
        if draft.is_none() {
            if matches!(c, ' ' | '\t' | '\r' | '\n') {
                continue;
            }
            draft = Draft::starting_with(c, cursor.base_of(index));
        }
        open.count(c, prior, cursor)?;
        if let Some(draft) = &mut draft
            && c == ')'
            && (prior == '(' || open.parens < 0)
        {
            draft.text.push(c);
        }
        if matches!(c, ')' | ',') && open.ends_argument(c) {
            done = open.parens == 0;
            if let Some(draft) = draft.take() {
                found.push(draft.finish(cursor.position_of(index), builder)?);
            }
        }
        if let Some(draft) = &mut draft
            && !(c == ',' && open.is_top())
        {
            draft.text.push(c);
        }
        prior = c;
    }
    if open.parens != 0 || open.braces != 0 || open.brackets != 0 {
        return Err(cursor.error("the arguments are not closed; expected ')'"));
    }
    Ok(found)
}

/// An argument that is being read.
struct Draft {
    is_path: bool,
    text: Vec<char>,
    base: isize,
}

impl Draft {
    fn starting_with(c: char, base: isize) -> Option<Self> {
        let is_path = matches!(c, '$' | '@');
        let is_json = c.is_ascii_digit() || matches!(c, '{' | '"' | '-');
        (is_path || is_json).then(|| Self {
            is_path,
            text: Vec::new(),
            base,
        })
    }

    fn finish(self, position: usize, builder: &mut Builder) -> Result<Argument> {
        if self.is_path {
            builder.enter(position)?;
            let path = super::read_path(Cursor::new(&self.text, self.base), builder)?;
            builder.leave();
            return Ok(Argument::Path(path));
        }
        Ok(Argument::Json(json::parse(&self.text)))
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
