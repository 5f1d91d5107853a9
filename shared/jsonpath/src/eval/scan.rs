//! `..`: the step behind it at every level of what is below.
//!
//! Two oddities of the original are kept, since a path written against it may rest on them. When an
//! index, a slice, a wildcard or a filter follows `..` and is not the last step, an array passes all
//! its elements on, whatever the index or the filter says. And when the step after that is a
//! property at the end, an element counts only if its position is the index written before the
//! property; the position last seen sticks to that step until the read ends.

use serde_json::Value;

use super::{Frame, Item, Run};
use crate::ast::Step;
use crate::error::Halt;

impl<'a> Run<'a> {
    pub(super) fn scan(
        &mut self,
        frame: &mut Frame<'a>,
        index: usize,
        item: Item<'a>,
    ) -> Result<(), Halt> {
        if frame.is_leaf(index) {
            return Err(Halt::Failed(
                "'..' is followed by nothing that can be looked for",
            ));
        }
        self.walk(frame, index + 1, item)
    }

    /// Applies the step `target` to `item` and to all below it.
    fn walk(&mut self, frame: &mut Frame<'a>, target: usize, item: Item<'a>) -> Result<(), Halt> {
        self.budget.enter()?;
        let result = self.walk_level(frame, target, item);
        self.budget.leave();
        result
    }

    fn walk_level(
        &mut self,
        frame: &mut Frame<'a>,
        target: usize,
        item: Item<'a>,
    ) -> Result<(), Halt> {
        if let Some(map) = item.as_object() {
            if self.is_target(frame, target, item)? {
                self.evaluate(frame, target, item)?;
            }
            for value in map.values() {
                self.walk_below(frame, target, value)?;
            }
        } else if let Some(items) = item.as_array() {
            if self.is_target(frame, target, item)? {
                self.pass_elements(frame, target, item, items)?;
            }
            for value in items {
                self.walk_below(frame, target, value)?;
            }
        }
        Ok(())
    }

    fn walk_below(
        &mut self,
        frame: &mut Frame<'a>,
        target: usize,
        value: &'a Value,
    ) -> Result<(), Halt> {
        if value.is_object() || value.is_array() {
            self.walk(frame, target, Item::Json(value))
        } else {
            self.budget.step()
        }
    }

    fn pass_elements(
        &mut self,
        frame: &mut Frame<'a>,
        target: usize,
        item: Item<'a>,
        items: &'a [Value],
    ) -> Result<(), Halt> {
        if frame.is_leaf(target) {
            return self.evaluate(frame, target, item);
        }
        let next = frame.path.first_id + target + 1;
        for (position, value) in items.iter().enumerate() {
            self.scanned_index.insert(next, position);
            self.evaluate(frame, target + 1, Item::Json(value))?;
        }
        Ok(())
    }

    fn is_target(
        &mut self,
        frame: &Frame<'a>,
        target: usize,
        item: Item<'a>,
    ) -> Result<bool, Halt> {
        let path = frame.path;
        let Some(token) = path.tokens.get(target) else {
            return Ok(true);
        };
        Ok(match &token.step {
            Step::Properties(names) => item.as_object().is_some_and(|map| {
                let leaf = frame.is_leaf(target);
                (names.len() > 1 && !leaf)
                    || (leaf && frame.options.default_path_leaf_to_null)
                    || names.iter().all(|name| map.contains_key(name))
            }),
            Step::Indexes(_) | Step::Slice(_) => item.as_array().is_some(),
            Step::Wildcard => true,
            Step::Filter(filter) => self.accepts(frame, filter, item)?,
            Step::Scan | Step::Function(_) => false,
        })
    }
}
