//! The operators of comparisons.

use std::cmp::Ordering;

use super::node::{self, Json, Node};
use crate::ast::Operator;
use crate::error::Halt;
use crate::eval::Run;
use crate::pattern::Pattern;

impl<'a> Run<'a> {
    pub(super) fn compare(
        &mut self,
        left: &Node<'a>,
        operator: Operator,
        right: &Node<'a>,
    ) -> Result<bool, Halt> {
        self.budget.step()?;
        match operator {
            Operator::Eq => self.equal(left, right),
            Operator::Ne => Ok(!self.equal(left, right)?),
            Operator::StrictEq => self.strictly_equal(left, right),
            Operator::StrictNe => Ok(!self.strictly_equal(left, right)?),
            Operator::Lt => Ok(order(left, right).is_some_and(Ordering::is_lt)),
            Operator::Le => Ok(order(left, right).is_some_and(Ordering::is_le)),
            Operator::Gt => Ok(order(left, right).is_some_and(Ordering::is_gt)),
            Operator::Ge => Ok(order(left, right).is_some_and(Ordering::is_ge)),
            Operator::Regex => self.matches(left, right),
            Operator::In => self.is_in(left, right),
            Operator::NotIn => Ok(!self.is_in(left, right)?),
            Operator::Contains => self.contains(left, right),
            Operator::Size => has_size(left, right),
            Operator::Empty => is_empty(left, right),
            Operator::Exists => agree(left, right),
            Operator::SubsetOf => self.subset_of(left, right),
            Operator::AnyOf => self.any_of(left, right),
            Operator::NoneOf => self.none_of(left, right),
            Operator::Programmatic => Err(Halt::NotApplicable(
                "this operator takes no operand that can be written",
            )),
        }
    }

    fn strictly_equal(&mut self, left: &Node<'a>, right: &Node<'a>) -> Result<bool, Halt> {
        Ok(
            std::mem::discriminant(left) == std::mem::discriminant(right)
                && self.equal(left, right)?,
        )
    }

    fn is_in(&mut self, left: &Node<'a>, right: &Node<'a>) -> Result<bool, Halt> {
        match self.list(right)? {
            Some(list) => self.has_member(&list, left),
            None => Ok(false),
        }
    }

    fn contains(&mut self, left: &Node<'a>, right: &Node<'a>) -> Result<bool, Halt> {
        match (left, right) {
            (Node::Text(left), Node::Text(right)) => {
                self.budget.steps_of(left.len() / 64)?;
                Ok(left.contains(&**right))
            }
            (Node::Json(_), _) => match self.list(left)? {
                Some(list) => self.has_member(&list, right),
                None => Ok(false),
            },
            _ => Ok(false),
        }
    }

    fn subset_of(&mut self, left: &Node<'a>, right: &Node<'a>) -> Result<bool, Halt> {
        let Some([left, right]) = self.lists(left, right)? else {
            return Ok(false);
        };
        for member in &left {
            if !self.has_member(&right, member)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn any_of(&mut self, left: &Node<'a>, right: &Node<'a>) -> Result<bool, Halt> {
        let Some([left, right]) = self.lists(left, right)? else {
            return Ok(false);
        };
        self.overlap(&left, &right)
    }

    fn none_of(&mut self, left: &Node<'a>, right: &Node<'a>) -> Result<bool, Halt> {
        let Some([left, right]) = self.lists(left, right)? else {
            return Ok(false);
        };
        Ok(!self.overlap(&left, &right)?)
    }

    fn overlap(&mut self, left: &[Node<'a>], right: &[Node<'a>]) -> Result<bool, Halt> {
        for member in left {
            if self.has_member(right, member)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn lists(
        &mut self,
        left: &Node<'a>,
        right: &Node<'a>,
    ) -> Result<Option<[Vec<Node<'a>>; 2]>, Halt> {
        let Some(right) = self.list(right)? else {
            return Ok(None);
        };
        let Some(left) = self.list(left)? else {
            return Ok(None);
        };
        Ok(Some([left, right]))
    }

    /// The members of a list; nothing for an object.
    fn list(&mut self, node: &Node<'a>) -> Result<Option<Vec<Node<'a>>>, Halt> {
        let Node::Json(json) = node else {
            return Err(Halt::NotApplicable("expected a list in the filter"));
        };
        let Some(items) = json.items()? else {
            return Ok(None);
        };
        for item in items {
            self.budget.steps_of(node::member_cost(item))?;
        }
        items
            .iter()
            .map(Node::member)
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// Exactly one side is a regular expression. Of a list, one member has to match; what is neither
    /// text, number nor boolean counts as the empty text, a path that finds nothing included.
    fn matches(&mut self, left: &Node<'a>, right: &Node<'a>) -> Result<bool, Halt> {
        let (pattern, subject) = match (left, right) {
            (Node::Pattern(_), Node::Pattern(_)) => return Ok(false),
            (Node::Pattern(pattern), subject) | (subject, Node::Pattern(pattern)) => {
                (*pattern, subject)
            }
            _ => return Ok(false),
        };
        let Node::Json(json) = subject else {
            return self.matches_text(pattern, subject);
        };
        if json.items()?.is_none() {
            return self.matches_text(pattern, subject);
        }
        for member in self.list(subject)?.unwrap_or_default() {
            if self.matches_text(pattern, &member)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn matches_text(&mut self, pattern: &Pattern, node: &Node<'_>) -> Result<bool, Halt> {
        let mut matches = |text: &str| {
            // Linear, but each character may cost as much as a few hundred comparisons.
            self.budget.steps_of(text.len().saturating_mul(4))?;
            Ok(pattern.matches(text))
        };
        match node {
            Node::Text(text) => matches(text),
            Node::Number(number) => matches(&number.to_string()),
            Node::Bool(value) => matches(if *value { "true" } else { "false" }),
            _ => matches(""),
        }
    }
}

/// Two numbers or two texts; texts by their UTF-16 units, as Java orders them.
fn order(left: &Node<'_>, right: &Node<'_>) -> Option<Ordering> {
    match (left, right) {
        (Node::Number(left), Node::Number(right)) => Some(left.cmp(right)),
        (Node::Text(left), Node::Text(right)) => {
            Some(left.encode_utf16().cmp(right.encode_utf16()))
        }
        _ => None,
    }
}

/// An object has size -1.
fn has_size(left: &Node<'_>, right: &Node<'_>) -> Result<bool, Halt> {
    let Node::Number(wanted) = right else {
        return Ok(false);
    };
    let size = match left {
        Node::Text(text) => text.encode_utf16().count(),
        Node::Json(json) => match json.items()? {
            Some(items) => items.len(),
            None => return Ok(wanted.int_value() == -1),
        },
        _ => return Ok(false),
    };
    Ok(i32::try_from(size).is_ok_and(|size| size == wanted.int_value()))
}

fn is_empty(left: &Node<'_>, right: &Node<'_>) -> Result<bool, Halt> {
    let empty = match left {
        Node::Text(text) => text.is_empty(),
        Node::Json(json) => is_empty_json(json)?,
        _ => return Ok(false),
    };
    Ok(empty == right.as_bool()?)
}

fn is_empty_json(json: &Json<'_>) -> Result<bool, Halt> {
    let items = json
        .items()?
        .ok_or(Halt::Failed("'empty' cannot be asked of an object"))?;
    Ok(items.is_empty())
}

fn agree(left: &Node<'_>, right: &Node<'_>) -> Result<bool, Halt> {
    if !matches!(left, Node::Bool(_)) && !matches!(right, Node::Bool(_)) {
        return Err(Halt::Failed("'exists' compares with true or false"));
    }
    Ok(left.as_bool()? == right.as_bool()?)
}
