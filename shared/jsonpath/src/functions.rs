//! Functions at the end of a path, over the value before them and their arguments.

mod numbers;
mod text;

use serde_json::{Number, Value};

use crate::ast::{Argument, Call, Function};
use crate::error::Halt;
use crate::eval::{Frame, Item, Run};

/// An argument once its path is read.
#[derive(Clone, Copy)]
enum Given<'a> {
    Item(Item<'a>),
    NotJson,
}

impl<'a> Given<'a> {
    fn item(self) -> Result<Item<'a>, Halt> {
        match self {
            Self::Item(item) => Ok(item),
            Self::NotJson => Err(Halt::Failed("an argument is not JSON")),
        }
    }
}

impl<'a> Run<'a> {
    pub(crate) fn call(
        &mut self,
        frame: &Frame<'a>,
        call: &'a Call,
        item: Item<'a>,
    ) -> Result<Item<'a>, Halt> {
        let Some(function) = call.function else {
            return Err(Halt::NotApplicable("there is no function of this name"));
        };
        let given = self.given(frame, call)?;
        let value = match function {
            Function::Min | Function::Max | Function::Avg | Function::Sum | Function::StdDev => {
                numbers::aggregate(function, &self.numbers(item, &given)?)?
            }
            Function::Concat => self.concat(item, &given)?,
            Function::Append => return self.append(item, &given),
            Function::Keys => return self.keys(item),
            Function::Length => return self.length(frame, call, item),
            Function::First => return element(item, 0),
            Function::Last => return element(item, -1),
            Function::Index => return self.index(item, &given),
        };
        Ok(Item::Json(self.keep(value)))
    }

    /// Paths among the arguments start at the document's root, whichever root they name.
    fn given(&mut self, frame: &Frame<'a>, call: &'a Call) -> Result<Vec<Given<'a>>, Halt> {
        let mut given = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            given.push(match argument {
                Argument::Path(path) => {
                    let root = frame.root;
                    Given::Item(self.single(path, false, Item::Json(root), root, frame.options)?)
                }
                Argument::Json(Some(value)) => Given::Item(Item::Json(value)),
                Argument::Json(None) => Given::NotJson,
            });
        }
        Ok(given)
    }

    fn numbers(&mut self, item: Item<'a>, given: &[Given<'a>]) -> Result<Vec<&'a Number>, Halt> {
        let mut found = Vec::new();
        let own = item.as_array().map(Vec::as_slice).unwrap_or_default();
        found.extend(own.iter().filter_map(Value::as_number));
        for argument in given {
            let item = argument.item()?;
            match item.as_array() {
                Some(items) => found.extend(items.iter().filter_map(Value::as_number)),
                None => found.extend(item.value().as_number()),
            }
        }
        self.budget.steps_of(found.len() + own.len())?;
        Ok(found)
    }

    /// The texts among the elements, and all that the arguments hold as Java prints it.
    fn concat(&mut self, item: Item<'a>, given: &[Given<'a>]) -> Result<Value, Halt> {
        let mut out = String::new();
        let own = item.as_array().map(Vec::as_slice).unwrap_or_default();
        for part in own.iter().filter_map(Value::as_str) {
            self.budget.charge(part.len())?;
            out.push_str(part);
        }
        for argument in given {
            match argument.item()? {
                Item::Json(Value::Null) => {}
                Item::Json(Value::Array(items)) => {
                    for item in items.iter().filter(|item| !item.is_null()) {
                        text::print(item, &mut out, &mut self.budget)?;
                    }
                }
                Item::Json(value) => text::print(value, &mut out, &mut self.budget)?,
                Item::Keys(names) => text::print_names(names, &mut out),
            }
        }
        Ok(Value::String(out))
    }

    /// A copy with the arguments at its end; the document stays as it is.
    fn append(&mut self, item: Item<'a>, given: &[Given<'a>]) -> Result<Item<'a>, Halt> {
        if given.is_empty() || item.as_array().is_none() {
            return Ok(item);
        }
        let mut copy = self.budget.copy(item.value())?;
        if let Value::Array(items) = &mut copy {
            for argument in given {
                items.push(self.budget.copy(argument.item()?.value())?);
            }
        }
        Ok(Item::Json(self.keep(copy)))
    }

    fn keys(&mut self, item: Item<'a>) -> Result<Item<'a>, Halt> {
        let Some(map) = item.as_object() else {
            return Ok(Item::Json(self.keep(Value::Null)));
        };
        let mut names = Vec::with_capacity(map.len());
        for name in map.keys() {
            self.budget.charge(size_of::<Value>() + name.len())?;
            names.push(Value::from(name.as_str()));
        }
        Ok(Item::Keys(self.keep(Value::Array(names))))
    }

    /// Elements or members; null for what has none, a text included. With a path as its argument:
    /// what that path finds below, where that is a list.
    fn length(
        &mut self,
        frame: &Frame<'a>,
        call: &'a Call,
        item: Item<'a>,
    ) -> Result<Item<'a>, Halt> {
        let mut counted = item;
        match call.arguments.first() {
            Some(Argument::Path(path)) => {
                let inner = self.single(path, !path.function, item, item.value(), frame.options)?;
                if inner.as_array().is_some() {
                    counted = inner;
                }
            }
            Some(Argument::Json(_)) => return Err(Halt::Failed("length() takes a path")),
            None => {}
        }
        let length = counted
            .as_array()
            .map(Vec::len)
            .or_else(|| counted.as_object().map(serde_json::Map::len));
        Ok(Item::Json(
            self.keep(length.map_or(Value::Null, Value::from)),
        ))
    }

    fn index(&mut self, item: Item<'a>, given: &[Given<'a>]) -> Result<Item<'a>, Halt> {
        if item.as_array().is_none() {
            return Err(NO_ARRAY);
        }
        let numbers = self.numbers(Item::Json(&Value::Null), given)?;
        let wanted = numbers.first().ok_or(Halt::OutOfBounds)?;
        element(item, numbers::to_int(wanted))
    }
}

const NO_ARRAY: Halt = Halt::Failed("an element is asked of something that is no array");

/// A negative index never reaches the first element: the original stops one short of it.
fn element(item: Item<'_>, index: i32) -> Result<Item<'_>, Halt> {
    let items = item.as_array().ok_or(NO_ARRAY)?;
    let distance = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
    if index >= 0 {
        return items.get(distance).map(Item::Json).ok_or(Halt::OutOfBounds);
    }
    match items.len().checked_sub(distance) {
        Some(position) if position > 0 => {
            items.get(position).map(Item::Json).ok_or(Halt::OutOfBounds)
        }
        _ => Err(Halt::Failed(
            "a negative index reaches past the second element",
        )),
    }
}
