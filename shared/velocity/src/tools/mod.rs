//! Helper objects for templates.

use crate::Context;

/// Gives every helper its usual name.
pub fn insert_all(context: &mut Context) {
    let _ = context;
}
