//! Whether a value passes a filter.

mod equality;
mod node;
mod operators;

use std::borrow::Cow;

use serde_json::Value;

use crate::ast::{Expr, Operand, Path};
use crate::decimal::Decimal;
use crate::error::Halt;
use crate::eval::{Frame, Item, Run};
use crate::options::Options;
use node::{Json, Node};

/// Where a filter is evaluated.
#[derive(Clone, Copy)]
struct Scope<'a> {
    item: Item<'a>,
    root: &'a Value,
    options: Options,
}

impl<'a> Run<'a> {
    /// A comparison that cannot be made makes the whole filter false, negations around it included.
    pub(crate) fn accepts(
        &mut self,
        frame: &Frame<'a>,
        filter: &'a Expr,
        item: Item<'a>,
    ) -> Result<bool, Halt> {
        let scope = Scope {
            item,
            root: frame.root,
            options: frame.options,
        };
        match self.test(filter, scope) {
            Err(halt) if halt.means_no_match() => Ok(false),
            other => other,
        }
    }

    fn test(&mut self, filter: &'a Expr, scope: Scope<'a>) -> Result<bool, Halt> {
        self.budget.step()?;
        match filter {
            Expr::Not(inner) => Ok(!self.test(inner, scope)?),
            Expr::Or(operands) => {
                for operand in operands {
                    if self.test(operand, scope)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Expr::And(operands) => {
                for operand in operands {
                    if !self.test(operand, scope)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Expr::Compare {
                left,
                operator,
                right,
            } => {
                let left = self.node(left, scope)?;
                let right = self.node(right, scope)?;
                self.compare(&left, *operator, &right)
            }
        }
    }

    fn node(&mut self, operand: &'a Operand, scope: Scope<'a>) -> Result<Node<'a>, Halt> {
        Ok(match operand {
            Operand::Path(path) => {
                match self.in_filter(path, scope.item, scope.root, scope.options) {
                    Ok(item) => of_item(item)?,
                    Err(Halt::NotFound(_)) => Node::Undefined,
                    Err(halt) => return Err(halt),
                }
            }
            Operand::Exists(path) => Node::Bool(self.exists(path, scope)?),
            Operand::String(text) => Node::Text(Cow::Borrowed(text)),
            Operand::Number(number) => Node::Number(number.clone()),
            Operand::Boolean(value) => Node::Bool(*value),
            Operand::Null => Node::Null,
            Operand::Json { text, value } => Node::Json(Json::Raw {
                text,
                value: value.as_ref(),
            }),
            Operand::Pattern(pattern) => Node::Pattern(pattern),
        })
    }

    /// Always asked of the element, from `$` too. An indefinite path exists when its fixed part does.
    fn exists(&mut self, path: &'a Path, scope: Scope<'a>) -> Result<bool, Halt> {
        let options = Options {
            require_properties: true,
            limits: scope.options.limits,
            ..Options::default()
        };
        match self.hits(path, false, scope.item, scope.root, options) {
            Ok(hits) => Ok(!path.definite || !hits.is_empty()),
            Err(Halt::NotFound(_)) => Ok(false),
            Err(halt) => Err(halt),
        }
    }
}

fn of_item<'a>(item: Item<'a>) -> Result<Node<'a>, Halt> {
    let Item::Json(value) = item else {
        return Err(Halt::Failed("the result of keys() cannot be compared"));
    };
    Ok(match value {
        Value::Null => Node::Null,
        Value::Bool(value) => Node::Bool(*value),
        Value::Number(number) => Node::Number(Decimal::of(number)),
        Value::String(text) => Node::Text(Cow::Borrowed(text)),
        Value::Array(_) | Value::Object(_) => Node::Json(Json::Parsed(value)),
    })
}
