//! A path inside a filter: where it ends.

use super::expression::{Filter, is_sign};
use crate::ast::Operand;
use crate::error::Result;

impl Filter<'_, '_> {
    /// A path or a literal, and whether `!` stands right before the path.
    pub(super) fn read_value(&mut self) -> Result<(Operand, bool)> {
        let mut c = self.cursor.skip_blanks().current()?;
        if c == '!' {
            self.cursor.advance(1);
            c = self.cursor.skip_blanks().current()?;
            if !super::is_root(c) {
                return Err(self.cursor.error("expected a path after '!'"));
            }
        }
        if super::is_root(c) {
            self.read_path()
        } else {
            Ok((self.read_literal()?, false))
        }
    }

    /// Up to a space, a sign of an operator or a bracket that closes something else. Only a bracket
    /// that follows a name is stepped over whole; a second one in a row may hold no space.
    fn read_path(&mut self) -> Result<(Operand, bool)> {
        let start = self.cursor.pos();
        let negated = match self.cursor.significant_before() {
            Some(before) => self.cursor.at(before)? == '!',
            None => false,
        };
        self.cursor.advance(1);
        while self.cursor.in_bounds() {
            if self.cursor.current()? == '[' {
                let Some(close) = self.cursor.closing(self.cursor.pos(), '[', ']', false)? else {
                    return Err(self.cursor.error("the bracket is not closed; expected ']'"));
                };
                self.cursor.set_pos(close + 1);
            }
            let c = self.cursor.current()?;
            let closes_logic = c == ')' && !self.closes_call(start)?;
            if !self.cursor.in_bounds() || is_sign(c) || c == ' ' || closes_logic {
                break;
            }
            self.cursor.advance(1);
        }
        let text = self.cursor.slice(start, self.cursor.pos());
        self.builder.enter(self.cursor.position_of(start))?;
        let path = super::compile_chars(text, self.cursor.base_of(start), self.builder)?;
        self.builder.leave();
        Ok((Operand::Path(path), negated))
    }

    /// Whether the `)` at the cursor belongs to `()` after a dot.
    fn closes_call(&self, path_start: usize) -> Result<bool> {
        let Some(open) = self.cursor.significant_before() else {
            return Ok(false);
        };
        if self.cursor.at(open)? != '(' {
            return Ok(false);
        }
        for index in (path_start + 1..open).rev() {
            if self.cursor.at(index)? == '.' {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
