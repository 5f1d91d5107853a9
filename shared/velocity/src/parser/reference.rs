//! References, with what Velocity makes of backslashes before them.

use super::{Parser, expression};
use crate::ast::{Expr, Form, Prefix, Reference, Step, StepKind};
use crate::error::Result;
use crate::lexer::Kind;

impl Parser {
    pub(super) fn reference(&mut self) -> Result<Reference> {
        let from = self.at;
        let braces = self.take_if(Kind::RefCurlyOpen)?;
        self.expect(&[Kind::Identifier], "a name")?;
        let mut steps = Vec::new();
        self.indices(&mut steps)?;
        while self.kind(0)? == Kind::Dot && self.kind(1)? == Kind::Identifier {
            self.take()?;
            let step = self.deeper(Self::step)?;
            steps.push(step);
            self.indices(&mut steps)?;
        }
        if braces {
            self.expect(&[Kind::RefCurlyClose], "., [ or }")?;
        }
        Ok(self.built(from, steps))
    }

    fn indices(&mut self, steps: &mut Vec<Step>) -> Result<()> {
        while self.kind(0)? == Kind::IndexOpen {
            let token = self.take()?;
            let index = self.index()?;
            self.expect(&[Kind::IndexClose], "]")?;
            steps.push(Step {
                kind: StepKind::Index(index),
                position: self.position(token),
            });
        }
        Ok(())
    }

    /// A property, or a call where the parenthesis is followed by what a call has there.
    fn step(&mut self) -> Result<Step> {
        let name = self.take()?;
        let (position, text) = (self.position(name), self.image(name).to_owned());
        if self.kind(0)? != Kind::ParenOpen || !self.call_follows()? {
            return Ok(Step {
                kind: StepKind::Property(text),
                position,
            });
        }
        self.take()?;
        let mut arguments: Vec<Expr> = Vec::new();
        if !self.take_if(Kind::RefParenClose)? {
            arguments.push(self.parameter()?);
            while self.take_if(Kind::Comma)? {
                arguments.push(self.parameter()?);
            }
            self.expect(&[Kind::RefParenClose], ", or )")?;
        }
        Ok(Step {
            kind: StepKind::Call(text, arguments),
            position,
        })
    }

    fn call_follows(&mut self) -> Result<bool> {
        let third = self.kind(1)?;
        Ok(third == Kind::RefParenClose || expression::starts_value(third))
    }

    /// Takes apart what was read before the name: backslashes, and `$` that began nothing.
    fn built(&mut self, from: usize, steps: Vec<Step>) -> Reference {
        let position = self.position(from);
        let mut reference = Reference {
            root: String::new(),
            steps,
            form: Form::Plain,
            prefix: Prefix::default(),
            null_text: String::new(),
            literal: String::new(),
            position,
        };
        let image = self.image(from).to_owned();
        if image.contains("\\!") {
            reference.form = Form::EscapedBang;
            reference.root = without_one_backslash(&image);
            reference.null_text.clone_from(&reference.root);
            reference.literal = self.literal(from, self.at);
            return reference;
        }
        let bare = image.trim_start_matches('\\');
        let slashes = image.len() - bare.len();
        reference.prefix.slashes = "\\".repeat(slashes / 2);
        let dollar = bare.rfind('$').unwrap_or(0);
        let (more, bare) = bare.split_at(dollar);
        more.clone_into(&mut reference.prefix.more);
        if let Some(token) = self.tokens.get_mut(from) {
            bare.clone_into(&mut token.image);
        }
        reference.literal = self.literal(from, self.at);
        let escaped = slashes % 2 == 1;
        let quiet = bare.starts_with("$!");
        let name = bare.trim_start_matches("$!").trim_start_matches('$');
        reference.root = match name {
            "{" if bare != "{" => self.image(from + 1).to_owned(),
            name => name.to_owned(),
        };
        reference.form = match (bare.starts_with('$'), escaped) {
            (false, _) => Form::Runt,
            (true, true) => Form::Escaped,
            (true, false) => Form::Plain,
        };
        if escaped || !quiet {
            reference.null_text.clone_from(&reference.literal);
        }
        reference
    }
}

/// `$\!x` prints as `$!x`, and a longer run of backslashes one shorter.
fn without_one_backslash(image: &str) -> String {
    let from = image.find('$').unwrap_or(0);
    let (before, rest) = image.split_at(from);
    format!("{before}{}", rest.replacen('\\', "", 1))
}
