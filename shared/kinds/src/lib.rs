//! The integration kinds: what their settings mean, as rules, and what they refuse.
//!
//! Presets, and nothing more: everything a kind does it does by compiling to rules. Pure; names
//! vendors, calls none.

mod alert_autotask;
mod custom;
mod data_actions;
mod kayako_opsgenie;
mod relation_kintone;
mod settings;

use deskbridge_core::integration::{IntegrationSpec, Problem};
use deskbridge_core::mapping::Draft;

type Compile = fn(&IntegrationSpec) -> Result<Draft, Vec<Problem>>;

/// Every kind of this build: the one place where a new one is registered.
const KINDS: [(&str, Compile); 5] = [
    (custom::KIND, custom::compile),
    (data_actions::KIND, data_actions::compile),
    (alert_autotask::KIND, alert_autotask::compile),
    (kayako_opsgenie::KIND, kayako_opsgenie::compile),
    (relation_kintone::KIND, relation_kintone::compile),
];

/// Compiles an integration's settings to rules, or says all that is wrong with them.
pub fn compile(spec: &IntegrationSpec) -> Result<Draft, Vec<Problem>> {
    match KINDS.iter().find(|(kind, _)| *kind == spec.kind) {
        Some((_, compile)) => compile(spec),
        None => {
            let known: Vec<_> = KINDS.iter().map(|(kind, _)| *kind).collect();
            let message = format!("is no kind of this build; use one of: {}", known.join(", "));
            Err(vec![Problem::new("kind", message)])
        }
    }
}
