//! Answers that are good enough for a while.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use deskbridge_core::Timestamp;
use serde_json::Value;

const MAX_KEPT: usize = 1_000;

#[derive(Default)]
pub(super) struct Kept {
    answers: Mutex<HashMap<String, (Value, Timestamp)>>,
}

impl Kept {
    pub(super) fn get(&self, key: &str, now: Timestamp) -> Option<Value> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let (value, until) = answers.get(key)?;
        (now < *until).then(|| value.clone())
    }

    pub(super) fn put(&self, key: String, value: Value, until: Timestamp) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= MAX_KEPT {
            answers.clear();
        }
        answers.insert(key, (value, until));
    }
}
