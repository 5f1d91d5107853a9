//! What equals what.

use serde_json::Value;

use super::node::{Json, Node};
use crate::decimal::Decimal;
use crate::error::Halt;
use crate::eval::Run;

impl<'a> Run<'a> {
    /// `==`. A JSON literal on the left equals nothing: the original compares its text.
    pub(super) fn equal(&mut self, left: &Node<'a>, right: &Node<'a>) -> Result<bool, Halt> {
        let (Node::Json(left), Node::Json(right)) = (left, right) else {
            return self.same(left, right);
        };
        let right = right.value()?;
        match left {
            Json::Parsed(left) => self.deep_equal(left, right),
            Json::Raw { .. } => Ok(false),
        }
    }

    /// Equality as lists use it. A number and a string are compared as the left one is: as numbers
    /// when the number stands there, as texts when the string does.
    pub(super) fn same(&mut self, left: &Node<'a>, right: &Node<'a>) -> Result<bool, Halt> {
        self.budget.step()?;
        Ok(match (left, right) {
            (Node::Text(left), Node::Text(right)) => left == right,
            (Node::Text(left), Node::Number(right)) => **left == right.to_string(),
            (Node::Number(left), Node::Number(right)) => left == right,
            (Node::Number(left), Node::Text(right)) => {
                Decimal::parse(right).is_some_and(|right| right == *left)
            }
            (Node::Bool(left), Node::Bool(right)) => left == right,
            (Node::Null, Node::Null) => true,
            (Node::Json(Json::Parsed(left)), Node::Json(Json::Parsed(right))) => {
                self.deep_equal(left, right)?
            }
            (
                Node::Json(Json::Raw { text: left, .. }),
                Node::Json(Json::Raw { text: right, .. }),
            ) => left == right,
            _ => false,
        })
    }

    /// Objects without regard to order; whole numbers never equal fractions, `1` is not `1.0`.
    fn deep_equal(&mut self, left: &Value, right: &Value) -> Result<bool, Halt> {
        self.budget.enter()?;
        let equal = match (left, right) {
            (Value::Array(left), Value::Array(right)) => {
                let mut equal = left.len() == right.len();
                for (left, right) in left.iter().zip(right) {
                    equal = equal && self.deep_equal(left, right)?;
                }
                equal
            }
            (Value::Object(left), Value::Object(right)) => {
                let mut equal = left.len() == right.len();
                for (key, left) in left {
                    let right = right.get(key);
                    equal = equal
                        && right.is_some()
                        && self.deep_equal(left, right.unwrap_or(&Value::Null))?;
                }
                equal
            }
            (left, right) => left == right,
        };
        self.budget.leave();
        Ok(equal)
    }

    /// Whether a member of `list` equals `wanted`.
    pub(super) fn has_member(
        &mut self,
        list: &[Node<'a>],
        wanted: &Node<'a>,
    ) -> Result<bool, Halt> {
        for member in list {
            if self.same(wanted, member)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
