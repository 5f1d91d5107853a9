//! Indexes, slices, and filters over arrays.

use serde_json::Value;

use super::{Frame, Item, Run};
use crate::ast::{Expr, Slice};
use crate::error::Halt;

impl<'a> Run<'a> {
    pub(super) fn indexes(
        &mut self,
        frame: &mut Frame<'a>,
        index: usize,
        indexes: &[i32],
        item: Item<'a>,
    ) -> Result<(), Halt> {
        let Some(items) = array(frame, index, item)? else {
            return Ok(());
        };
        indexes
            .iter()
            .try_for_each(|wanted| match resolve(*wanted, items.len()) {
                Some(position) => self.element(frame, index, position, items),
                None => Ok(()),
            })
    }

    pub(super) fn slice(
        &mut self,
        frame: &mut Frame<'a>,
        index: usize,
        slice: Slice,
        item: Item<'a>,
    ) -> Result<(), Halt> {
        let Some(items) = array(frame, index, item)? else {
            return Ok(());
        };
        let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
        let from_end = |bound: i32| {
            if bound < 0 {
                length + i64::from(bound)
            } else {
                i64::from(bound)
            }
        };
        // With both ends given, each negative position counts from the end by itself: [-1:1] is the last
        // element and then the first.
        let (from, to) = match slice {
            Slice::From(from) => (from_end(from).max(0), length),
            Slice::To(to) => (0, from_end(to).min(length)),
            Slice::Between(from, to) => (i64::from(from).max(-length), i64::from(to).min(length)),
        };
        for position in from..to {
            let position = if position < 0 {
                position + length
            } else {
                position
            };
            self.element(
                frame,
                index,
                usize::try_from(position).unwrap_or(usize::MAX),
                items,
            )?;
        }
        Ok(())
    }

    /// An index out of range, here or in a function further on, drops this branch.
    pub(super) fn element(
        &mut self,
        frame: &mut Frame<'a>,
        index: usize,
        position: usize,
        items: &'a [Value],
    ) -> Result<(), Halt> {
        self.budget.step()?;
        let Some(value) = items.get(position) else {
            return Ok(());
        };
        match self.found(frame, index, Item::Json(value)) {
            Err(Halt::OutOfBounds) => Ok(()),
            other => other,
        }
    }

    pub(super) fn filter_step(
        &mut self,
        frame: &mut Frame<'a>,
        index: usize,
        filter: &'a Expr,
        item: Item<'a>,
    ) -> Result<(), Halt> {
        if item.as_object().is_some() {
            return if self.accepts(frame, filter, item)? {
                self.found(frame, index, item)
            } else {
                Ok(())
            };
        }
        if let Some(items) = item.as_array() {
            for (position, value) in items.iter().enumerate() {
                if self.accepts(frame, filter, Item::Json(value))? {
                    self.element(frame, index, position, items)?;
                }
            }
            return Ok(());
        }
        if frame.upstream_definite(index) {
            return Err(Halt::NotApplicable(
                "a filter is applied to something that is neither array nor object",
            ));
        }
        Ok(())
    }
}

fn array<'a>(
    frame: &Frame<'a>,
    index: usize,
    item: Item<'a>,
) -> Result<Option<&'a Vec<Value>>, Halt> {
    match item.as_array() {
        Some(items) => Ok(Some(items)),
        None if frame.may_drop(index) => Ok(None),
        None => Err(Halt::NotFound(
            "an index or a slice is asked of something that is no array",
        )),
    }
}

fn resolve(index: i32, length: usize) -> Option<usize> {
    let distance = usize::try_from(index.unsigned_abs()).ok()?;
    if index < 0 {
        length.checked_sub(distance)
    } else {
        Some(distance)
    }
}
