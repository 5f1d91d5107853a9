//! The integration kinds: what their settings mean, as rules, and what they refuse.
//!
//! Presets, and nothing more: everything a kind does it does by compiling to rules. Pure; names
//! vendors, calls none.

mod alert_autotask;
mod custom;
mod data_actions;
mod kayako_opsgenie;
mod relation_kintone;
#[cfg(feature = "schema")]
mod schema;
mod settings;
mod zoho_desk_slack;

use deskbridge_core::integration::{IntegrationSpec, Problem};
use deskbridge_core::mapping::Draft;

#[cfg(feature = "schema")]
pub use schema::{schema, schema_kinds};

type Compile = fn(&IntegrationSpec) -> Result<Draft, Vec<Problem>>;

/// Every kind whose events make actions: with `data_actions`, the one place where a new one is
/// registered.
const KINDS: [(&str, Compile); 5] = [
    (alert_autotask::KIND, alert_autotask::compile),
    (custom::KIND, custom::compile),
    (kayako_opsgenie::KIND, kayako_opsgenie::compile),
    (relation_kintone::KIND, relation_kintone::compile),
    (zoho_desk_slack::KIND, zoho_desk_slack::compile),
];

/// Compiles an integration's settings to rules, or says all that is wrong with them.
pub fn compile(spec: &IntegrationSpec) -> Result<Draft, Vec<Problem>> {
    if spec.kind == data_actions::KIND {
        data_actions::check(spec)?;
    }
    rules(spec)
}

/// Compiles settings that were checked when they were saved, for those who only carry them out: the
/// engines that check a data action are not linked into a function that never runs one.
pub fn rules(spec: &IntegrationSpec) -> Result<Draft, Vec<Problem>> {
    if spec.kind == data_actions::KIND {
        return Ok(Draft::default());
    }
    match KINDS.iter().find(|(kind, _)| *kind == spec.kind) {
        Some((_, compile)) => compile(spec),
        None => {
            let known = KINDS.iter().map(|(kind, _)| *kind);
            let mut known: Vec<_> = known.chain([data_actions::KIND]).collect();
            known.sort_unstable();
            let message = format!("is no kind of this build; use one of: {}", known.join(", "));
            Err(vec![Problem::new("kind", message)])
        }
    }
}
