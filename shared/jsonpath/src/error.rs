//! What can go wrong, in the classes that Jayway's exceptions have.

use std::fmt;

/// The condition that stopped a compile or a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The text is not a path of this dialect.
    Syntax,
    /// The path is well formed for Java, but uses something that this crate refuses.
    Unsupported,
    /// A definite path found nothing, or its fixed first part is missing.
    NotFound,
    /// The path cannot be applied to this document: a filter over a scalar, an unknown function.
    NotApplicable,
    /// A function or a comparison failed on the values it met.
    Failed,
    /// A bound was reached: length, nesting, steps or size of the result.
    Limit,
}

/// A refused path or a failed read.
///
/// The message says what was expected; it never holds a value of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    position: Option<usize>,
    message: String,
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn syntax(position: usize, message: impl Into<String>) -> Self {
        Self::at(ErrorKind::Syntax, position, message)
    }

    pub(crate) fn at(kind: ErrorKind, position: usize, message: impl Into<String>) -> Self {
        Self {
            kind,
            position: Some(position),
            message: message.into(),
        }
    }

    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Characters before the place in the path where reading stopped; errors of a read have none.
    pub fn position(&self) -> Option<usize> {
        self.position
    }

    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            Some(position) => write!(f, "{} (at character {position})", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for Error {}

/// Why an evaluation stops. Filters and array steps treat these differently, as the original does
/// with its exceptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Halt {
    NotFound(&'static str),
    NotApplicable(&'static str),
    /// An array step on the way swallows it, so that only its branch is dropped.
    OutOfBounds,
    Failed(&'static str),
    Limit(&'static str),
}

impl Halt {
    /// Inside a filter these make the filter false; the others stop the whole read.
    pub(crate) fn means_no_match(self) -> bool {
        matches!(self, Self::NotFound(_) | Self::NotApplicable(_))
    }
}

impl From<Halt> for Error {
    fn from(halt: Halt) -> Self {
        let (kind, message) = match halt {
            Halt::NotFound(message) => (ErrorKind::NotFound, message),
            Halt::NotApplicable(message) => (ErrorKind::NotApplicable, message),
            Halt::OutOfBounds => (
                ErrorKind::Failed,
                "a function asked for an element past the end",
            ),
            Halt::Failed(message) => (ErrorKind::Failed, message),
            Halt::Limit(message) => (ErrorKind::Limit, message),
        };
        Self {
            kind,
            position: None,
            message: message.to_owned(),
        }
    }
}
