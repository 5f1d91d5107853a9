//! What a name stands for.

use std::fmt;
use std::sync::Arc;

use crate::number::Number;
use crate::object::Object;

/// A value of the context, or one that a template makes. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// Nothing: a reference to it prints its own text, or nothing with `$!`.
    #[default]
    Null,
    Bool(bool),
    Number(Number),
    Text(Arc<str>),
    List(List),
    Map(Map),
    /// Something of the caller's, with the properties and methods that it answers to.
    Object(Arc<dyn Object>),
}

/// Which Java type a list is, which decides its methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ListKind {
    List,
    /// What `split` gives: has a list's methods, but no text.
    Array,
    /// A map's keys or values: cannot be indexed.
    Collection,
}

/// Values in a row.
#[derive(Clone)]
pub struct List {
    items: Arc<Vec<Value>>,
    pub(crate) kind: ListKind,
    depth: usize,
}

/// Keys with their values, in the order in which they came.
#[derive(Clone)]
pub struct Map {
    entries: Arc<Vec<(Value, Value)>>,
    depth: usize,
}

impl List {
    /// A list of these values.
    #[must_use]
    pub fn new(items: Vec<Value>) -> Self {
        Self::of(ListKind::List, items)
    }

    pub(crate) fn of(kind: ListKind, items: Vec<Value>) -> Self {
        let depth = 1 + items.iter().map(Value::depth).max().unwrap_or(0);
        Self {
            items: Arc::new(items),
            kind,
            depth,
        }
    }

    /// The values.
    #[must_use]
    pub fn items(&self) -> &[Value] {
        &self.items
    }

    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.items, &other.items)
    }
}

impl Map {
    /// A map of these entries; of two equal texts as keys, the later counts.
    pub(crate) fn new(entries: Vec<(Value, Value)>) -> Self {
        let inner = entries
            .iter()
            .flat_map(|(key, value)| [key.depth(), value.depth()])
            .max();
        Self {
            entries: Arc::new(entries),
            depth: 1 + inner.unwrap_or(0),
        }
    }

    /// The entries, in their order.
    #[must_use]
    pub fn entries(&self) -> &[(Value, Value)] {
        &self.entries
    }

    /// The value of a key that is text.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entries
            .iter()
            .find(|(each, _)| each.as_text() == Some(key))
            .map(|(_, value)| value)
    }

    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.entries, &other.entries)
    }
}

impl Value {
    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// How deeply lists and maps stand in one another.
    pub(crate) fn depth(&self) -> usize {
        match self {
            Self::List(list) => list.depth,
            Self::Map(map) => map.depth,
            _ => 0,
        }
    }

    /// What it is, for messages.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
            Self::Object(_) => "an object",
        }
    }
}

impl fmt::Debug for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.items.iter()).finish()
    }
}

impl fmt::Debug for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.entries.iter().map(|(key, value)| (key, value)))
            .finish()
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Self::Number(Number::Int(value))
    }
}

/// JSON becomes what Java programs commonly read it into: `Integer`, `Long` or `BigInteger` by size,
/// `Double` for anything with a point or an exponent, and maps that keep their order.
impl From<serde_json::Value> for Value {
    fn from(value: serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(value) => Self::Bool(value),
            serde_json::Value::String(text) => text.into(),
            serde_json::Value::Number(number) => Self::Number((number.as_i128()).map_or_else(
                || Number::Double(number.as_f64().unwrap_or(f64::NAN)),
                Number::from_integer,
            )),
            serde_json::Value::Array(items) => {
                Self::List(List::new(items.into_iter().map(Self::from).collect()))
            }
            serde_json::Value::Object(fields) => Self::Map(fields.into()),
        }
    }
}

impl From<serde_json::Map<String, serde_json::Value>> for Map {
    fn from(fields: serde_json::Map<String, serde_json::Value>) -> Self {
        Self::new(
            fields
                .into_iter()
                .map(|(key, value)| (key.into(), value.into()))
                .collect(),
        )
    }
}
