//! Literals in filters: strings, numbers, `true`, `false`, `null`, JSON and regular expressions.

use super::expression::Filter;
use crate::ast::Operand;
use crate::decimal::Decimal;
use crate::error::{Error, Result};
use crate::json;
use crate::pattern::Pattern;
use crate::unescape::unescape;

impl Filter<'_, '_> {
    pub(super) fn read_literal(&mut self) -> Result<Operand> {
        match self.cursor.skip_blanks().current()? {
            quote @ ('\'' | '"') => self.read_string(quote),
            't' => self.read_word("true", Operand::Boolean(true)),
            'f' => self.read_word("false", Operand::Boolean(false)),
            'n' => self.read_word("null", Operand::Null),
            '{' => self.read_json('{', '}'),
            '[' => self.read_json('[', ']'),
            '/' => self.read_pattern(),
            _ => self.read_number(),
        }
    }

    fn read_string(&mut self, quote: char) -> Result<Operand> {
        let start = self.cursor.pos();
        let Some(end) = self.cursor.unescaped_after(start, quote) else {
            return Err(self
                .cursor
                .error(format!("the string is not closed; expected {quote}")));
        };
        let text = unescape(&self.cursor.text(start + 1, end));
        let text = text.map_err(|message| self.cursor.error_at(start, message))?;
        self.cursor.set_pos(end + 1);
        Ok(Operand::String(text))
    }

    fn read_word(&mut self, word: &str, value: Operand) -> Result<Operand> {
        let start = self.cursor.pos();
        let end = start + word.len();
        let found = self.cursor.has(end - 1) && self.cursor.text(start, end) == word;
        if !found {
            return Err(self
                .cursor
                .error(format!("expected {word}; strings stand in quotes")));
        }
        self.cursor.set_pos(end);
        Ok(value)
    }

    fn read_json(&mut self, open: char, close: char) -> Result<Operand> {
        let start = self.cursor.pos();
        let Some(end) = self.cursor.closing(start, open, close, false)? else {
            return Err(self
                .cursor
                .error(format!("the literal is not closed; expected {close}")));
        };
        self.cursor.set_pos(end + 1);
        let text = self.cursor.slice(start, end + 1);
        Ok(Operand::Json {
            text: text.iter().collect(),
            value: json::parse(text),
        })
    }

    fn read_number(&mut self) -> Result<Operand> {
        let start = self.cursor.pos();
        while self.cursor.in_bounds()
            && (self.cursor.current()?.is_ascii_digit()
                || matches!(self.cursor.current()?, '-' | '.' | 'E' | 'e'))
        {
            self.cursor.advance(1);
        }
        match Decimal::parse(&self.cursor.text(start, self.cursor.pos())) {
            Some(number) => Ok(Operand::Number(number)),
            None => Err(self.cursor.error_at(
                start,
                "expected a path, a quoted string, a number, true, false or null",
            )),
        }
    }

    fn read_pattern(&mut self) -> Result<Operand> {
        let start = self.cursor.pos();
        let Some(end) = self.cursor.unescaped_after(start, '/') else {
            return Err(self
                .cursor
                .error("the regular expression is not closed; expected '/'"));
        };
        let mut after = end + 1;
        while self.cursor.has(after) && "dixmsuU".contains(self.cursor.at(after)?) {
            after += 1;
        }
        let source = self.cursor.text(start + 1, end);
        let flags = self.cursor.text(end + 1, after);
        self.cursor.set_pos(after);
        let position = self.cursor.position_of(start);
        self.builder.count_pattern(position)?;
        let pattern = Pattern::compile(&source, &flags)
            .map_err(|(kind, message)| Error::at(kind, position, message))?;
        Ok(Operand::Pattern(pattern))
    }
}
