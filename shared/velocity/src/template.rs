//! Compiled templates.

use crate::ast::Block;
use crate::context::{Context, Limits};
use crate::error::{Position, Result};
use crate::{parser, render};

/// A template, ready to be rendered any number of times.
#[derive(Debug)]
pub struct Template {
    block: Block,
}

/// The output, and what in it stands for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    pub text: String,
    /// References that printed their own text, as they were nothing; the first hundred.
    pub unresolved: Vec<Unresolved>,
}

/// A reference that printed its own text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unresolved {
    pub reference: String,
    pub position: Position,
}

impl Template {
    /// Compiles a template.
    ///
    /// # Errors
    ///
    /// [`Syntax`](crate::ErrorKind::Syntax) for what Velocity refuses too,
    /// [`Unsupported`](crate::ErrorKind::Unsupported) for what only it knows, and
    /// [`Limit`](crate::ErrorKind::Limit) for too long or too deep a template.
    pub fn compile(text: &str) -> Result<Self> {
        parser::parse(text).map(|block| Self { block })
    }

    /// The output for a context.
    ///
    /// # Errors
    ///
    /// As [`render_traced`](Self::render_traced).
    pub fn render(&self, context: &Context, limits: &Limits) -> Result<String> {
        self.render_traced(context, limits)
            .map(|rendered| rendered.text)
    }

    /// The output for a context, with the references that were nothing.
    ///
    /// # Errors
    ///
    /// A met limit, a method's refusal, something that only Velocity can do, or a name that is not set
    /// in a strict context.
    pub fn render_traced(&self, context: &Context, limits: &Limits) -> Result<Rendered> {
        render::render(&self.block, context, *limits)
    }
}
