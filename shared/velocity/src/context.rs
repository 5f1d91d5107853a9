//! The names that a template can use, and the bounds of a rendering.

use std::collections::HashMap;

use crate::value::Value;

/// Names with their values.
#[derive(Clone, Debug, Default)]
pub struct Context {
    values: HashMap<String, Value>,
    any_case: Vec<String>,
    strict: bool,
}

impl Context {
    /// A context without names.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives a name a value, in place of the one that it had.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        self.values.insert(name.into(), value.into());
    }

    /// Gives a name a value, and lets templates write the name in any case. A name that is spelled
    /// exactly goes before.
    pub fn insert_any_case(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        let name = name.into();
        self.any_case.push(name.clone());
        self.insert(name, value);
    }

    /// Whether a reference to a name that nobody set fails the rendering, as in Velocity's strict
    /// mode. Only the name is checked, not its properties; a bare `#if($name)` is free to ask.
    pub fn set_strict(&mut self, strict: bool) {
        self.strict = strict;
    }

    pub(crate) fn is_strict(&self) -> bool {
        self.strict
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name).or_else(|| {
            let known = self
                .any_case
                .iter()
                .find(|known| known.eq_ignore_ascii_case(name))?;
            self.values.get(known)
        })
    }
}

/// How much one rendering may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Statements, operations and turns of loops. Long lists and texts that are only read take some
    /// more, and so does a regular expression.
    pub steps: u64,
    /// Bytes of all texts that are made on the way, the output among them.
    pub text_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            steps: 500_000,
            text_bytes: 4 << 20,
        }
    }
}
