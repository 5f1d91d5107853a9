//! Names, and the members that a wildcard finds in an object.

use serde_json::{Map, Value};

use super::{Frame, Item, Run};
use crate::error::Halt;

impl<'a> Run<'a> {
    pub(super) fn properties(
        &mut self,
        frame: &mut Frame<'a>,
        index: usize,
        names: &'a [String],
        item: Item<'a>,
    ) -> Result<(), Halt> {
        let Some(map) = item.as_object() else {
            if frame.may_drop(index) {
                return Ok(());
            }
            return Err(Halt::NotFound(
                "a name is asked of something that is no object",
            ));
        };
        match names {
            [name] => self.property(frame, index, name, map, true),
            _ if frame.is_leaf(index) => self.merged(frame, names, map),
            _ => names
                .iter()
                .try_for_each(|name| self.property(frame, index, name, map, false)),
        }
    }

    /// `sole`: the step has one name only.
    fn property(
        &mut self,
        frame: &mut Frame<'a>,
        index: usize,
        name: &str,
        map: &'a Map<String, Value>,
        sole: bool,
    ) -> Result<(), Halt> {
        self.budget.step()?;
        let options = frame.options;
        if let Some(value) = map.get(name) {
            return self.member(frame, index, Item::Json(value));
        }
        if frame.is_leaf(index) {
            if options.default_path_leaf_to_null {
                let null = self.keep(Value::Null);
                return self.member(frame, index, Item::Json(null));
            }
            if options.suppress_exceptions || !options.require_properties {
                return Ok(());
            }
        } else {
            let fixed = frame.upstream_definite(index) && sole;
            if (!fixed && !options.require_properties) || options.suppress_exceptions {
                return Ok(());
            }
        }
        Err(Halt::NotFound("a property of the path is missing"))
    }

    /// The value of a member. Right behind a scanned index, only that index counts; see `scan`.
    fn member(&mut self, frame: &mut Frame<'a>, index: usize, value: Item<'a>) -> Result<(), Halt> {
        if !frame.is_leaf(index) {
            return self.evaluate(frame, index + 1, value);
        }
        let scanned = self.scanned_index.get(&(frame.path.first_id + index));
        let wanted = frame
            .path
            .index_before_leaf
            .and_then(|wanted| usize::try_from(wanted).ok());
        match scanned {
            Some(scanned) if Some(*scanned) != wanted => Ok(()),
            _ => self.hit(frame, value),
        }
    }

    /// Several names at the end: one object of those that are there.
    fn merged(
        &mut self,
        frame: &mut Frame<'a>,
        names: &[String],
        map: &Map<String, Value>,
    ) -> Result<(), Halt> {
        let mut object = Map::new();
        for name in names {
            self.budget.step()?;
            let value = match map.get(name) {
                Some(value) => self.budget.copy(value)?,
                None if frame.options.default_path_leaf_to_null => Value::Null,
                None if frame.options.require_properties => {
                    return Err(Halt::NotFound("a property of the path is missing"));
                }
                None => continue,
            };
            self.budget.charge(name.len())?;
            object.insert(name.clone(), value);
        }
        let object = self.keep(Value::Object(object));
        self.hit(frame, Item::Json(object))
    }

    pub(super) fn wildcard(
        &mut self,
        frame: &mut Frame<'a>,
        index: usize,
        item: Item<'a>,
    ) -> Result<(), Halt> {
        if let Some(map) = item.as_object() {
            for value in map.values() {
                self.budget.step()?;
                self.member(frame, index, Item::Json(value))?;
            }
        } else if let Some(items) = item.as_array() {
            for position in 0..items.len() {
                match self.element(frame, index, position, items) {
                    Err(Halt::NotFound(_)) if !frame.options.require_properties => {}
                    other => other?,
                }
            }
        }
        Ok(())
    }
}
