//! A path over a document: step by step, depth first, within its budget.
//!
//! A path evaluates to a list of hits. What makes the dialect is when a step that cannot go on drops
//! its branch in silence and when it stops everything; that depends on whether all steps before it
//! are fixed, on the options, and on where an error is caught on its way up.

mod array;
mod budget;
mod property;
mod scan;

use std::collections::HashMap;

use serde_json::Value;
use typed_arena::Arena;

use crate::ast::{Path, Step};
use crate::error::Halt;
use crate::options::Options;
pub(crate) use budget::Budget;

/// A value under way: of the document, or made by a function.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Item<'a> {
    Json(&'a Value),
    /// The names that `keys()` gave. They print as a list but are none to any other step.
    Keys(&'a Value),
}

impl<'a> Item<'a> {
    pub(crate) fn value(self) -> &'a Value {
        match self {
            Self::Json(value) | Self::Keys(value) => value,
        }
    }

    pub(crate) fn as_array(self) -> Option<&'a Vec<Value>> {
        match self {
            Self::Json(Value::Array(items)) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn as_object(self) -> Option<&'a serde_json::Map<String, Value>> {
        match self {
            Self::Json(Value::Object(map)) => Some(map),
            _ => None,
        }
    }
}

/// One read: its budget, and what all evaluations inside each other share.
pub(crate) struct Run<'a> {
    pub(crate) budget: Budget,
    arena: &'a Arena<Value>,
    /// What paths from `$` inside filters came to, by path and root.
    cache: HashMap<(usize, *const Value), Item<'a>>,
    /// See `scan`.
    scanned_index: HashMap<usize, usize>,
}

/// One evaluation of one path.
pub(crate) struct Frame<'a> {
    pub(crate) path: &'a Path,
    /// `length($.a)` counts what `$.a[*]` would find: the wildcard is put behind the last step.
    pub(crate) each_child: bool,
    pub(crate) root: &'a Value,
    pub(crate) options: Options,
    pub(crate) hits: Vec<Item<'a>>,
}

impl<'a> Frame<'a> {
    pub(crate) fn is_leaf(&self, index: usize) -> bool {
        index + 1 == self.path.tokens.len() + usize::from(self.each_child)
    }

    pub(crate) fn upstream_definite(&self, index: usize) -> bool {
        self.path
            .tokens
            .get(index)
            .is_none_or(|token| token.upstream_definite)
    }

    /// Whether a step that cannot go on drops its branch only.
    pub(crate) fn may_drop(&self, index: usize) -> bool {
        !self.upstream_definite(index) || self.options.suppress_exceptions
    }
}

impl<'a> Run<'a> {
    pub(crate) fn new(arena: &'a Arena<Value>, options: &Options) -> Self {
        let budget = Budget::new(options.limits);
        Self {
            budget,
            arena,
            cache: HashMap::new(),
            scanned_index: HashMap::new(),
        }
    }

    /// Keeps a value that a step made until the read ends.
    pub(crate) fn keep(&mut self, value: Value) -> &'a Value {
        self.arena.alloc(value)
    }

    /// All hits of `path`, starting at `start`.
    pub(crate) fn hits(
        &mut self,
        path: &'a Path,
        each_child: bool,
        start: Item<'a>,
        root: &'a Value,
        options: Options,
    ) -> Result<Vec<Item<'a>>, Halt> {
        if root.is_null() {
            return Err(Halt::Failed("a document that is null has no paths"));
        }
        let mut frame = Frame {
            path,
            each_child: each_child && !path.tokens.is_empty(),
            root,
            options,
            hits: Vec::new(),
        };
        if path.tokens.is_empty() {
            self.hit(&mut frame, start)?;
        } else {
            self.evaluate(&mut frame, 0, start)?;
        }
        Ok(frame.hits)
    }

    /// What a path inside another one comes to, as one value.
    pub(crate) fn single(
        &mut self,
        path: &'a Path,
        each_child: bool,
        start: Item<'a>,
        root: &'a Value,
        options: Options,
    ) -> Result<Item<'a>, Halt> {
        let hits = self.hits(path, each_child, start, root, options)?;
        if !path.definite {
            let mut list = Vec::with_capacity(hits.len());
            for hit in hits {
                list.push(self.budget.copy(hit.value())?);
            }
            return Ok(Item::Json(self.keep(Value::Array(list))));
        }
        match hits.last() {
            Some(last) => Ok(*last),
            None if options.suppress_exceptions => Ok(Item::Json(self.keep(Value::Null))),
            None => Err(Halt::NotFound("the path finds nothing")),
        }
    }

    /// Like `single` for a path of a filter. From `$` it comes to the same for each element.
    pub(crate) fn in_filter(
        &mut self,
        path: &'a Path,
        item: Item<'a>,
        root: &'a Value,
        options: Options,
    ) -> Result<Item<'a>, Halt> {
        if !path.from_root {
            return self.single(path, false, item, root, options);
        }
        let key = (path.first_id, std::ptr::from_ref(root));
        if let Some(known) = self.cache.get(&key) {
            return Ok(*known);
        }
        let found = self.single(path, false, Item::Json(root), root, options)?;
        self.cache.insert(key, found);
        Ok(found)
    }

    pub(crate) fn hit(&mut self, frame: &mut Frame<'a>, item: Item<'a>) -> Result<(), Halt> {
        self.budget.charge(size_of::<Item<'_>>())?;
        frame.hits.push(item);
        Ok(())
    }

    /// Applies the step at `index` to `item`, and the steps after it to what it finds.
    fn evaluate(
        &mut self,
        frame: &mut Frame<'a>,
        index: usize,
        item: Item<'a>,
    ) -> Result<(), Halt> {
        self.budget.enter()?;
        let result = self.apply(frame, index, item);
        self.budget.leave();
        result
    }

    fn apply(&mut self, frame: &mut Frame<'a>, index: usize, item: Item<'a>) -> Result<(), Halt> {
        let path = frame.path;
        let Some(token) = path.tokens.get(index) else {
            return self.wildcard(frame, index, item);
        };
        match &token.step {
            Step::Properties(names) => self.properties(frame, index, names, item),
            Step::Indexes(indexes) => self.indexes(frame, index, indexes, item),
            Step::Slice(slice) => self.slice(frame, index, *slice, item),
            Step::Wildcard => self.wildcard(frame, index, item),
            Step::Scan => self.scan(frame, index, item),
            Step::Filter(filter) => self.filter_step(frame, index, filter, item),
            Step::Function(call) => {
                let result = self.call(frame, call, item)?;
                self.hit(frame, result)?;
                if frame.is_leaf(index) {
                    Ok(())
                } else {
                    self.evaluate(frame, index + 1, result)
                }
            }
        }
    }

    /// `item` was found by the step at `index`: it is a hit, or the next step's start.
    fn found(&mut self, frame: &mut Frame<'a>, index: usize, item: Item<'a>) -> Result<(), Halt> {
        if frame.is_leaf(index) {
            self.hit(frame, item)
        } else {
            self.evaluate(frame, index + 1, item)
        }
    }
}
