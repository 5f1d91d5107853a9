//! What values print, and when two are equal.

use super::{Machine, Step};
use crate::error::{Error, ErrorKind, Position};
use crate::value::{List, ListKind, Map, Value};

impl Machine<'_> {
    /// The value's text, as Java's `toString` gives it.
    pub(super) fn text(&mut self, value: &Value, position: Position) -> Step<String> {
        let mut text = String::new();
        self.write(value, position, &mut text)?;
        Ok(text)
    }

    pub(super) fn write(&mut self, value: &Value, position: Position, out: &mut String) -> Step {
        match value {
            Value::Null => Ok(self.budget.write("null", out)?),
            Value::Bool(value) => Ok(self
                .budget
                .write(if *value { "true" } else { "false" }, out)?),
            Value::Number(number) => Ok(self.budget.write(&number.to_string(), out)?),
            Value::Text(text) => Ok(self.budget.write(text, out)?),
            Value::List(list) if list.kind == ListKind::Array => Err(no_text("an array", position)),
            Value::List(list) => self.write_list(list, position, out),
            Value::Map(map) => self.write_map(map, position, out),
            Value::Object(object) => {
                let text = object
                    .text()
                    .ok_or_else(|| no_text("this object", position))?;
                Ok(self.budget.write(&text, out)?)
            }
        }
    }

    fn write_list(&mut self, list: &List, position: Position, out: &mut String) -> Step {
        let mut before = "[";
        for item in list.items() {
            self.budget.write(before, out)?;
            self.write(item, position, out)?;
            before = ", ";
        }
        let end = if list.items().is_empty() { "[]" } else { "]" };
        Ok(self.budget.write(end, out)?)
    }

    fn write_map(&mut self, map: &Map, position: Position, out: &mut String) -> Step {
        let mut before = "{";
        for (key, value) in map.entries() {
            self.budget.write(before, out)?;
            self.write(key, position, out)?;
            self.budget.write("=", out)?;
            self.write(value, position, out)?;
            before = ", ";
        }
        let end = if map.entries().is_empty() { "{}" } else { "}" };
        Ok(self.budget.write(end, out)?)
    }

    /// `==`: numbers by value, others of one type by `equals`, the rest by their texts.
    pub(super) fn equal(&mut self, left: &Value, right: &Value, position: Position) -> Step<bool> {
        match (left, right) {
            (Value::Number(a), Value::Number(b)) => {
                let order = a
                    .compare(*b)
                    .map_err(|reason| unsupported(reason, position))?;
                Ok(order.is_eq())
            }
            (Value::Null, Value::Null) => Ok(true),
            (Value::Null, _) | (_, Value::Null) => Ok(false),
            _ if same_type(left, right) => self.equals(left, right),
            _ => Ok(self.text(left, position)? == self.text(right, position)?),
        }
    }

    /// Java's `equals`.
    pub(super) fn equals(&mut self, left: &Value, right: &Value) -> Step<bool> {
        self.budget.more_steps(1)?;
        Ok(match (left, right) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Number(a), Value::Number(b)) => a.same(*b),
            (Value::Text(a), Value::Text(b)) => a == b,
            (Value::List(a), Value::List(b)) => a.is(b) || self.lists_equal(a, b)?,
            (Value::Map(a), Value::Map(b)) => a.is(b) || self.maps_equal(a, b)?,
            (Value::Object(a), Value::Object(b)) => std::sync::Arc::ptr_eq(a, b),
            _ => false,
        })
    }

    fn lists_equal(&mut self, a: &List, b: &List) -> Step<bool> {
        let lists = a.kind == ListKind::List && b.kind == ListKind::List;
        if !lists || a.items().len() != b.items().len() {
            return Ok(false);
        }
        for (a, b) in a.items().iter().zip(b.items()) {
            if !self.equals(a, b)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn maps_equal(&mut self, a: &Map, b: &Map) -> Step<bool> {
        if a.entries().len() != b.entries().len() {
            return Ok(false);
        }
        for (key, value) in a.entries() {
            match self.find(b, key)? {
                Some(other) if self.equals(value, &other)? => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }

    /// A map's value for a key.
    pub(super) fn find(&mut self, map: &Map, key: &Value) -> Step<Option<Value>> {
        for (each, value) in map.entries() {
            if self.equals(each, key)? {
                return Ok(Some(value.clone()));
            }
        }
        Ok(None)
    }
}

fn same_type(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::List(a), Value::List(b)) => a.kind == b.kind,
        _ => std::mem::discriminant(left) == std::mem::discriminant(right),
    }
}

fn no_text(what: &str, position: Position) -> super::Flow {
    unsupported(&format!("{what} has no text to print"), position)
}

pub(super) fn unsupported(message: &str, position: Position) -> super::Flow {
    Error::new(ErrorKind::Unsupported, position, message).into()
}
