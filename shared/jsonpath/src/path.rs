//! The public face: compile once, read many documents.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;
use typed_arena::Arena;

use crate::ast;
use crate::error::{Error, Halt, Result};
use crate::eval::{Item, Run};
use crate::options::Options;
use crate::parser::{self, Builder};

/// A compiled path.
///
/// Compiling is bounded by the length and nesting of the text, reading by [`Limits`](crate::Limits).
/// A path keeps nothing of the documents it reads and may be shared between threads.
pub struct JsonPath {
    text: String,
    path: ast::Path,
}

impl JsonPath {
    /// Compiles `text`.
    ///
    /// # Errors
    /// `Syntax` for what is no path, `Unsupported` for a regular expression that this crate refuses,
    /// `Limit` for a text that is too long or too nested. All have a position.
    pub fn compile(text: &str) -> Result<Self> {
        let path = parser::compile(text, &mut Builder::default())?;
        Ok(Self {
            text: text.to_owned(),
            path,
        })
    }

    /// What the path finds in `document`, with no options: a value for a definite path, a list for
    /// any other.
    ///
    /// # Errors
    /// `NotFound`, `NotApplicable`, `Failed` or `Limit`.
    pub fn read(&self, document: &Value) -> Result<Value> {
        self.read_with(document, &Options::default())
    }

    /// As [`read`](Self::read), with options.
    ///
    /// # Errors
    /// As there. `always_return_list` fails with a path that ends in a function, unless exceptions
    /// are suppressed.
    pub fn read_with(&self, document: &Value, options: &Options) -> Result<Value> {
        if self.path.function && options.always_return_list {
            if !options.suppress_exceptions {
                return Err(Halt::Failed("always_return_list does not go with a function").into());
            }
            return Ok(self.nothing());
        }
        let arena = Arena::new();
        let mut run = Run::new(&arena, options);
        let hits = run.hits(&self.path, false, Item::Json(document), document, *options)?;
        self.answer(&mut run, &hits, options).map_err(Error::from)
    }

    fn answer(
        &self,
        run: &mut Run<'_>,
        hits: &[Item<'_>],
        options: &Options,
    ) -> Result<Value, Halt> {
        let list = options.always_return_list;
        if hits.is_empty() && options.suppress_exceptions {
            return Ok(if list {
                Value::Array(Vec::new())
            } else {
                self.nothing()
            });
        }
        if !self.path.definite {
            return hits
                .iter()
                .map(|hit| run.budget.copy(hit.value()))
                .collect();
        }
        let last = hits
            .last()
            .ok_or(Halt::NotFound("the path finds nothing"))?;
        let value = run.budget.copy(last.value())?;
        Ok(if list {
            Value::Array(vec![value])
        } else {
            value
        })
    }

    fn nothing(&self) -> Value {
        if self.path.definite {
            Value::Null
        } else {
            Value::Array(Vec::new())
        }
    }

    /// Whether the path finds at most one value, so that a read answers with it and not with a list.
    pub fn is_definite(&self) -> bool {
        self.path.definite
    }

    /// The path as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for JsonPath {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::compile(text)
    }
}

impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("JsonPath").field(&self.text).finish()
    }
}
