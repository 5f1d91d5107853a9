//! Operators, weakest first.

use super::Parser;
use crate::ast::{Chain, Expr, Link, Operand, Operator};
use crate::error::Result;
use crate::lexer::Kind;

/// The operators of each precedence.
const LEVELS: [&[(Kind, Operator)]; 6] = [
    &[(Kind::Or, Operator::Or)],
    &[(Kind::And, Operator::And)],
    &[
        (Kind::Equal, Operator::Equal),
        (Kind::NotEqual, Operator::NotEqual),
    ],
    &[
        (Kind::Less, Operator::Less),
        (Kind::Greater, Operator::Greater),
        (Kind::LessOrEqual, Operator::LessOrEqual),
        (Kind::GreaterOrEqual, Operator::GreaterOrEqual),
    ],
    &[
        (Kind::Plus, Operator::Add),
        (Kind::Minus, Operator::Subtract),
    ],
    &[
        (Kind::Multiply, Operator::Multiply),
        (Kind::Divide, Operator::Divide),
        (Kind::Modulus, Operator::Modulus),
    ],
];

impl Parser {
    pub(super) fn expression(&mut self) -> Result<Expr> {
        self.deeper(|parser| parser.level(0))
            .map(|operand| operand.expr)
    }

    fn level(&mut self, level: usize) -> Result<Operand> {
        let Some(operators) = LEVELS.get(level) else {
            return self.unary();
        };
        let first = self.level(level + 1)?;
        let mut rest = Vec::new();
        let position = self.position(self.at.saturating_sub(1));
        while let Some(operator) = self.operator(operators)? {
            let from = self.take()?;
            let operand = self.level(level + 1)?;
            rest.push(Link {
                operator,
                operand,
                literal: self.literal(from, self.at),
            });
        }
        Ok(match rest.last() {
            None => first,
            Some(last) => Operand {
                literal: last.literal.clone(),
                expr: Expr::Chain(Box::new(Chain {
                    first,
                    rest,
                    position,
                })),
            },
        })
    }

    fn operator(&mut self, operators: &[(Kind, Operator)]) -> Result<Option<Operator>> {
        let kind = self.kind(0)?;
        Ok(operators
            .iter()
            .find(|(each, _)| *each == kind)
            .map(|(_, operator)| *operator))
    }

    fn unary(&mut self) -> Result<Operand> {
        let blank = usize::from(self.kind(0)? == Kind::Whitespace);
        if self.kind(blank)? == Kind::Not {
            let from = self.at;
            self.skip_white()?;
            self.take()?;
            let negated = self.deeper(Self::unary)?.expr;
            let literal = self.literal(from, self.at);
            return Ok(Operand {
                expr: Expr::Not(Box::new(negated)),
                literal,
            });
        }
        self.skip_white()?;
        let operand = self.operand()?;
        self.skip_white()?;
        Ok(operand)
    }

    fn operand(&mut self) -> Result<Operand> {
        if self.take_if(Kind::ParenOpen)? {
            let from = self.at;
            let expr = self.expression()?;
            let literal = self.literal(from, self.at);
            self.expect(&[Kind::ParenClose], "an operator or )")?;
            return Ok(Operand { expr, literal });
        }
        let from = self.at;
        let expr = self.deeper(Self::primary)?;
        Ok(Operand {
            expr,
            literal: self.literal(from, self.at),
        })
    }
}
