//! Values: literals, lists, maps, ranges, references, and what parentheses hold.

use super::{Parser, quoted};
use crate::ast::Expr;
use crate::error::Result;
use crate::lexer::Kind;
use crate::number::Number;
use crate::value::Value;

/// Whether a method's argument may begin with this.
pub(super) fn starts_value(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Whitespace
            | Kind::StringLiteral
            | Kind::Integer
            | Kind::Float
            | Kind::BracketOpen
            | Kind::CurlyOpen
            | Kind::True
            | Kind::False
            | Kind::Identifier
            | Kind::RefCurlyOpen
    )
}

impl Parser {
    /// A value with white space around it, as between commas.
    pub(super) fn parameter(&mut self) -> Result<Expr> {
        self.skip_white()?;
        let value = self.deeper(Self::primary)?;
        self.skip_white()?;
        Ok(value)
    }

    /// An index takes fewer kinds of value.
    pub(super) fn index(&mut self) -> Result<Expr> {
        self.skip_white()?;
        let allowed = !matches!(
            self.kind(0)?,
            Kind::Float | Kind::BracketOpen | Kind::CurlyOpen
        );
        let value = if allowed {
            self.deeper(Self::primary)?
        } else {
            return Err(self.unexpected("an index"));
        };
        self.skip_white()?;
        Ok(value)
    }

    /// A value without white space around it.
    pub(super) fn primary(&mut self) -> Result<Expr> {
        match self.kind(0)? {
            Kind::StringLiteral => {
                let token = self.take()?;
                quoted::literal(self.image(token), self.position(token), self.depth)
            }
            Kind::Integer => {
                let token = self.take()?;
                self.number(token, Number::from_integer_literal(self.image(token)))
            }
            Kind::Float => {
                let token = self.take()?;
                self.number(token, Number::from_float_literal(self.image(token)))
            }
            Kind::True => self.constant(true),
            Kind::False => self.constant(false),
            Kind::Identifier | Kind::RefCurlyOpen => self
                .reference()
                .map(|reference| Expr::Reference(Box::new(reference))),
            Kind::BracketOpen => self.list_or_range(),
            Kind::CurlyOpen => self.map(),
            _ => Err(self.unexpected("a value")),
        }
    }

    fn number(&self, token: usize, number: Option<Number>) -> Result<Expr> {
        number
            .map(|number| Expr::Literal(Value::Number(number)))
            .ok_or_else(|| {
                let message = "a number of more than 128 bits";
                crate::Error::new(crate::ErrorKind::Unsupported, self.position(token), message)
            })
    }

    fn constant(&mut self, value: bool) -> Result<Expr> {
        self.take()?;
        Ok(Expr::Literal(Value::Bool(value)))
    }

    /// `[1, 2]`, or `[1..2]` where a reference or an integer begins it.
    fn list_or_range(&mut self) -> Result<Expr> {
        self.take()?;
        if self.take_if(Kind::BracketClose)? {
            return Ok(Expr::List(Vec::new()));
        }
        let mut items = vec![self.parameter()?];
        let ranges = matches!(
            items.first(),
            Some(Expr::Reference(_) | Expr::Literal(Value::Number(_)))
        );
        if ranges && self.take_if(Kind::DoubleDot)? {
            return self.range_end(items.remove(0));
        }
        while self.take_if(Kind::Comma)? {
            items.push(self.parameter()?);
        }
        self.expect(&[Kind::BracketClose], ", or ]")?;
        Ok(Expr::List(items))
    }

    fn range_end(&mut self, from: Expr) -> Result<Expr> {
        self.skip_white()?;
        if !matches!(
            self.kind(0)?,
            Kind::Integer | Kind::Identifier | Kind::RefCurlyOpen
        ) {
            return Err(self.unexpected("a reference or an integer"));
        }
        let to = self.parameter()?;
        self.expect(&[Kind::BracketClose], "]")?;
        Ok(Expr::Range(Box::new((from, to))))
    }

    fn map(&mut self) -> Result<Expr> {
        self.take()?;
        let mut entries = Vec::new();
        let blank = usize::from(self.kind(0)? == Kind::Whitespace);
        if matches!(self.kind(blank)?, Kind::CurlyClose | Kind::RefCurlyClose) {
            self.skip_white()?;
        } else {
            entries.push(self.entry()?);
            while self.take_if(Kind::Comma)? {
                entries.push(self.entry()?);
            }
        }
        self.expect(&[Kind::CurlyClose, Kind::RefCurlyClose], ", or }")?;
        Ok(Expr::Map(entries))
    }

    fn entry(&mut self) -> Result<(Expr, Expr)> {
        let key = self.parameter()?;
        self.expect(&[Kind::Colon], ":")?;
        Ok((key, self.parameter()?))
    }
}
