//! Directives: `#if`, `#set`, `#foreach`, and names that may be one.

use super::statement::DIRECTIVES;
use super::{Parser, expression};
use crate::ast::{Expr, Foreach, Node, Set, StepKind};
use crate::error::{Error, ErrorKind, Result};
use crate::lexer::Kind;

/// One argument of a directive; a bare word is none of the expressions.
enum Argument {
    Word,
    Expr(Expr),
}

impl Parser {
    pub(super) fn if_statement(&mut self) -> Result<Node> {
        self.take()?;
        let mut branches = vec![(Some(self.condition()?), self.block()?)];
        while self.take_if(Kind::ElseIf)? {
            branches.push((Some(self.condition()?), self.block()?));
        }
        if self.take_if(Kind::Else)? {
            branches.push((None, self.block()?));
        }
        self.expect(&[Kind::End], "#elseif, #else or #end")?;
        Ok(Node::If(branches))
    }

    fn condition(&mut self) -> Result<Expr> {
        self.skip_white()?;
        self.expect(&[Kind::ParenOpen], "(")?;
        let condition = self.expression()?;
        self.expect(&[Kind::ParenClose], "an operator or )")?;
        Ok(condition)
    }

    /// `#set($name = value)`. For `${name}` and `$!name` Velocity 1.7 sets a name that nothing can
    /// read, and so does this.
    pub(super) fn set(&mut self) -> Result<Node> {
        let directive = self.take()?;
        self.skip_white()?;
        let first = self.at;
        if !matches!(self.kind(0)?, Kind::Identifier | Kind::RefCurlyOpen) {
            return Err(self.unexpected("the reference to set"));
        }
        let target = self.reference()?;
        self.skip_white()?;
        self.expect(&[Kind::Assign], "=")?;
        let value = self.expression()?;
        self.expect(&[Kind::ParenClose], "an operator or )")?;
        self.lexer.in_set = false;
        if let Some(step) = target.steps.first() {
            let what = match step.kind {
                StepKind::Index(_) => "an index",
                StepKind::Property(_) | StepKind::Call(..) => "a property",
            };
            let message = format!("#set of {what}; set a name to the whole value");
            return Err(Error::new(ErrorKind::Unsupported, step.position, message));
        }
        let name = self.image(first).chars().skip(1).collect();
        Ok(Node::Set(Set {
            name,
            value,
            position: self.position(directive),
        }))
    }

    /// `#name`, with or without arguments. What is no directive prints its own text.
    pub(super) fn directive(&mut self) -> Result<Node> {
        let from = self.take()?;
        let image = self.image(from);
        let braces = if image.ends_with('}') { 2 } else { 1 };
        let name: String = image.chars().skip(braces).collect();
        let name = name.trim_end_matches('}').to_owned();
        self.refuse(&name, from)?;
        self.lexer.enter_directive();
        let arguments = if self.lexer.paren_follows() {
            Some(self.arguments(&name, from)?)
        } else {
            self.lexer.leave_directive();
            None
        };
        match (name.as_str(), arguments) {
            ("foreach", Some(arguments)) => self.foreach(from, arguments),
            ("foreach", None) => Err(self.not_foreach(from)),
            ("break", None) => Ok(Node::Break),
            ("stop", None) => Ok(Node::Stop),
            ("break" | "stop", Some(arguments)) if arguments.is_empty() => Ok(if name == "break" {
                Node::Break
            } else {
                Node::Stop
            }),
            ("break" | "stop", Some(_)) => Err(self.unsupported(from, "arguments here")),
            _ => {
                let tokens = self.tokens.get(from..self.at).unwrap_or_default();
                let text = tokens.iter().map(|token| token.image.as_str()).collect();
                Ok(Node::Text(text))
            }
        }
    }

    fn refuse(&self, name: &str, token: usize) -> Result<()> {
        let known = DIRECTIVES.contains(&name) && !matches!(name, "foreach" | "break" | "stop");
        if known || name.starts_with('@') {
            return Err(self.unsupported(token, &format!("the directive #{name}")));
        }
        Ok(())
    }

    fn unsupported(&self, token: usize, what: &str) -> Error {
        Error::new(
            ErrorKind::Unsupported,
            self.position(token),
            format!("{what} is not supported"),
        )
    }

    fn arguments(&mut self, name: &str, from: usize) -> Result<Vec<Argument>> {
        self.skip_white()?;
        self.expect(&[Kind::ParenOpen], "(")?;
        let mut arguments = Vec::new();
        while self.argument_follows()? {
            self.skip_white()?;
            if self.take_if(Kind::Comma)? {
                self.skip_white()?;
            }
            let argument = self.deeper(Self::argument)?;
            let word_allowed =
                !DIRECTIVES.contains(&name) || (name == "foreach" && arguments.len() == 1);
            if matches!(argument, Argument::Word) && !word_allowed {
                let message = format!("a bare word is no argument of #{name}");
                return Err(Error::new(ErrorKind::Syntax, self.position(from), message));
            }
            arguments.push(argument);
        }
        self.skip_white()?;
        self.expect(&[Kind::ParenClose], "an argument or )")?;
        Ok(arguments)
    }

    fn argument_follows(&mut self) -> Result<bool> {
        let first = self.kind(0)?;
        Ok(match first {
            Kind::Whitespace => {
                let second = self.kind(1)?;
                second == Kind::Comma || starts_argument(second)
            }
            Kind::Comma => {
                let second = self.kind(1)?;
                second == Kind::Whitespace || starts_argument(second)
            }
            _ => starts_argument(first),
        })
    }

    fn argument(&mut self) -> Result<Argument> {
        if self.take_if(Kind::Word)? {
            return Ok(Argument::Word);
        }
        self.primary().map(Argument::Expr)
    }

    /// `#foreach($each in $list)`: the word between is any word, as in Velocity.
    fn foreach(&mut self, from: usize, arguments: Vec<Argument>) -> Result<Node> {
        let body = self.block()?;
        self.expect(&[Kind::End], "#end")?;
        let position = self.position(from);
        let mut arguments = arguments.into_iter();
        match (
            arguments.next(),
            arguments.next(),
            arguments.next(),
            arguments.next(),
        ) {
            (
                Some(Argument::Expr(Expr::Reference(each))),
                Some(Argument::Word),
                Some(Argument::Expr(list)),
                None,
            ) => Ok(Node::Foreach(Foreach {
                name: each.root,
                list,
                body,
                position,
            })),
            _ => Err(self.not_foreach(from)),
        }
    }

    fn not_foreach(&self, token: usize) -> Error {
        let message = "#foreach takes ($each in $list)";
        Error::new(ErrorKind::Syntax, self.position(token), message)
    }
}

fn starts_argument(kind: Kind) -> bool {
    kind == Kind::Word || (kind != Kind::Whitespace && expression::starts_value(kind))
}
