//! What stands at the top of a template or a block.

use super::Parser;
use crate::ast::{Block, Node};
use crate::error::Result;
use crate::lexer::Kind;

/// The directives that Velocity 1.7 has beside those of its grammar.
pub(super) const DIRECTIVES: [&str; 9] = [
    "foreach", "include", "parse", "macro", "literal", "evaluate", "break", "define", "stop",
];
const GRAMMAR: [&str; 5] = ["if", "end", "set", "else", "elseif"];

impl Parser {
    /// Statements, up to something that is none.
    pub(super) fn block(&mut self) -> Result<Block> {
        let mut block = Block::new();
        while let Some(node) = self.statement()? {
            match (block.last_mut(), node) {
                (Some(Node::Text(text)), Node::Text(more)) => text.push_str(&more),
                (_, Node::Text(text)) if text.is_empty() => {}
                (_, node) => block.push(node),
            }
        }
        Ok(block)
    }

    fn statement(&mut self) -> Result<Option<Node>> {
        let node = match self.kind(0)? {
            Kind::If => self.deeper(Self::if_statement)?,
            Kind::Identifier => Node::Reference(self.reference()?),
            Kind::RefCurlyOpen if self.kind(1)? == Kind::Identifier => {
                Node::Reference(self.reference()?)
            }
            Kind::LineCommentStart | Kind::MultiLineComment | Kind::FormalComment => {
                self.comment()?
            }
            Kind::TextBlock => self.text_block()?,
            Kind::Set => self.deeper(Self::set)?,
            Kind::EscapedDirective => self.escaped_directive()?,
            Kind::DoubleEscape => self.escape()?,
            Kind::Word | Kind::BracketedWord => self.deeper(Self::directive)?,
            kind if is_text(kind) => {
                let token = self.take()?;
                Node::Text(self.literal(token, token + 1))
            }
            _ => return Ok(None),
        };
        Ok(Some(node))
    }

    /// A comment prints what was read as its beginning and is not part of it.
    fn comment(&mut self) -> Result<Node> {
        let token = self.take()?;
        if self
            .tokens
            .get(token)
            .is_some_and(|token| token.kind == Kind::LineCommentStart)
        {
            self.take_if(Kind::LineComment)?;
        }
        let image = self.image(token);
        let before = image.split_once("##").or_else(|| image.split_once("#*"));
        Ok(Node::Text(
            before
                .map(|(before, _)| before.to_owned())
                .unwrap_or_default(),
        ))
    }

    fn text_block(&mut self) -> Result<Node> {
        let token = self.take()?;
        let image = self.image(token);
        let inner: Vec<char> = image.chars().skip(3).collect();
        Ok(Node::Text(
            inner.iter().take(inner.len().saturating_sub(3)).collect(),
        ))
    }

    /// `\#if`: loses half of its backslashes, where a directive has that name.
    fn escaped_directive(&mut self) -> Result<Node> {
        let token = self.take()?;
        let image = self.image(token);
        let slashes = image.chars().take_while(|c| *c == '\\').count();
        let directive: String = image.chars().skip(slashes).collect();
        let name = directive
            .trim_start_matches(['#', '{'])
            .trim_end_matches('}');
        if !GRAMMAR.contains(&name) && !DIRECTIVES.contains(&name) {
            return Ok(Node::Text(image.to_owned()));
        }
        Ok(Node::Text(format!(
            "{}{directive}",
            "\\".repeat((slashes - 1) / 2)
        )))
    }

    /// Pairs of backslashes print one each before a directive, and both before anything else.
    fn escape(&mut self) -> Result<Node> {
        let mut pairs = 0;
        while self.take_if(Kind::DoubleEscape)? {
            pairs += 1;
        }
        let next = self.kind(0)?;
        let name: String = self.image(self.at).chars().skip(1).collect();
        let halves = matches!(next, Kind::If | Kind::Else | Kind::ElseIf | Kind::End)
            || DIRECTIVES.contains(&name.as_str());
        Ok(Node::Text("\\".repeat(if halves {
            pairs
        } else {
            2 * pairs
        })))
    }
}

fn is_text(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Text
            | Kind::Dot
            | Kind::ParenClose
            | Kind::ParenOpen
            | Kind::Integer
            | Kind::Float
            | Kind::StringLiteral
            | Kind::Escape
            | Kind::RefCurlyOpen
            | Kind::RefCurlyClose
            | Kind::EmptyIndex
    )
}
