//! Checks a draft as a whole and compiles it: every problem at once, each with its place.

use std::collections::BTreeMap;

use serde_json::Value;

use super::engine::{CompiledExpression, Engine, MappingError, Template, compile_expression};
use super::rule::{Condition, Draft, Guard, Places, Rule, Tenant};
use crate::connector::{Connection, Connectors, Operation};
use crate::integration::Problem;

pub(super) const MAX_RULES: usize = 1_000;
/// The longest wait of an action: its event is still known then.
const MAX_WAIT_S: u64 = 31 * 24 * 3_600;

/// A draft that holds: compiled once per configuration version.
pub struct Plan {
    pub connections: BTreeMap<String, Connection>,
    pub guards: Vec<CompiledGuard>,
    pub rules: Vec<CompiledRule>,
    pub engine: Engine,
    pub tenants: Vec<Tenant>,
    pub places: Places,
}

pub struct CompiledGuard {
    pub guard: Guard,
    pub condition: CompiledExpression,
}

pub struct CompiledRule {
    pub rule: Rule,
    pub conditions: Vec<CompiledExpression>,
    pub connector: String,
    pub operation: &'static Operation,
    /// How many of the connector's actions may be under way at a time.
    pub parallel: Option<u32>,
    pub with: Vec<(String, Template)>,
    pub order: Option<Template>,
    pub about: Option<Template>,
    pub credential: Option<Template>,
    pub report: Option<Template>,
}

impl Plan {
    pub fn compile(draft: Draft, connectors: &Connectors) -> Result<Self, Vec<Problem>> {
        let mut compiler = Compiler {
            connectors,
            places: draft.places,
            engine: Engine::new(),
            problems: Vec::new(),
        };
        if draft.rules.len() > MAX_RULES {
            compiler.problem("settings", format!("has more than {MAX_RULES} rules"));
        }
        compiler.check_connections(&draft.connections);
        let guards = draft.guards.into_iter();
        let guards = guards.filter_map(|guard| compiler.guard(guard)).collect();
        let connections = draft.connections;
        let rules = draft.rules.into_iter();
        let rules = rules
            .filter_map(|rule| compiler.rule(rule, &connections))
            .collect();
        if !compiler.problems.is_empty() {
            return Err(compiler.problems);
        }
        Ok(Self {
            connections,
            guards,
            rules,
            engine: compiler.engine,
            tenants: draft.tenants,
            places: compiler.places,
        })
    }

    pub fn has_rule(&self, id: &str) -> bool {
        self.rules.iter().any(|rule| rule.rule.id == id)
    }
}

struct Compiler<'a> {
    connectors: &'a Connectors,
    places: Places,
    engine: Engine,
    problems: Vec<Problem>,
}

impl Compiler<'_> {
    fn problem(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.problems.push(Problem::new(field, message));
    }

    fn check_connections(&mut self, connections: &BTreeMap<String, Connection>) {
        for (name, connection) in connections {
            let place = format!("settings.{}{name}", self.places.connections);
            match self.connectors.named(&connection.connector) {
                Some(connector) => {
                    let usual = format!("settings.{name}");
                    let problems = connector.check(connection).into_iter();
                    self.problems.extend(problems.map(|problem| Problem {
                        field: problem.field.replacen(&usual, &place, 1),
                        ..problem
                    }));
                }
                None => self.problem(place, "is no connector of this build"),
            }
        }
    }

    fn guard(&mut self, guard: Guard) -> Option<CompiledGuard> {
        let condition = self.condition("guard", &guard.condition)?;
        Some(CompiledGuard { guard, condition })
    }

    fn rule(
        &mut self,
        rule: Rule,
        connections: &BTreeMap<String, Connection>,
    ) -> Option<CompiledRule> {
        let place = format!("settings.{}", rule.id);
        let (connector, operation) = self.operation(&place, &rule, connections)?;
        let parameters = format!("{place}.{}", self.places.parameters);
        self.check_parameters(&parameters, &rule, operation);
        self.check_wait(&place, &rule, operation);
        let conditions = rule.conditions.iter();
        let conditions = conditions
            .filter_map(|c| self.condition(&place, c))
            .collect();
        let with = rule.with.iter();
        let with = with
            .filter_map(|(name, value)| self.field(&parameters, name, value))
            .collect();
        let text = |text: &Option<String>| text.clone().map(Value::String);
        let mut own = |name: &str, value: Option<Value>| {
            let (_, template) = self.field(&format!("{place}."), name, &value?)?;
            Some(template)
        };
        let order = own("order", text(&rule.order));
        let about = own("about", text(&rule.about));
        let credential = own("credential", text(&rule.credential));
        let report = own("report", rule.report.clone());
        let parallel = self.connectors.named(&connector)?.parallel();
        Some(CompiledRule {
            parallel,
            connector,
            operation,
            conditions,
            with,
            order,
            about,
            credential,
            report,
            rule,
        })
    }

    fn operation(
        &mut self,
        place: &str,
        rule: &Rule,
        connections: &BTreeMap<String, Connection>,
    ) -> Option<(String, &'static Operation)> {
        let place = &format!("{place}.do");
        let Some((connector, name)) = rule.operation.split_once('.') else {
            self.problem(
                place,
                "names no connector and operation, as kayako.add_note",
            );
            return None;
        };
        let operation = self.connectors.operation(connector, name);
        if operation.is_none() {
            self.problem(place, format!("{connector} has no operation {name}"));
        }
        if !connections.contains_key(connector) {
            self.problem(
                place,
                format!("the integration has no connection to {connector}"),
            );
        }
        Some((connector.to_owned(), operation?))
    }

    fn check_wait(&mut self, place: &str, rule: &Rule, operation: &'static Operation) {
        let Some(seconds) = rule.after_s else { return };
        let place = format!("{place}.after_s");
        if !(1..=MAX_WAIT_S).contains(&seconds) {
            let why = format!("must be from 1 to {MAX_WAIT_S}, which are 31 days");
            self.problem(&place, why);
        }
        if operation.creates.is_some() {
            let why = "does not go with what creates something: later actions need it at once";
            self.problem(&place, why);
        }
    }

    fn check_parameters(&mut self, place: &str, rule: &Rule, operation: &'static Operation) {
        for name in operation.required {
            if !rule.with.contains_key(*name) {
                self.problem(format!("{place}{name}"), "is required here");
            }
        }
        let known =
            |name: &str| operation.required.contains(&name) || operation.optional.contains(&name);
        for name in rule.with.keys().filter(|name| !known(name)) {
            let operation = operation.name;
            self.problems.push(Problem::new(
                format!("{place}{name}"),
                format!("is not a parameter of {operation}"),
            ));
        }
    }

    fn condition(&mut self, place: &str, condition: &Condition) -> Option<CompiledExpression> {
        let compiled = compile_expression(&condition.expression);
        self.or_problem(format!("{place}.if"), compiled)
    }

    fn field(&mut self, place: &str, name: &str, value: &Value) -> Option<(String, Template)> {
        let place = format!("{place}{name}");
        let compiled = self.engine.compile(&place, value);
        Some((name.to_owned(), self.or_problem(place, compiled)?))
    }

    fn or_problem<T>(&mut self, place: String, result: Result<T, MappingError>) -> Option<T> {
        result
            .map_err(|error| self.problem(place, error.to_string()))
            .ok()
    }
}
