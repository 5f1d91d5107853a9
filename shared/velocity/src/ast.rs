//! A compiled template.

use crate::error::Position;
use crate::value::Value;

pub(crate) type Block = Vec<Node>;

#[derive(Debug)]
pub(crate) enum Node {
    Text(String),
    Reference(Reference),
    /// The conditions in turn, each with its block; the last may have none.
    If(Vec<(Option<Expr>, Block)>),
    Set(Set),
    Foreach(Foreach),
    /// `#break`: ends the loop around it; outside of one, the template.
    Break,
    /// `#stop`: ends the template.
    Stop,
}

#[derive(Debug)]
pub(crate) struct Set {
    pub(crate) name: String,
    pub(crate) value: Expr,
    pub(crate) position: Position,
}

#[derive(Debug)]
pub(crate) struct Foreach {
    pub(crate) name: String,
    pub(crate) list: Expr,
    pub(crate) body: Block,
    pub(crate) position: Position,
}

/// A name with its properties, calls and indices, and what to print when it is nothing.
#[derive(Debug)]
pub(crate) struct Reference {
    pub(crate) root: String,
    pub(crate) steps: Vec<Step>,
    pub(crate) form: Form,
    /// Printed before the value: half the backslashes, and text that was read as its beginning.
    pub(crate) prefix: Prefix,
    /// Printed in place of nothing: the reference's own text; empty for `$!`.
    pub(crate) null_text: String,
    /// The reference's own text, as an operand of `+` prints it.
    pub(crate) literal: String,
    pub(crate) position: Position,
}

#[derive(Debug, Default)]
pub(crate) struct Prefix {
    pub(crate) slashes: String,
    pub(crate) more: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// `$x`, `${x}`, `$!x`.
    Plain,
    /// `\$x`: prints its own text.
    Escaped,
    /// `$\!x`: prints its own text, and is nothing in an expression.
    EscapedBang,
    /// A name without `$`, which is no reference at all: printed as it is, and nothing otherwise.
    Runt,
}

#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) kind: StepKind,
    pub(crate) position: Position,
}

#[derive(Debug)]
pub(crate) enum StepKind {
    Property(String),
    Call(String, Vec<Expr>),
    Index(Expr),
}

#[derive(Debug)]
pub(crate) enum Expr {
    Literal(Value),
    Interpolated(Interpolated),
    Reference(Box<Reference>),
    Range(Box<(Expr, Expr)>),
    List(Vec<Expr>),
    Map(Vec<(Expr, Expr)>),
    Not(Box<Expr>),
    /// Operands with the operators between them, all of one precedence, from the left.
    Chain(Box<Chain>),
}

/// Text between double quotes.
#[derive(Debug)]
pub(crate) struct Interpolated {
    pub(crate) block: Block,
    /// Whether the last character was added before parsing, and is taken off the result.
    pub(crate) padded: bool,
    pub(crate) position: Position,
}

#[derive(Debug)]
pub(crate) struct Chain {
    pub(crate) first: Operand,
    pub(crate) rest: Vec<Link>,
    pub(crate) position: Position,
}

#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) operator: Operator,
    pub(crate) operand: Operand,
    /// The text from the operator on, which `+` prints for a left side that is nothing.
    pub(crate) literal: String,
}

#[derive(Debug)]
pub(crate) struct Operand {
    pub(crate) expr: Expr,
    pub(crate) literal: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulus,
}
