//! The kinds of token, and in which states each is looked for.

use std::sync::LazyLock;

use super::state::State;
use State::{
    Comment, Default, Directive, FormalComment, LineComment, PreDirective, RefArguments, RefIndex,
    RefModifier, Reference, TextBlock,
};

use crate::error::Position;

/// One piece of the template.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    /// The text, with what was read into it on the way, such as the `$` of a name.
    pub(crate) image: String,
    /// `$` and `#` that began nothing; printed before the image where the token is text.
    pub(crate) before: String,
    pub(crate) position: Position,
}

impl Token {
    /// The token as text.
    pub(crate) fn literal(&self) -> String {
        match self.kind {
            Kind::MultiLineComment => String::new(),
            _ => format!("{}{}", self.before, self.image),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    IndexOpen,
    IndexClose,
    BracketOpen,
    BracketClose,
    Comma,
    DoubleDot,
    Colon,
    CurlyOpen,
    CurlyClose,
    ParenOpen,
    ParenClose,
    RefParenClose,
    EscapedDirective,
    Set,
    Dollar,
    DollarBang,
    TextBlockStart,
    FormalCommentStart,
    CommentStart,
    Hash,
    LineCommentStart,
    DoubleEscape,
    Escape,
    Text,
    LineComment,
    FormalComment,
    MultiLineComment,
    TextBlock,
    Skipped,
    TextBlockChar,
    Whitespace,
    StringLiteral,
    True,
    False,
    Minus,
    Plus,
    Multiply,
    Divide,
    Modulus,
    And,
    Or,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
    Not,
    Assign,
    End,
    If,
    ElseIf,
    Else,
    Integer,
    Float,
    Word,
    BracketedWord,
    Identifier,
    Dot,
    RefCurlyOpen,
    RefCurlyClose,
    ReferenceEnd,
    DirectiveEnd,
    EmptyIndex,
    EndOfText,
}

const EVERYWHERE: &[State] = &[
    Default,
    Reference,
    RefModifier,
    RefArguments,
    RefIndex,
    Directive,
    PreDirective,
    LineComment,
    FormalComment,
    Comment,
    TextBlock,
];
const ARGUMENTS: &[State] = &[Directive, RefArguments];
const VALUES: &[State] = &[Directive, RefArguments, RefIndex];
const NAMES: &[State] = &[Reference, RefModifier, RefArguments];

/// The kinds that a state knows, in their order.
pub(super) fn kinds(state: State) -> &'static [Kind] {
    static KINDS: LazyLock<Vec<(State, Vec<Kind>)>> = LazyLock::new(|| {
        let known = |state| {
            let rules = RULES.iter().filter(|(_, states)| states.contains(&state));
            rules.map(|(kind, _)| *kind).collect()
        };
        EVERYWHERE
            .iter()
            .map(|state| (*state, known(*state)))
            .collect()
    });
    KINDS
        .iter()
        .find(|(each, _)| *each == state)
        .map_or(&[], |(_, kinds)| kinds)
}

/// Every kind with its states, in the order of Velocity's grammar: of two equally long matches
/// the first counts.
const RULES: &[(Kind, &[State])] = &[
    (Kind::IndexOpen, &[Reference, RefModifier]),
    (Kind::IndexClose, &[RefIndex]),
    (Kind::BracketOpen, ARGUMENTS),
    (Kind::BracketClose, ARGUMENTS),
    (Kind::Comma, ARGUMENTS),
    (Kind::DoubleDot, ARGUMENTS),
    (Kind::Colon, ARGUMENTS),
    (Kind::CurlyOpen, ARGUMENTS),
    (Kind::CurlyClose, ARGUMENTS),
    (Kind::ParenOpen, &[Directive, RefModifier]),
    (Kind::ParenClose, &[Directive]),
    (Kind::RefParenClose, &[RefArguments]),
    (Kind::EscapedDirective, &[Default]),
    (Kind::Set, &[Default, Reference, RefModifier, RefArguments]),
    (Kind::Dollar, EVERYWHERE),
    (Kind::DollarBang, EVERYWHERE),
    (Kind::TextBlockStart, EVERYWHERE),
    (Kind::FormalCommentStart, EVERYWHERE),
    (Kind::CommentStart, EVERYWHERE),
    (Kind::Hash, EVERYWHERE),
    (
        Kind::LineCommentStart,
        &[Default, PreDirective, Directive, Reference],
    ),
    (Kind::DoubleEscape, &[Default]),
    (Kind::Escape, &[Default]),
    (Kind::Text, &[Default]),
    (Kind::LineComment, &[LineComment]),
    (Kind::FormalComment, &[FormalComment]),
    (Kind::MultiLineComment, &[Comment]),
    (Kind::TextBlock, &[TextBlock]),
    (Kind::Skipped, &[LineComment, FormalComment, Comment]),
    (Kind::TextBlockChar, &[TextBlock]),
    (Kind::Whitespace, VALUES),
    (Kind::StringLiteral, VALUES),
    (
        Kind::True,
        &[Reference, Directive, RefModifier, RefArguments, RefIndex],
    ),
    (
        Kind::False,
        &[Reference, Directive, RefModifier, RefArguments, RefIndex],
    ),
    (Kind::Minus, &[Directive]),
    (Kind::Plus, &[Directive]),
    (Kind::Multiply, &[Directive]),
    (Kind::Divide, &[Directive]),
    (Kind::Modulus, &[Directive]),
    (Kind::And, &[Directive]),
    (Kind::Or, &[Directive]),
    (Kind::Less, &[Directive]),
    (Kind::LessOrEqual, &[Directive]),
    (Kind::Greater, &[Directive]),
    (Kind::GreaterOrEqual, &[Directive]),
    (Kind::Equal, &[Directive]),
    (Kind::NotEqual, &[Directive]),
    (Kind::Not, &[Directive]),
    (Kind::Assign, &[Directive]),
    (Kind::End, &[PreDirective]),
    (Kind::If, &[PreDirective]),
    (Kind::ElseIf, &[PreDirective]),
    (Kind::Else, &[PreDirective]),
    (
        Kind::Integer,
        &[PreDirective, Directive, RefArguments, RefIndex],
    ),
    (
        Kind::Float,
        &[PreDirective, Directive, RefArguments, RefIndex],
    ),
    (Kind::Word, &[PreDirective, Directive]),
    (Kind::BracketedWord, &[PreDirective, Directive]),
    (Kind::Identifier, NAMES),
    (Kind::Dot, NAMES),
    (Kind::RefCurlyOpen, &[Reference, RefModifier]),
    (Kind::RefCurlyClose, &[Reference, RefModifier]),
    (Kind::ReferenceEnd, &[Reference, RefModifier]),
    (Kind::DirectiveEnd, &[PreDirective]),
    (Kind::EmptyIndex, &[Default, Reference]),
];
