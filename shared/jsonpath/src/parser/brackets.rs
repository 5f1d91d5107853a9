//! What stands in square brackets: names, indexes, slices, a wildcard or a filter.

use super::{More, Reader};
use crate::ast::{Slice, Step};
use crate::error::Result;
use crate::unescape::unescape;

impl Reader<'_, '_> {
    pub(super) fn read_brackets(&mut self) -> Result<More> {
        let open = self.cursor.pos();
        let step = match self.cursor.peek_after(open) {
            quote @ ('\'' | '"') => Some(self.read_names(quote)?),
            '0'..='9' | '-' | ':' => self.read_numbers()?,
            '*' => Some(self.read_wildcard()?),
            '?' => self.read_filter()?,
            _ => None,
        };
        match step {
            Some(step) => self.push(step),
            None => Err(self
                .cursor
                .error("expected a quoted name, an index, a slice, '*' or '?(…)' and then ']'")),
        }
    }

    fn read_wildcard(&mut self) -> Result<Step> {
        let star = self.cursor.significant_after(self.cursor.pos());
        let Some(close) = self.cursor.find_after(star, ']')? else {
            return Err(self.cursor.error_at(star + 1, "expected ']' after '*'"));
        };
        self.cursor.set_pos(close + 1);
        Ok(Step::Wildcard)
    }

    fn read_filter(&mut self) -> Result<Option<Step>> {
        let start = self.cursor.pos();
        let Some(mark) = self.cursor.find_after(start, '?')? else {
            return Ok(None);
        };
        let Some(open) = self.cursor.find_after(mark, '(')? else {
            return Ok(None);
        };
        let Some(close) = self.cursor.closing(open, '(', ')', true)? else {
            return Ok(None);
        };
        if self.cursor.peek_after(close) != ']' {
            return Ok(None);
        }
        let end = self.cursor.significant_after(close);
        let text = self.cursor.slice(start, end + 1);
        self.builder.enter(self.cursor.position_of(start))?;
        let filter = super::expression::compile(text, self.cursor.base_of(start), self.builder)?;
        self.builder.leave();
        self.cursor.set_pos(end + 1);
        Ok(Some(Step::Filter(filter)))
    }

    /// `[1]`, `[1, 2]`, `[1:]`, `[:2]`, `[1:2]`.
    fn read_numbers(&mut self) -> Result<Option<Step>> {
        let start = self.cursor.pos() + 1;
        let Some(end) = self.cursor.index_of(start, ']') else {
            return Ok(None);
        };
        let text = self.cursor.text(start, end);
        let text = text.trim_matches(|c| c <= ' ');
        if !text
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, ',' | '-' | ':' | ' '))
        {
            return Ok(None);
        }
        let step = if text.contains(':') {
            self.slice(text)?
        } else {
            self.indexes(text)?
        };
        self.cursor.set_pos(end + 1);
        Ok(Some(step))
    }

    fn indexes(&self, text: &str) -> Result<Step> {
        let parse = |part: &str| part.trim_matches(' ').parse::<i32>();
        let outer = text.split(',').map(parse).collect::<Result<Vec<_>, _>>();
        match outer {
            Ok(indexes) => Ok(Step::Indexes(indexes)),
            Err(_) => Err(self
                .cursor
                .error("expected whole numbers, separated by commas")),
        }
    }

    /// A third number, the step of other dialects, is read and forgotten.
    fn slice(&self, text: &str) -> Result<Step> {
        let refuse = || {
            self.cursor
                .error("expected a slice: [1:], [:2] or [1:2], without spaces")
        };
        if text.contains([',', ' ']) {
            return Err(refuse());
        }
        let mut parts = text.split(':').map(|part| match part {
            "" => Ok(None),
            number => number.parse::<i32>().map(Some).map_err(|_| refuse()),
        });
        let from = parts.next().transpose()?.flatten();
        let to = parts.next().transpose()?.flatten();
        match (from, to) {
            (Some(from), None) => Ok(Step::Slice(Slice::From(from))),
            (None, Some(to)) => Ok(Step::Slice(Slice::To(to))),
            (Some(from), Some(to)) => Ok(Step::Slice(Slice::Between(from, to))),
            (None, None) => Err(refuse()),
        }
    }

    /// `['a']`, `["a", "b"]`. All names have the quotes of the first.
    fn read_names(&mut self, quote: char) -> Result<Step> {
        let mut names = Names::default();
        let mut index = self.cursor.pos() + 1;
        let mut start = index;
        while self.cursor.has(index) {
            let c = self.cursor.at(index)?;
            if names.escaped {
                names.escaped = false;
            } else if c == '\\' {
                names.escaped = true;
            } else if c == ']' && !names.inside {
                names.check_not_after_comma(self, index)?;
                break;
            } else if c == quote && names.inside {
                if !matches!(self.cursor.peek_after(index), ']' | ',') {
                    return Err(self
                        .cursor
                        .error_at(index, "expected ',' or ']' after a name"));
                }
                let raw = self.cursor.text(start, index);
                names
                    .found
                    .push(unescape(&raw).map_err(|message| self.cursor.error_at(start, message))?);
                names.inside = false;
                names.end = index;
            } else if c == quote {
                start = index + 1;
                names.inside = true;
                names.after_comma = false;
            } else if c == ',' && !names.inside {
                names.check_not_after_comma(self, index)?;
                names.after_comma = true;
            }
            index += 1;
        }
        self.close_names(names, quote)
    }

    fn close_names(&mut self, names: Names, quote: char) -> Result<Step> {
        if names.inside {
            return Err(self
                .cursor
                .error(format!("the name is not closed; expected {quote}")));
        }
        let Some(close) = self.cursor.find_after(names.end, ']')? else {
            return Err(self
                .cursor
                .error_at(names.end, "expected ']' after the name"));
        };
        self.cursor.set_pos(close + 1);
        Ok(Step::Properties(names.found))
    }
}

/// What has been read between the brackets.
#[derive(Default)]
struct Names {
    found: Vec<String>,
    end: usize,
    inside: bool,
    escaped: bool,
    after_comma: bool,
}

impl Names {
    fn check_not_after_comma(&self, reader: &Reader<'_, '_>, index: usize) -> Result<()> {
        if self.after_comma {
            return Err(reader
                .cursor
                .error_at(index, "expected a quoted name after the comma"));
        }
        Ok(())
    }
}
