//! A filter: comparisons, joined by `&&`, `||`, `!` and parentheses.

use super::Builder;
use crate::ast::{Expr, Operand, Operator};
use crate::cursor::Cursor;
use crate::error::{Error, Result};

/// Compiles `[?(…)]`, brackets included.
pub(super) fn compile(text: &[char], base: isize, builder: &mut Builder) -> Result<Expr> {
    let mut cursor = Cursor::new(text, base);
    cursor.advance(1);
    cursor.shrink_end();
    cursor.trim();
    cursor.advance(1);
    cursor.trim();
    // The parentheses stay within the bounds: they are read as part of the expression.
    let mut filter = Filter { cursor, builder };
    let expr = filter.read_or()?;
    filter.cursor.skip_blanks();
    if filter.cursor.in_bounds() {
        return Err(filter
            .cursor
            .error("expected an operator, '&&', '||' or the end of the filter"));
    }
    Ok(expr)
}

pub(super) struct Filter<'r, 't> {
    pub(super) cursor: Cursor<'t>,
    pub(super) builder: &'r mut Builder,
}

impl Filter<'_, '_> {
    fn read_or(&mut self) -> Result<Expr> {
        let mut operands = vec![self.read_and()?];
        while self.take("||") {
            operands.push(self.read_and()?);
        }
        Ok(joined(operands, Expr::Or))
    }

    fn read_and(&mut self) -> Result<Expr> {
        let mut operands = vec![self.read_operand()?];
        while self.take("&&") {
            operands.push(self.read_operand()?);
        }
        Ok(joined(operands, Expr::And))
    }

    fn take(&mut self, word: &str) -> bool {
        let before = self.cursor.pos();
        let taken = self.cursor.take_significant(word);
        if !taken {
            self.cursor.set_pos(before);
        }
        taken
    }

    fn read_operand(&mut self) -> Result<Expr> {
        let start = self.cursor.skip_blanks().pos();
        let position = self.cursor.position_of(start);
        if self.cursor.current()? == '!' {
            self.cursor.expect_significant('!')?;
            if !super::is_root(self.cursor.skip_blanks().current()?) {
                self.builder.enter(position)?;
                let negated = self.read_operand()?;
                self.builder.leave();
                return Ok(Expr::Not(Box::new(negated)));
            }
            self.cursor.set_pos(start);
        }
        if self.cursor.skip_blanks().current()? == '(' {
            self.cursor.expect_significant('(')?;
            self.builder.enter(position)?;
            let inner = self.read_or()?;
            self.builder.leave();
            self.cursor.expect_significant(')')?;
            return Ok(inner);
        }
        self.read_comparison()
    }

    /// A path alone asks whether it finds something.
    ///
    /// A `!` right before a path counts only then: `!@.a == 1` is `@.a == 1`.
    fn read_comparison(&mut self) -> Result<Expr> {
        let start = self.cursor.pos();
        let (left, negated) = self.read_value()?;
        let before = self.cursor.pos();
        if let Some(operator) = self.read_operator()? {
            let (right, _) = self.read_value()?;
            return Ok(Expr::Compare {
                left,
                operator,
                right,
            });
        }
        self.cursor.set_pos(before);
        match left {
            Operand::Path(path) => Ok(Expr::Compare {
                left: Operand::Exists(path),
                operator: Operator::Exists,
                right: Operand::Boolean(!negated),
            }),
            _ => Err(Error::syntax(
                self.cursor.position_of(start),
                "a value alone is no condition; expected an operator",
            )),
        }
    }

    /// Signs stick together, words end at a space.
    fn read_operator(&mut self) -> Result<Option<Operator>> {
        let start = self.cursor.skip_blanks().pos();
        let signs = is_sign(self.cursor.current()?);
        while self.cursor.in_bounds() {
            let c = self.cursor.current()?;
            if (signs && !is_sign(c)) || (!signs && c == ' ') {
                break;
            }
            self.cursor.advance(1);
        }
        Ok(Operator::named(&self.cursor.text(start, self.cursor.pos())))
    }
}

fn joined(mut operands: Vec<Expr>, join: impl FnOnce(Vec<Expr>) -> Expr) -> Expr {
    match operands.pop() {
        Some(only) if operands.is_empty() => only,
        Some(last) => {
            operands.push(last);
            join(operands)
        }
        None => join(operands),
    }
}

pub(super) fn is_sign(c: char) -> bool {
    matches!(c, '<' | '>' | '=' | '~' | '!')
}
