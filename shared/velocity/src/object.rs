//! Helpers of the caller's, and what they may be asked.

use std::fmt;

use crate::value::Value;

/// A helper object that a template can use, such as `$esc` in `$esc.url($x)`.
///
/// A template reaches nothing of the caller but what these functions answer.
pub trait Object: fmt::Debug + Send + Sync {
    /// The value of `$object.name`; none where there is no such property.
    fn property(&self, name: &str) -> Option<Value> {
        let _ = name;
        None
    }

    /// The value of `$object.name(arguments)`; none where there is no such method, or none that takes
    /// these arguments. The reference is then nothing, and prints its own text.
    ///
    /// # Errors
    ///
    /// A reason, without values, why the rendering is to fail.
    fn call(&self, name: &str, arguments: &[Value]) -> Result<Option<Value>, String> {
        let _ = (name, arguments);
        Ok(None)
    }

    /// The text that the object itself prints; where there is none, printing it fails.
    fn text(&self) -> Option<String> {
        None
    }
}
