//! Holds one event against a plan. Pure: the same event, plan and entity give the same bytes.

use minijinja::value::Value as Dynamic;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::compile::{CompiledRule, Plan};
use super::engine;
use super::terms::Rendering;
use crate::Timestamp;
use crate::action::Action;
use crate::connector::Incoming;
use crate::event::Decision;
use crate::link::Entity;

/// The largest action, as it is stored: a queue's message and a store's row must hold it.
const MAX_ACTION_BYTES: usize = 256 * 1024;
/// All actions of one event together.
const MAX_ACTIONS_BYTES: usize = 1024 * 1024;

/// All that a decision may depend on.
pub struct Facts<'a> {
    pub integration: &'a str,
    pub config_version: u64,
    pub event_id: &'a str,
    pub connector: &'a str,
    pub received_at: Timestamp,
    pub incoming: &'a Incoming,
    /// The row of the event's subject.
    pub entity: &'a Entity,
    /// How many reports led to this event: 0 for what a vendor sent.
    pub depth: u8,
}

/// The decision and how it came about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evaluation {
    pub rules: Vec<RuleVerdict>,
    pub decision: Decision,
}

/// Whether one rule matched, and if not, which of its conditions failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleVerdict {
    pub rule: String,
    pub matched: bool,
    pub why: String,
}

/// The name our writes are signed with at the vendors, to know them again.
pub fn signature(integration: &str) -> String {
    format!("Deskbridge {integration}")
}

pub fn decide(plan: &Plan, facts: &Facts<'_>) -> Evaluation {
    let context = engine::context(context(facts));
    match held_back(plan, facts, &context) {
        Err(failed) => ended(failed),
        Ok(Some(why)) => ended(Decision::Filtered { why }),
        Ok(None) => evaluate_rules(plan, facts, &context),
    }
}

fn ended(decision: Decision) -> Evaluation {
    Evaluation {
        rules: Vec::new(),
        decision,
    }
}

/// Returns why no rule may see this event, if so: it is the echo of our own write.
fn held_back(
    plan: &Plan,
    facts: &Facts<'_>,
    context: &Dynamic,
) -> Result<Option<String>, Decision> {
    let incoming = facts.incoming;
    if incoming.made_by_us {
        return Ok(Some("echo: Deskbridge made this itself".into()));
    }
    if incoming.actor.as_deref() == Some(signature(facts.integration).as_str()) {
        return Ok(Some("echo: Deskbridge did this itself".into()));
    }
    for (field, value) in &incoming.observed {
        let written = facts.entity.written.get(field);
        if written.is_some_and(|written| &written.value == value) {
            return Ok(Some(format!(
                "echo: Deskbridge set {field} to {value} itself"
            )));
        }
    }
    let event_type = full_type(facts);
    for guard in plan
        .guards
        .iter()
        .filter(|guard| guard.guard.on == event_type)
    {
        let condition = &guard.guard.condition;
        let holds = guard
            .condition
            .evaluate(context)
            .map_err(|error| Decision::Failed {
                field: "guard".into(),
                why: format!("{error}: {}", condition.expression),
            })?;
        if holds.is_true() {
            return Ok(Some(condition.says.clone()));
        }
    }
    Ok(None)
}

fn evaluate_rules(plan: &Plan, facts: &Facts<'_>, context: &Dynamic) -> Evaluation {
    let event_type = full_type(facts);
    let (mut verdicts, mut actions) = (Vec::new(), Vec::new());
    let mut room = MAX_ACTIONS_BYTES;
    for rule in plan.rules.iter().filter(|rule| rule.rule.on == event_type) {
        match unmet_condition(rule, context) {
            Err(why) => return failed(verdicts, format!("{}.if", rule.rule.id), why),
            Ok(Some(why)) => verdicts.push(verdict(rule, false, why)),
            Ok(None) => {
                verdicts.push(verdict(rule, true, String::new()));
                let action = action(plan, rule, facts, context);
                match action.and_then(|action| fitting(action, &mut room)) {
                    Ok(action) => actions.push(action),
                    Err((field, why)) => return failed(verdicts, field, why),
                }
            }
        }
    }
    let decision = if actions.is_empty() {
        Decision::Filtered {
            why: why_nothing(&event_type, &verdicts),
        }
    } else {
        Decision::Actions { actions }
    };
    Evaluation {
        rules: verdicts,
        decision,
    }
}

fn full_type(facts: &Facts<'_>) -> String {
    format!("{}.{}", facts.connector, facts.incoming.event_type)
}

fn verdict(rule: &CompiledRule, matched: bool, why: String) -> RuleVerdict {
    RuleVerdict {
        rule: rule.rule.id.clone(),
        matched,
        why,
    }
}

fn failed(rules: Vec<RuleVerdict>, field: String, why: String) -> Evaluation {
    Evaluation {
        rules,
        decision: Decision::Failed { field, why },
    }
}

fn why_nothing(event_type: &str, verdicts: &[RuleVerdict]) -> String {
    match verdicts {
        [] => format!("no rule is on {event_type}"),
        [only] => format!("{}: {}", only.rule, only.why),
        [first, rest @ ..] => {
            format!(
                "{}: {} (and {} more rules)",
                first.rule,
                first.why,
                rest.len()
            )
        }
    }
}

/// Returns the first condition that does not hold, in words.
fn unmet_condition(rule: &CompiledRule, context: &Dynamic) -> Result<Option<String>, String> {
    for (condition, compiled) in rule.rule.conditions.iter().zip(&rule.conditions) {
        let value = compiled
            .evaluate(context)
            .map_err(|error| format!("{error}: {}", condition.expression))?;
        if !value.is_true() {
            return Ok(Some(format!("not so: {}", condition.says)));
        }
    }
    Ok(None)
}

fn action(
    plan: &Plan,
    rule: &CompiledRule,
    facts: &Facts<'_>,
    context: &Dynamic,
) -> Result<Action, (String, String)> {
    let mut params = Map::new();
    for (name, template) in &rule.with {
        let value = plan
            .engine
            .render(template, context)
            .map_err(|error| (format!("{}.{name}", rule.rule.id), error.to_string()))?;
        params.insert(name.clone(), value);
    }
    let rendering = Rendering {
        plan,
        rule,
        facts,
        context,
    };
    let subject = rendering.subject()?;
    let terms = rendering.terms()?;
    let order_key = rendering.order_key(&subject)?;
    Ok(Action {
        id: Action::id_for(facts.event_id, &rule.rule.id),
        event_id: facts.event_id.to_owned(),
        integration: facts.integration.to_owned(),
        rule: rule.rule.id.clone(),
        config_version: facts.config_version,
        connector: rule.connector.clone(),
        operation: rule.operation.name.to_owned(),
        slot: rendering.slot(&order_key, &terms),
        order_key,
        subject,
        params: Value::Object(params),
        received_at: facts.received_at,
        creates: rule.operation.creates.is_some(),
        terms,
    })
}

/// Takes the action's bytes from the room that is left for the event.
fn fitting(action: Action, room: &mut usize) -> Result<Action, (String, String)> {
    let bytes = serde_json::to_vec(&action).map_or(usize::MAX, |text| text.len());
    let left = (*room).min(MAX_ACTION_BYTES).checked_sub(bytes);
    if left.is_none() {
        let why = format!(
            "came to more than {MAX_ACTION_BYTES} bytes, or to more than {MAX_ACTIONS_BYTES} with \
             the rules before it: let it quote less"
        );
        return Err((action.rule, why));
    }
    *room -= bytes;
    Ok(action)
}

/// What conditions and templates see: the connector's own names, and `event`, `links`, `origin`, `ended`.
pub(super) fn context(facts: &Facts<'_>) -> Value {
    let mut context = facts.incoming.data.clone();
    let links = &facts.entity.links;
    let ids = links
        .iter()
        .map(|(connector, link)| (connector.clone(), json!({"id": link.peer.id})));
    let origin = links
        .values()
        .next()
        .map_or("", |link| link.origin.as_str());
    context.insert("links".into(), Value::Object(ids.collect()));
    context.insert("origin".into(), json!(origin));
    context.insert("ended".into(), json!(facts.entity.ended));
    context.insert(
        "event".into(),
        json!({
            "id": facts.event_id,
            "type": full_type(facts),
            "received_at": facts.received_at.to_string(),
            "integration": facts.integration,
        }),
    );
    Value::Object(context)
}
