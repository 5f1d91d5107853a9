//! Builds the tree of a template from its tokens.

mod directive;
mod expression;
mod operators;
mod quoted;
mod reference;
mod statement;

use crate::ast::Block;
use crate::error::{Error, ErrorKind, Position, Result};
use crate::lexer::{Kind, Lexer, Token};

/// How many characters a template may have.
pub(crate) const MAX_CHARS: usize = 1 << 20;
/// How deeply blocks, parentheses, calls and quoted texts may stand in one another.
const MAX_DEPTH: usize = 48;

/// Parses a whole template.
pub(crate) fn parse(text: &str) -> Result<Block> {
    if text.chars().nth(MAX_CHARS).is_some() {
        let message = format!("a template has at most {MAX_CHARS} characters");
        return Err(Error::new(
            ErrorKind::Limit,
            Position { line: 1, column: 1 },
            message,
        ));
    }
    parse_within(text, 0)
}

/// Parses a template that stands in another one, as the text of a double-quoted literal.
fn parse_within(text: &str, depth: usize) -> Result<Block> {
    let mut parser = Parser {
        lexer: Lexer::new(text),
        tokens: Vec::new(),
        at: 0,
        depth,
    };
    let block = parser.block()?;
    parser.expect(
        &[Kind::EndOfText],
        "text, a reference, a directive or the end",
    )?;
    Ok(block)
}

/// Reads tokens only when it needs them, as what the lexer finds depends on what was parsed.
struct Parser {
    lexer: Lexer,
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl Parser {
    /// The kind of the token that stands `ahead` of the next one.
    fn kind(&mut self, ahead: usize) -> Result<Kind> {
        while self.tokens.len() <= self.at + ahead {
            let token = self.lexer.next()?;
            self.tokens.push(token);
        }
        Ok(self
            .tokens
            .get(self.at + ahead)
            .map_or(Kind::EndOfText, |token| token.kind))
    }

    /// Takes the next token, and says its place among the tokens.
    fn take(&mut self) -> Result<usize> {
        self.kind(0)?;
        self.at += 1;
        Ok(self.at - 1)
    }

    fn take_if(&mut self, kind: Kind) -> Result<bool> {
        let is = self.kind(0)? == kind;
        if is {
            self.at += 1;
        }
        Ok(is)
    }

    fn skip_white(&mut self) -> Result<bool> {
        self.take_if(Kind::Whitespace)
    }

    fn expect(&mut self, kinds: &[Kind], wanted: &str) -> Result<usize> {
        if kinds.contains(&self.kind(0)?) {
            return self.take();
        }
        Err(self.unexpected(wanted))
    }

    fn unexpected(&self, wanted: &str) -> Error {
        let token = self.tokens.get(self.at);
        let found = match token {
            Some(token) if token.kind != Kind::EndOfText => format!("`{}`", token.image.trim()),
            _ => "the end of the text".to_owned(),
        };
        let position = token.map(|token| token.position).unwrap_or_default();
        Error::new(
            ErrorKind::Syntax,
            position,
            format!("found {found}, expected {wanted}"),
        )
    }

    fn image(&self, token: usize) -> &str {
        self.tokens.get(token).map_or("", |token| &token.image)
    }

    fn position(&self, token: usize) -> Position {
        self.tokens
            .get(token)
            .map(|token| token.position)
            .unwrap_or_default()
    }

    /// The tokens' text from one up to and without another.
    fn literal(&self, from: usize, to: usize) -> String {
        self.tokens
            .get(from..to)
            .unwrap_or_default()
            .iter()
            .map(Token::literal)
            .collect()
    }

    /// Runs one level further down.
    fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth >= MAX_DEPTH {
            let message = format!("more than {MAX_DEPTH} levels stand in one another");
            return Err(Error::new(
                ErrorKind::Limit,
                self.position(self.at.saturating_sub(1)),
                message,
            ));
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }
}
