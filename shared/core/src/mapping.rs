//! The owner's mapping: rules that say which event makes which action, with which values.
//!
//! A kind's settings become a `Draft`; checked and compiled, that is a `Plan`; `decide` holds one
//! event against it. All of it is pure.

mod compile;
mod decide;
mod engine;
mod explain;
mod rule;
mod terms;

pub use compile::{Compiled, Plan, Undecided};
pub use decide::{Evaluation, Facts, RuleVerdict, decide, signature};
pub use engine::{Context, Engine, MAX_OUTPUT_BYTES, MappingError, Template, context};
pub use explain::{RuleExplained, explain};
pub use rule::{Condition, Draft, Guard, Places, Rule, Tenant};
