//! Loops.

use std::sync::Arc;

use super::budget::LIGHT;
use super::{Flow, Machine, Step};
use crate::ast::Foreach;
use crate::object::Object;
use crate::value::{Map, Value};

/// The names that a loop sets beside its own.
const SCOPE: &str = "foreach";
const COUNT: &str = "velocityCount";
const HAS_NEXT: &str = "velocityHasNext";

/// `$foreach`: where the loop stands.
#[derive(Debug)]
struct Turn {
    index: i32,
    has_next: bool,
    parent: Option<Value>,
}

impl Object for Turn {
    fn property(&self, name: &str) -> Option<Value> {
        Some(match name {
            "index" | "Index" => self.index.into(),
            "count" | "Count" => (self.index + 1).into(),
            "hasNext" | "HasNext" => self.has_next.into(),
            "first" | "First" => (self.index < 1).into(),
            "last" | "Last" => (!self.has_next).into(),
            "parent" | "Parent" => self.parent.clone()?,
            "topmost" | "Topmost" => match &self.parent {
                Some(Value::Object(parent)) => {
                    parent.property(name).or_else(|| self.parent.clone())?
                }
                _ => return None,
            },
            _ => return None,
        })
    }

    fn call(&self, name: &str, arguments: &[Value]) -> Result<Option<Value>, String> {
        let property = match name {
            "getIndex" => "index",
            "getCount" => "count",
            "hasNext" | "getHasNext" => "hasNext",
            "isFirst" | "getFirst" => "first",
            "isLast" | "getLast" => "last",
            "getParent" => "parent",
            "size" | "isEmpty" | "keySet" | "values" | "entrySet" | "get" | "put"
            | "containsKey" | "containsValue" | "toString" | "getInfo" | "getTopmost"
            | "getDepth" | "stop" | "hashCode" | "equals" | "remove" | "clear" | "putAll"
            | "getOrDefault" => {
                return Err(format!("{name} of $foreach is not supported"));
            }
            _ => return Ok(None),
        };
        Ok(self.property(property).filter(|_| arguments.is_empty()))
    }
}

impl Machine<'_> {
    /// Runs the body for each item of a list, or each value of a map; for anything else not at all.
    pub(super) fn foreach(&mut self, foreach: &Foreach, out: &mut String) -> Step {
        self.budget.step(foreach.position)?;
        let items = match self.value(&foreach.list)? {
            Value::List(list) => list.items().to_vec(),
            Value::Map(map) => values(&map),
            _ => return Ok(()),
        };
        self.budget.more_steps(items.len() / LIGHT)?;
        let names = [&foreach.name, COUNT, HAS_NEXT, SCOPE];
        let saved: Vec<Option<Value>> = names.iter().map(|name| self.get(name).cloned()).collect();
        let result = self.turns(foreach, items, out);
        for (name, value) in names.into_iter().zip(saved) {
            match value.filter(|value| !value.is_null()) {
                Some(value) => self.put(name, value),
                None => self.remove(name),
            }
        }
        match result {
            Err(Flow::Break) => Ok(()),
            result => result,
        }
    }

    fn turns(&mut self, foreach: &Foreach, items: Vec<Value>, out: &mut String) -> Step {
        let parent = self.get(SCOPE).cloned();
        let count = items.len();
        let mut hides = true;
        for (index, item) in items.into_iter().enumerate() {
            self.budget.step(foreach.position)?;
            let has_next = index + 1 < count;
            let index = i32::try_from(index).unwrap_or(i32::MAX - 1);
            let turn = Turn {
                index,
                has_next,
                parent: parent.clone(),
            };
            self.put(SCOPE, Value::Object(Arc::new(turn)));
            self.put(COUNT, (index + 1).into());
            self.put(HAS_NEXT, has_next.into());
            let nothing = item.is_null();
            self.put(&foreach.name, item);
            if nothing {
                self.hidden.push((foreach.name.clone(), hides));
                let result = self.block(&foreach.body, out);
                hides = self.hidden.pop().is_some_and(|(_, hides)| hides);
                result?;
            } else {
                self.block(&foreach.body, out)?;
            }
        }
        Ok(())
    }
}

fn values(map: &Map) -> Vec<Value> {
    map.entries()
        .iter()
        .map(|(_, value)| value.clone())
        .collect()
}
