//! The two sides of a comparison.

use std::borrow::Cow;

use serde_json::Value;

use crate::decimal::Decimal;
use crate::error::Halt;
use crate::json;
use crate::parser::{self, Builder};
use crate::pattern::Pattern;
use crate::unescape::unescape;

/// Bytes of a text in a list that is still tried as a path.
const MAX_PATH_IN_LIST: usize = 256;

#[derive(Clone, Debug)]
pub(super) enum Node<'a> {
    Text(Cow<'a, str>),
    Number(Decimal),
    Bool(bool),
    Null,
    /// A path that finds nothing. It equals nothing, itself included.
    Undefined,
    Json(Json<'a>),
    Pattern(&'a Pattern),
    /// A string in a list that is itself a path: it equals nothing.
    Path,
}

/// An array or an object.
#[derive(Clone, Debug)]
pub(super) enum Json<'a> {
    /// Of the document.
    Parsed(&'a Value),
    /// Of the filter, or a string in a list that is itself JSON. No value: not JSON after all.
    Raw {
        text: &'a str,
        value: Option<&'a Value>,
    },
}

/// What looking into a member of a list costs: a text may be a path with regular expressions in it.
pub(super) fn member_cost(value: &Value) -> usize {
    match value {
        Value::String(text) if text.contains("=~") => 50_000 + text.len(),
        Value::String(text) => 1 + text.len() / 4,
        _ => 1,
    }
}

impl<'a> Json<'a> {
    pub(super) fn value(&self) -> Result<&'a Value, Halt> {
        match self {
            Self::Parsed(value) => Ok(value),
            Self::Raw { value, .. } => {
                value.ok_or(Halt::Failed("a literal of the filter is not JSON"))
            }
        }
    }

    pub(super) fn items(&self) -> Result<Option<&'a Vec<Value>>, Halt> {
        Ok(self.value()?.as_array())
    }
}

impl<'a> Node<'a> {
    /// A member of a list. Strings are looked into: quotes around them go, backslashes are resolved,
    /// and what is a path or JSON becomes that.
    pub(super) fn member(value: &'a Value) -> Result<Self, Halt> {
        Ok(match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Number(Decimal::of(number)),
            Value::String(text) => Self::member_text(text)?,
            Value::Array(_) | Value::Object(_) => {
                return Err(Halt::Failed(
                    "a list with arrays or objects in it cannot be searched",
                ));
            }
        })
    }

    fn member_text(text: &'a str) -> Result<Self, Halt> {
        let trimmed = text.trim_matches(|c| c <= ' ');
        if trimmed.starts_with(['@', '$'])
            && text.len() <= MAX_PATH_IN_LIST
            && parser::compile(trimmed, &mut Builder::default()).is_ok()
        {
            return Ok(Self::Path);
        }
        let bracketed = |open, close| {
            trimmed.starts_with(open) && trimmed.ends_with(close) && trimmed.len() > 1
        };
        if (bracketed('[', ']') || bracketed('{', '}'))
            && json::parse(&trimmed.chars().collect::<Vec<_>>()).is_some()
        {
            return Ok(Self::Json(Json::Raw { text, value: None }));
        }
        if text.encode_utf16().count() < 2 {
            return Ok(Self::Text(Cow::Borrowed(text)));
        }
        let unquoted = unquote(text, '\'')
            .or_else(|| unquote(text, '"'))
            .unwrap_or(text);
        if !unquoted.contains('\\') {
            return Ok(Self::Text(Cow::Borrowed(unquoted)));
        }
        unescape(unquoted)
            .map(|text| Self::Text(Cow::Owned(text)))
            .map_err(Halt::Failed)
    }

    pub(super) fn as_bool(&self) -> Result<bool, Halt> {
        match self {
            Self::Bool(value) => Ok(*value),
            _ => Err(Halt::NotApplicable("expected true or false in the filter")),
        }
    }
}

fn unquote(text: &str, quote: char) -> Option<&str> {
    text.strip_prefix(quote)?.strip_suffix(quote)
}
