//! What can go wrong, and where.

use std::fmt;

/// Shorthand for this crate's results.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A place in a template, both counted from 1; the column counts characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

impl Position {
    /// The place in the template of a place in a quoted text that begins, with its quote, at `outer`.
    /// Off by what doubled quotes and `\u` escapes are shorter.
    pub(crate) fn within(self, outer: Self) -> Self {
        let column = if self.line == 1 {
            outer.column + self.column
        } else {
            self.column
        };
        Self {
            line: outer.line + self.line.saturating_sub(1),
            column,
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// What kind of failure it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The text is not a template.
    Syntax,
    /// The template asks for something that Velocity has and this library leaves out.
    Unsupported,
    /// A name was used that the context does not hold, and it was told to be strict.
    Unset,
    /// A method was called in a way that it refuses, as an index out of range.
    Call,
    /// A limit of the caller's, or of this library, was met.
    Limit,
}

/// A refusal, with the place in the template.
///
/// The message never holds a value from the context, so it may be shown and logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    position: Position,
    message: String,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, position: Position, message: impl Into<String>) -> Self {
        Self {
            kind,
            position,
            message: message.into(),
        }
    }

    /// The kind of failure.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Where in the template.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// What happened, without the place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Moves the error from a quoted text to the template that holds it.
    pub(crate) fn within(mut self, outer: Position) -> Self {
        self.position = self.position.within(outer);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.message, self.position)
    }
}

impl std::error::Error for Error {}
