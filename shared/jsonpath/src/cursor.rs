//! A place in the text of a path, with the questions that the grammar asks about what is around it.
//!
//! "Significant" means: not a space (U+0020). The bounds are those of a part of the text, for
//! instance of a filter without its brackets; reading one character past them is allowed, as it is
//! in the original, and past the text is a syntax error.

use crate::error::{Error, Result};

#[derive(Clone)]
pub(crate) struct Cursor<'t> {
    text: &'t [char],
    /// Where the text stands in the path that the caller wrote; negative for a prefix of ours.
    base: isize,
    pos: usize,
    last: usize,
}

impl<'t> Cursor<'t> {
    pub(crate) fn new(text: &'t [char], base: isize) -> Self {
        Self {
            text,
            base,
            pos: 0,
            last: text.len().saturating_sub(1),
        }
    }

    /// Where `index` is in the caller's text.
    pub(crate) fn position_of(&self, index: usize) -> usize {
        self.base
            .saturating_add_unsigned(index)
            .max(0)
            .unsigned_abs()
    }

    pub(crate) fn base_of(&self, index: usize) -> isize {
        self.base.saturating_add_unsigned(index)
    }

    pub(crate) fn error(&self, message: impl Into<String>) -> Error {
        self.error_at(self.pos, message)
    }

    pub(crate) fn error_at(&self, index: usize, message: impl Into<String>) -> Error {
        Error::syntax(self.position_of(index), message)
    }

    pub(crate) fn pos(&self) -> usize {
        self.pos
    }

    pub(crate) fn set_pos(&mut self, pos: usize) {
        self.pos = pos;
    }

    pub(crate) fn advance(&mut self, count: usize) {
        self.pos += count;
    }

    pub(crate) fn shrink_end(&mut self) {
        self.last = self.last.saturating_sub(1);
    }

    /// The number of characters up to the end of the bounds.
    pub(crate) fn len(&self) -> usize {
        self.last + 1
    }

    pub(crate) fn at(&self, index: usize) -> Result<char> {
        let found = self.text.get(index).copied();
        found.ok_or_else(|| self.error_at(self.text.len(), "the path ends too early"))
    }

    pub(crate) fn current(&self) -> Result<char> {
        self.at(self.pos)
    }

    pub(crate) fn last_is(&self, c: char) -> bool {
        self.text.get(self.last) == Some(&c)
    }

    pub(crate) fn next_is(&self, c: char) -> bool {
        self.has(self.pos + 1) && self.text.get(self.pos + 1) == Some(&c)
    }

    pub(crate) fn has(&self, index: usize) -> bool {
        index <= self.last && index < self.text.len()
    }

    pub(crate) fn in_bounds(&self) -> bool {
        self.has(self.pos)
    }

    /// At the last character, or past it: a path is done here, whatever that character is.
    pub(crate) fn is_tail(&self) -> bool {
        self.pos >= self.last
    }

    pub(crate) fn slice(&self, from: usize, to: usize) -> &'t [char] {
        self.text
            .get(from..to.min(self.text.len()))
            .unwrap_or_default()
    }

    pub(crate) fn text(&self, from: usize, to: usize) -> String {
        self.slice(from, to).iter().collect()
    }

    pub(crate) fn skip_blanks(&mut self) -> &mut Self {
        while self.pos < self.last && self.text.get(self.pos) == Some(&' ') {
            self.pos += 1;
        }
        self
    }

    pub(crate) fn trim(&mut self) {
        self.skip_blanks();
        while self.pos < self.last && self.last_is(' ') {
            self.last -= 1;
        }
    }

    /// The index of the first significant character after `index`; it may be out of bounds.
    pub(crate) fn significant_after(&self, index: usize) -> usize {
        let mut found = index + 1;
        while self.has(found) && self.text.get(found) == Some(&' ') {
            found += 1;
        }
        found
    }

    /// The first significant character after `index`, or a space if there is none.
    pub(crate) fn peek_after(&self, index: usize) -> char {
        let found = self.significant_after(index);
        if self.has(found) {
            self.text.get(found).copied().unwrap_or(' ')
        } else {
            ' '
        }
    }

    /// The index of the first significant character after `index`, if it is `c`.
    pub(crate) fn find_after(&self, index: usize, c: char) -> Result<Option<usize>> {
        let found = self.significant_after(index);
        Ok((self.at(found)? == c).then_some(found))
    }

    /// The index of the last significant character before the cursor.
    pub(crate) fn significant_before(&self) -> Option<usize> {
        let before = self.text.get(..self.pos)?;
        before.iter().rposition(|c| *c != ' ')
    }

    pub(crate) fn index_of(&self, from: usize, c: char) -> Option<usize> {
        (from..self.len()).find(|index| self.text.get(*index) == Some(&c))
    }

    /// The next `c` after `from` that no backslash precedes.
    pub(crate) fn unescaped_after(&self, from: usize, c: char) -> Option<usize> {
        let mut escaped = false;
        for index in from + 1..self.len().min(self.text.len()) {
            let found = self.text[index];
            if escaped {
                escaped = false;
            } else if found == '\\' {
                escaped = true;
            } else if found == c {
                return Some(index);
            }
        }
        None
    }

    /// The index of the bracket that closes the one at `from`. Strings are stepped over, and regular
    /// expressions if asked for.
    pub(crate) fn closing(
        &self,
        from: usize,
        open: char,
        close: char,
        regex: bool,
    ) -> Result<Option<usize>> {
        let mut depth = 1_usize;
        let mut index = from + 1;
        while self.has(index) {
            let quote = self.at(index)?;
            if quote == '\'' || quote == '"' {
                index = self.past(index, quote, "the quote is not closed")?;
            }
            if regex && self.at(index)? == '/' {
                index = self.past(index, '/', "the regular expression is not closed")?;
            }
            let c = self.at(index)?;
            if c == open {
                depth += 1;
            }
            if c == close {
                depth -= 1;
                if depth == 0 {
                    return Ok(Some(index));
                }
            }
            index += 1;
        }
        Ok(None)
    }

    fn past(&self, index: usize, c: char, message: &str) -> Result<usize> {
        match self.unescaped_after(index, c) {
            Some(end) => Ok(end + 1),
            None => Err(self.error_at(index, message)),
        }
    }

    pub(crate) fn expect_significant(&mut self, c: char) -> Result<()> {
        if self.skip_blanks().current()? != c {
            return Err(self.error(format!("expected {c:?}")));
        }
        self.advance(1);
        Ok(())
    }

    /// Steps over `word` if it comes next.
    pub(crate) fn take_significant(&mut self, word: &str) -> bool {
        self.skip_blanks();
        let end = self.pos + word.chars().count();
        let found = self.has(end - 1) && self.slice(self.pos, end).iter().copied().eq(word.chars());
        if found {
            self.pos = end;
        }
        found
    }
}
