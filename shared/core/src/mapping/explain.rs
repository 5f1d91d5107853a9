//! How a decision came about, with the values that conditions saw. For people: it costs more than the
//! decision itself.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::compile::{CompiledRule, Plan};
use super::decide::{Evaluation, Facts, RuleVerdict, context, decide};
use crate::event::Decision;

/// One rule that is on the event's type.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleExplained {
    #[serde(flatten)]
    pub verdict: RuleVerdict,
    /// Its conditions, as a person would say them.
    pub conditions: Vec<String>,
    /// What the conditions asked for, and found.
    pub saw: BTreeMap<String, Value>,
}

/// Decides as `decide` does, and tells of each rule that was asked what its conditions saw.
pub fn explain(plan: &Plan, facts: &Facts<'_>) -> (Vec<RuleExplained>, Decision) {
    let Evaluation { rules, decision } = decide(plan, facts);
    let context = context(facts);
    let rules = rules.into_iter().map(|verdict| {
        let rule = plan.rules.iter().find(|rule| rule.rule.id == verdict.rule);
        RuleExplained {
            conditions: rule.map(said).unwrap_or_default(),
            saw: rule.map(|rule| saw(rule, &context)).unwrap_or_default(),
            verdict,
        }
    });
    (rules.collect(), decision)
}

fn said(rule: &CompiledRule) -> Vec<String> {
    let conditions = rule.rule.conditions.iter();
    conditions.map(|condition| condition.says.clone()).collect()
}

fn saw(rule: &CompiledRule, context: &Value) -> BTreeMap<String, Value> {
    let variables = rule.conditions.iter().flat_map(|c| c.variables());
    let found = variables.map(|name| {
        let path = format!("/{}", name.replace('.', "/"));
        let value = context.pointer(&path).cloned();
        (name, value.unwrap_or_default())
    });
    found.collect()
}
