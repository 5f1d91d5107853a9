//! What a read has left.

use serde_json::Value;

use crate::error::Halt;
use crate::options::{Limits, MAX_DEPTH};

pub(crate) struct Budget {
    steps: u64,
    bytes: usize,
    depth: usize,
}

impl Budget {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            steps: limits.steps,
            bytes: limits.output_bytes,
            depth: 0,
        }
    }

    pub(crate) fn step(&mut self) -> Result<(), Halt> {
        self.steps_of(1)
    }

    pub(crate) fn steps_of(&mut self, count: usize) -> Result<(), Halt> {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        self.steps = self
            .steps
            .checked_sub(count)
            .ok_or(Halt::Limit("the read takes too many steps"))?;
        Ok(())
    }

    /// One level deeper into the document or the path.
    pub(crate) fn enter(&mut self) -> Result<(), Halt> {
        self.step()?;
        if self.depth == MAX_DEPTH {
            return Err(Halt::Limit("the document is too deep"));
        }
        self.depth += 1;
        Ok(())
    }

    pub(crate) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Takes the bytes that something about to be made will have.
    pub(crate) fn charge(&mut self, bytes: usize) -> Result<(), Halt> {
        self.bytes = self
            .bytes
            .checked_sub(bytes)
            .ok_or(Halt::Limit("the result is too large"))?;
        Ok(())
    }

    /// Copies a value after paying for it. The levels are counted first, as a copy recurses.
    pub(crate) fn copy(&mut self, value: &Value) -> Result<Value, Halt> {
        let mut open = vec![(value, 0)];
        while let Some((value, depth)) = open.pop() {
            if depth == MAX_DEPTH {
                return Err(Halt::Limit("the document is too deep"));
            }
            self.charge(size_of::<Value>())?;
            match value {
                Value::String(text) => self.charge(text.len())?,
                Value::Array(items) => open.extend(items.iter().map(|item| (item, depth + 1))),
                Value::Object(map) => {
                    for (key, value) in map {
                        self.charge(key.len())?;
                        open.push((value, depth + 1));
                    }
                }
                Value::Null | Value::Bool(_) | Value::Number(_) => {}
            }
        }
        Ok(value.clone())
    }
}
