//! Counts what a rendering does.

use crate::context::Limits;
use crate::error::{Error, ErrorKind, Position, Result};

/// How deeply lists and maps may stand in one another.
const MAX_VALUE_DEPTH: usize = 128;

/// How many items that are only walked over make one step.
pub(super) const LIGHT: usize = 16;
/// How many bytes that a method reads make one step.
const READ: usize = 1024;
/// What a regular expression takes to be compiled.
const COMPILED: usize = 100;

pub(super) struct Budget {
    limits: Limits,
    steps: u64,
    bytes: usize,
    /// The last place that took a step: where a limit is said to be met.
    position: Position,
}

impl Budget {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            steps: 0,
            bytes: 0,
            position: Position { line: 1, column: 1 },
        }
    }

    pub(super) fn step(&mut self, position: Position) -> Result<()> {
        self.position = position;
        self.more_steps(1)
    }

    pub(super) fn more_steps(&mut self, steps: usize) -> Result<()> {
        self.steps = self.steps.saturating_add(steps as u64);
        if self.steps > self.limits.steps {
            return Err(self.met(&format!("more than {} steps", self.limits.steps)));
        }
        Ok(())
    }

    /// A method that reads a text.
    pub(super) fn reads(&mut self, method: &str, bytes: usize) -> Result<()> {
        let compiles = matches!(method, "matches" | "split" | "replaceAll" | "replaceFirst");
        self.more_steps(bytes / READ + if compiles { COMPILED } else { 0 })
    }

    /// How many bytes of text may still be made.
    pub(super) fn bytes_left(&self) -> usize {
        self.limits.text_bytes.saturating_sub(self.bytes)
    }

    pub(super) fn bytes(&mut self, bytes: usize) -> Result<()> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > self.limits.text_bytes {
            return Err(self.met(&format!(
                "more than {} bytes of text",
                self.limits.text_bytes
            )));
        }
        Ok(())
    }

    pub(super) fn write(&mut self, text: &str, out: &mut String) -> Result<()> {
        self.bytes(text.len())?;
        out.push_str(text);
        Ok(())
    }

    pub(super) fn depth(&self, depth: usize) -> Result<()> {
        if depth > MAX_VALUE_DEPTH {
            return Err(self.met(&format!(
                "more than {MAX_VALUE_DEPTH} lists and maps in one another"
            )));
        }
        Ok(())
    }

    fn met(&self, what: &str) -> Error {
        Error::new(
            ErrorKind::Limit,
            self.position,
            format!("the template makes {what}"),
        )
    }
}
