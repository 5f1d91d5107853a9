//! Renders the tree of a template.

mod budget;
mod expression;
mod foreach;
mod reference;
mod text;

use std::collections::HashMap;

use crate::ast::{Block, Node, Set};
use crate::context::{Context, Limits};
use crate::error::{Error, Result};
use crate::template::{Rendered, Unresolved};
use crate::value::Value;
use budget::Budget;

/// Why rendering does not go on with the next node.
enum Flow {
    Break,
    Stop,
    Failed(Error),
}

impl From<Error> for Flow {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

type Step<T = ()> = Result<T, Flow>;

static NULL: Value = Value::Null;

struct Machine<'a> {
    context: &'a Context,
    /// What the template set, and the names of the loops that run.
    set: HashMap<String, Value>,
    /// The names of loops whose present item is nothing, and whether they hide what is set for them.
    hidden: Vec<(String, bool)>,
    budget: Budget,
    unresolved: Vec<Unresolved>,
}

/// The output of a whole template. `#break` outside of a loop ends it, as `#stop` does.
pub(crate) fn render(block: &Block, context: &Context, limits: Limits) -> Result<Rendered> {
    let mut machine = Machine {
        context,
        set: HashMap::new(),
        hidden: Vec::new(),
        budget: Budget::new(limits),
        unresolved: Vec::new(),
    };
    let mut text = String::new();
    match machine.block(block, &mut text) {
        Ok(()) | Err(Flow::Break | Flow::Stop) => Ok(Rendered {
            text,
            unresolved: machine.unresolved,
        }),
        Err(Flow::Failed(error)) => Err(error),
    }
}

impl Machine<'_> {
    fn block(&mut self, block: &Block, out: &mut String) -> Step {
        block.iter().try_for_each(|node| self.node(node, out))
    }

    fn node(&mut self, node: &Node, out: &mut String) -> Step {
        match node {
            Node::Text(text) => Ok(self.budget.write(text, out)?),
            Node::Reference(reference) => self.print(reference, out),
            Node::If(branches) => {
                for (condition, block) in branches {
                    let holds = match condition {
                        Some(condition) => self.truth(condition)?,
                        None => true,
                    };
                    if holds {
                        return self.block(block, out);
                    }
                }
                Ok(())
            }
            Node::Set(set) => self.set(set),
            Node::Foreach(foreach) => self.foreach(foreach, out),
            Node::Break => Err(Flow::Break),
            Node::Stop => Err(Flow::Stop),
        }
    }

    /// Nothing is not assigned: the name keeps its value.
    fn set(&mut self, set: &Set) -> Step {
        self.budget.step(set.position)?;
        let value = self.value(&set.value)?;
        if !value.is_null() {
            self.put(&set.name, value);
        }
        Ok(())
    }

    fn get(&self, name: &str) -> Option<&Value> {
        let hidden = |(each, active): &(String, bool)| *active && each == name;
        if self.hidden.iter().any(hidden) {
            return Some(&NULL);
        }
        self.set.get(name).or_else(|| self.context.get(name))
    }

    /// Sets a name. While a loop's item is nothing, its name stays nothing even so; Velocity's own
    /// loops have it like this.
    fn put(&mut self, name: &str, value: Value) {
        if value.is_null() {
            self.hide(name, true);
        }
        self.set.insert(name.to_owned(), value);
    }

    fn remove(&mut self, name: &str) {
        self.hide(name, false);
        self.set.remove(name);
    }

    fn hide(&mut self, name: &str, hides: bool) {
        let same = self.hidden.iter_mut().filter(|(each, _)| each == name);
        same.for_each(|(_, active)| *active = hides);
    }
}
