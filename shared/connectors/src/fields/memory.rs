//! Keeps what settings compile to, so that an event costs no compilation.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

/// More than one process has configurations of one connector at a time, old versions included.
const MAX_KEPT: usize = 256;

/// The newest compiled settings, found by the settings themselves: another version of a
/// configuration is another entry, and the same one is never compiled twice.
pub(crate) struct Memory<T> {
    kept: Mutex<Vec<(Value, Arc<T>)>>,
}

impl<T> Default for Memory<T> {
    fn default() -> Self {
        Self {
            kept: Mutex::default(),
        }
    }
}

impl<T> Memory<T> {
    pub(crate) fn get_or<E>(
        &self,
        settings: &Value,
        compile: impl FnOnce() -> Result<T, E>,
    ) -> Result<Arc<T>, E> {
        let known = |kept: &[(Value, Arc<T>)]| {
            let found = kept.iter().find(|(known, _)| known == settings);
            found.map(|(_, compiled)| Arc::clone(compiled))
        };
        // A panic while the list is held leaves a list that is still whole.
        if let Some(compiled) = known(&self.kept.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(compiled);
        }
        let compiled = Arc::new(compile()?);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MAX_KEPT {
            kept.remove(0);
        }
        kept.push((settings.clone(), Arc::clone(&compiled)));
        Ok(compiled)
    }
}
