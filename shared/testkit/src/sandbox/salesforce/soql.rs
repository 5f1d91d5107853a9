//! The part of SOQL that the sandbox reads.

use std::iter::Peekable;
use std::vec::IntoIter;

use serde_json::Value;

use super::state::Record;

/// A query, or nothing if it is none that the sandbox knows.
pub(super) struct Query {
    pub(super) fields: Vec<String>,
    pub(super) kind: String,
    /// Groups of which one must hold, each of equalities that all must hold.
    conditions: Vec<Vec<(String, Value)>>,
    pub(super) limit: usize,
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Sign(char),
}

impl Query {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut tokens = tokens(text)?.into_iter().peekable();
        keyword(&mut tokens, "SELECT")?;
        let mut fields = vec![word(&mut tokens)?];
        while tokens.next_if_eq(&Token::Sign(',')).is_some() {
            fields.push(word(&mut tokens)?);
        }
        keyword(&mut tokens, "FROM")?;
        let kind = word(&mut tokens)?;
        let mut conditions = Vec::new();
        if next_is(&mut tokens, "WHERE") {
            conditions.push(Vec::new());
            loop {
                let field = word(&mut tokens)?;
                tokens.next_if_eq(&Token::Sign('='))?;
                let value = value(tokens.next()?)?;
                conditions.last_mut()?.push((field, value));
                if next_is(&mut tokens, "OR") {
                    conditions.push(Vec::new());
                } else if !next_is(&mut tokens, "AND") {
                    break;
                }
            }
        }
        let limit = match next_is(&mut tokens, "LIMIT") {
            true => word(&mut tokens)?.parse().ok()?,
            false => usize::MAX,
        };
        tokens.next().is_none().then_some(Self {
            fields,
            kind,
            conditions,
            limit,
        })
    }

    pub(super) fn matches(&self, record: &Record) -> bool {
        let holds = |(field, value): &(String, Value)| record.fields.get(field) == Some(value);
        let any = self.conditions.iter().any(|all| all.iter().all(holds));
        record.kind == self.kind && (self.conditions.is_empty() || any)
    }
}

type Tokens = Peekable<IntoIter<Token>>;

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_whitespace() {
            continue;
        }
        if c == '\'' {
            let mut literal = String::new();
            loop {
                match chars.next()? {
                    '\\' => literal.push(chars.next()?),
                    '\'' => break,
                    c => literal.push(c),
                }
            }
            tokens.push(Token::Text(literal));
        } else if c.is_alphanumeric() || c == '_' {
            let mut word = c.to_string();
            while let Some(c) = chars.next_if(|c| c.is_alphanumeric() || "_.".contains(*c)) {
                word.push(c);
            }
            tokens.push(Token::Word(word));
        } else {
            tokens.push(Token::Sign(c));
        }
    }
    Some(tokens)
}

fn word(tokens: &mut Tokens) -> Option<String> {
    match tokens.next()? {
        Token::Word(word) => Some(word),
        _ => None,
    }
}

fn keyword(tokens: &mut Tokens, expected: &str) -> Option<()> {
    next_is(tokens, expected).then_some(())
}

fn next_is(tokens: &mut Tokens, expected: &str) -> bool {
    let same =
        |token: &Token| matches!(token, Token::Word(word) if word.eq_ignore_ascii_case(expected));
    tokens.next_if(same).is_some()
}

fn value(token: Token) -> Option<Value> {
    match token {
        Token::Text(text) => Some(text.into()),
        Token::Word(word) => serde_json::from_str(&word).ok(),
        Token::Sign(_) => None,
    }
}
