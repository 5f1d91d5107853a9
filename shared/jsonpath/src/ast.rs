//! A compiled path: its steps, and the filters and functions in them.

use serde_json::Value;

use crate::decimal::Decimal;
use crate::pattern::Pattern;

/// A sequence of steps from a root.
#[derive(Debug)]
pub(crate) struct Path {
    pub(crate) tokens: Vec<Token>,
    /// The first of the ids that belong to this path: one for each token, and one to spare.
    pub(crate) first_id: usize,
    /// Starts with `$`, not with `@`.
    pub(crate) from_root: bool,
    pub(crate) definite: bool,
    /// Ends in a function.
    pub(crate) function: bool,
    /// The index of the step before the last, where that is a single index; see `eval::scan`.
    pub(crate) index_before_leaf: Option<i32>,
}

#[derive(Debug)]
pub(crate) struct Token {
    pub(crate) step: Step,
    /// Nothing before this step may match more than one value.
    pub(crate) upstream_definite: bool,
}

#[derive(Debug)]
pub(crate) enum Step {
    Properties(Vec<String>),
    Indexes(Vec<i32>),
    Slice(Slice),
    Wildcard,
    Scan,
    Filter(Expr),
    Function(Call),
}

impl Step {
    /// Whether the step matches at most one value. Several names at the end make one object.
    pub(crate) fn is_definite(&self, leaf: bool) -> bool {
        match self {
            Self::Properties(names) => names.len() == 1 || leaf,
            Self::Indexes(indexes) => indexes.len() == 1,
            Self::Function(_) => true,
            Self::Slice(_) | Self::Wildcard | Self::Scan | Self::Filter(_) => false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slice {
    From(i32),
    To(i32),
    Between(i32, i32),
}

/// A function step. An unknown name is an error only when the step is reached.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) function: Option<Function>,
    pub(crate) arguments: Vec<Argument>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    Min,
    Max,
    Avg,
    Sum,
    StdDev,
    Concat,
    Length,
    Append,
    Keys,
    First,
    Last,
    Index,
}

impl Function {
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "min" => Self::Min,
            "max" => Self::Max,
            "avg" => Self::Avg,
            "sum" => Self::Sum,
            "stddev" => Self::StdDev,
            "concat" => Self::Concat,
            "length" | "size" => Self::Length,
            "append" => Self::Append,
            "keys" => Self::Keys,
            "first" => Self::First,
            "last" => Self::Last,
            "index" => Self::Index,
            _ => return None,
        })
    }
}

#[derive(Debug)]
pub(crate) enum Argument {
    Path(Path),
    /// None: text that is not JSON, which is an error only when it is asked for.
    Json(Option<Value>),
}

#[derive(Debug)]
pub(crate) enum Expr {
    Or(Vec<Expr>),
    And(Vec<Expr>),
    Not(Box<Expr>),
    Compare {
        left: Operand,
        operator: Operator,
        right: Operand,
    },
}

#[derive(Debug)]
pub(crate) enum Operand {
    Path(Path),
    /// Whether the path finds something, as a boolean.
    Exists(Path),
    String(String),
    Number(Decimal),
    Boolean(bool),
    Null,
    /// None: text that is not JSON, which is an error only when it is asked for.
    Json {
        text: String,
        value: Option<Value>,
    },
    Pattern(Pattern),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Eq,
    Ne,
    StrictEq,
    StrictNe,
    Lt,
    Le,
    Gt,
    Ge,
    Regex,
    In,
    NotIn,
    Contains,
    Size,
    Empty,
    Exists,
    SubsetOf,
    AnyOf,
    NoneOf,
    /// `all`, `type` and `matches` parse, but take operands that no text can give.
    Programmatic,
}

impl Operator {
    pub(crate) fn named(text: &str) -> Option<Self> {
        Some(match text.to_uppercase().as_str() {
            "==" => Self::Eq,
            "!=" => Self::Ne,
            "===" => Self::StrictEq,
            "!==" => Self::StrictNe,
            "<" => Self::Lt,
            "<=" => Self::Le,
            ">" => Self::Gt,
            ">=" => Self::Ge,
            "=~" => Self::Regex,
            "IN" => Self::In,
            "NIN" => Self::NotIn,
            "CONTAINS" => Self::Contains,
            "SIZE" => Self::Size,
            "EMPTY" => Self::Empty,
            "EXISTS" => Self::Exists,
            "SUBSETOF" => Self::SubsetOf,
            "ANYOF" => Self::AnyOf,
            "NONEOF" => Self::NoneOf,
            "ALL" | "TYPE" | "MATCHES" => Self::Programmatic,
            _ => return None,
        })
    }
}
