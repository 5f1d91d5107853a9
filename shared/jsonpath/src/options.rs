//! How a read answers when something is missing, and how much it may do.

/// Jayway's options, by its names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// A last property that is missing counts as null.
    pub default_path_leaf_to_null: bool,
    /// A definite path answers with a list of one. Not with a function at the end of the path.
    pub always_return_list: bool,
    /// What is not found is null, or an empty list where a list was due. As in the original, a
    /// filter over a scalar and a failing function stay errors.
    pub suppress_exceptions: bool,
    /// A property that is missing anywhere is "not found", in an indefinite path too.
    pub require_properties: bool,
    pub limits: Limits,
}

/// What one read may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Steps: one for each value looked at and each comparison.
    pub steps: u64,
    /// Bytes of all that is built: the result, and what functions and filters make on the way.
    pub output_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            steps: 5_000_000,
            output_bytes: 16 * 1024 * 1024,
        }
    }
}

/// Characters of a path.
pub(crate) const MAX_PATH_CHARS: usize = 8 * 1024;
/// Steps of one path, counted from its root.
pub(crate) const MAX_TOKENS: usize = 128;
/// Filters, parentheses and arguments inside each other.
pub(crate) const MAX_NESTING: usize = 24;
/// Regular expressions in one path.
pub(crate) const MAX_PATTERNS: usize = 16;
/// Levels of a document, and steps of all paths under way, that are open at once.
pub(crate) const MAX_DEPTH: usize = 400;
