//! Values of expressions, and whether they hold.

use super::text::unsupported;
use super::{Flow, Machine, Step};
use crate::ast::{Chain, Expr, Form, Interpolated, Link, Operator};
use crate::error::Position;
use crate::number::Number;
use crate::value::{List, Map, Value};

impl Machine<'_> {
    pub(super) fn value(&mut self, expr: &Expr) -> Step<Value> {
        Ok(match expr {
            Expr::Literal(value) => value.clone(),
            Expr::Interpolated(text) => self.interpolated(text)?,
            Expr::Reference(reference) if reference.form == Form::EscapedBang => Value::Null,
            Expr::Reference(reference) => self.resolve(reference)?,
            Expr::Range(range) => self.range(range)?,
            Expr::List(items) => {
                let mut values = Vec::with_capacity(items.len());
                for item in items {
                    values.push(self.value(item)?);
                }
                let list = Value::List(List::new(values));
                self.budget.depth(list.depth())?;
                list
            }
            Expr::Map(entries) => self.map(entries)?,
            Expr::Not(inner) => Value::Bool(!self.truth(inner)?),
            Expr::Chain(chain) => self.chain(chain)?,
        })
    }

    /// What `#if` and the logical operators see: literals other than `true`, lists and results of
    /// arithmetic are false, and a reference holds unless it is nothing or `false`.
    pub(super) fn truth(&mut self, expr: &Expr) -> Step<bool> {
        match expr {
            Expr::Literal(value) => Ok(matches!(value, Value::Bool(true))),
            Expr::Reference(reference) => {
                let value = if reference.steps.is_empty() {
                    self.get(&reference.root).cloned().unwrap_or_default()
                } else {
                    self.resolve(reference)?
                };
                Ok(!matches!(value, Value::Null | Value::Bool(false)))
            }
            Expr::Not(inner) => Ok(!self.truth(inner)?),
            Expr::Chain(chain) => Ok(matches!(self.chain(chain)?, Value::Bool(true))),
            Expr::Interpolated(_) | Expr::Range(_) | Expr::List(_) | Expr::Map(_) => Ok(false),
        }
    }

    fn interpolated(&mut self, text: &Interpolated) -> Step<Value> {
        self.budget.step(text.position)?;
        let mut made = String::new();
        let reported = self.unresolved.len();
        let result = self.block(&text.block, &mut made);
        for inside in self.unresolved.iter_mut().skip(reported) {
            inside.position = inside.position.within(text.position);
        }
        match result {
            Err(Flow::Failed(error)) => return Err(Flow::Failed(error.within(text.position))),
            result => result?,
        }
        self.budget.step(text.position)?;
        if text.padded {
            made.pop();
        }
        Ok(made.into())
    }

    fn range(&mut self, range: &(Expr, Expr)) -> Step<Value> {
        let (from, to) = (self.value(&range.0)?, self.value(&range.1)?);
        let (Value::Number(from), Value::Number(to)) = (from, to) else {
            return Ok(Value::Null);
        };
        let (from, to) = (from.to_i32(), to.to_i32());
        self.budget.more_steps(from.abs_diff(to) as usize)?;
        let number = |value| Value::Number(Number::Int(value));
        let items = if from >= to {
            // A range downwards, and one of a single number.
            (to..=from).rev().map(number).collect()
        } else {
            (from..=to).map(number).collect()
        };
        Ok(Value::List(List::new(items)))
    }

    fn map(&mut self, entries: &[(Expr, Expr)]) -> Step<Value> {
        let mut made: Vec<(Value, Value)> = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let (key, value) = (self.value(key)?, self.value(value)?);
            let mut known = None;
            for (at, (each, _)) in made.iter().enumerate() {
                if self.equals(each, &key)? {
                    known = Some(at);
                }
            }
            match known.and_then(|at| made.get_mut(at)) {
                Some(entry) => entry.1 = value,
                None => made.push((key, value)),
            }
        }
        let map = Value::Map(Map::new(made));
        self.budget.depth(map.depth())?;
        Ok(map)
    }

    fn chain(&mut self, chain: &Chain) -> Step<Value> {
        self.budget.step(chain.position)?;
        match chain.rest.first().map(|link| link.operator) {
            Some(Operator::And) => self.all(chain, true),
            Some(Operator::Or) => self.all(chain, false),
            _ => self.operate(chain),
        }
    }

    /// Whether all operands hold, or with `or` all do not; stops at the first that decides.
    fn all(&mut self, chain: &Chain, wanted: bool) -> Step<Value> {
        let rest = chain.rest.iter().map(|link| &link.operand);
        for operand in std::iter::once(&chain.first).chain(rest) {
            if self.truth(&operand.expr)? != wanted {
                return Ok(Value::Bool(!wanted));
            }
        }
        Ok(Value::Bool(wanted))
    }

    fn operate(&mut self, chain: &Chain) -> Step<Value> {
        let mut left = self.value(&chain.first.expr)?;
        let mut left_literal = &chain.first.literal;
        for link in &chain.rest {
            let right = self.value(&link.operand.expr)?;
            left = match link.operator {
                Operator::Equal => Value::Bool(self.equal(&left, &right, chain.position)?),
                Operator::NotEqual => Value::Bool(!self.equal(&left, &right, chain.position)?),
                Operator::Add if left.as_text().is_some() || right.as_text().is_some() => self
                    .concat(
                        (&left, left_literal),
                        (&right, &link.operand.literal),
                        chain.position,
                    )?,
                _ => calculated(&left, link, &right, chain.position)?,
            };
            left_literal = &link.literal;
        }
        Ok(left)
    }

    /// Joins texts; a side that is nothing gives its own text.
    fn concat(
        &mut self,
        left: (&Value, &str),
        right: (&Value, &str),
        position: Position,
    ) -> Step<Value> {
        let mut made = String::new();
        for (value, literal) in [left, right] {
            if value.is_null() {
                self.budget.write(literal, &mut made)?;
            } else {
                self.write(value, position, &mut made)?;
            }
        }
        Ok(made.into())
    }
}

/// Arithmetic and order of two numbers. With anything else the first is nothing, the second false.
fn calculated(left: &Value, link: &Link, right: &Value, position: Position) -> Step<Value> {
    let orders = !matches!(
        link.operator,
        Operator::Add
            | Operator::Subtract
            | Operator::Multiply
            | Operator::Divide
            | Operator::Modulus
    );
    let (Value::Number(left), Value::Number(right)) = (left, right) else {
        return Ok(if orders {
            Value::Bool(false)
        } else {
            Value::Null
        });
    };
    let refuse = |reason| unsupported(reason, position);
    if !orders {
        let result = left.calculate(link.operator, *right).map_err(refuse)?;
        return Ok(result.map_or(Value::Null, Value::Number));
    }
    let order = left.compare(*right).map_err(refuse)?;
    Ok(Value::Bool(match link.operator {
        Operator::Less => order.is_lt(),
        Operator::LessOrEqual => order.is_le(),
        Operator::Greater => order.is_gt(),
        _ => order.is_ge(),
    }))
}
