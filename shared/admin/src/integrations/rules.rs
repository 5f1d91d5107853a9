//! What a kind's settings compile to: nothing else is evaluated.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use deskbridge_core::mapping::{Condition, Guard, Plan, Rule};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::Admin;
use crate::access::Caller;
use crate::extract::Segment;
use crate::problem::{Answer, Problem};

#[derive(Serialize, ToSchema)]
pub(crate) struct Rules {
    /// By the name that rules use: the connector, and the credential that it is called with.
    connections: BTreeMap<String, ConnectionView>,
    /// What is held back before any rule is asked.
    guards: Vec<GuardView>,
    rules: Vec<RuleShown>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ConnectionView {
    connector: String,
    credential: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct GuardView {
    on: String,
    #[serde(rename = "if")]
    condition: ConditionView,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ConditionView {
    expression: String,
    /// The condition in words.
    says: String,
}

/// One rule: `on` an event, `if` all conditions hold, `do` an operation `with` these values.
#[derive(Serialize, ToSchema)]
pub(crate) struct RuleShown {
    /// Its place in the settings.
    id: String,
    on: String,
    #[serde(rename = "if")]
    conditions: Vec<ConditionView>,
    #[serde(rename = "do")]
    operation: String,
    #[schema(value_type = Object)]
    with: Value,
    /// Template of the order key, where it is not the event's subject.
    order: Option<String>,
}

/// Shows what an integration compiles to.
#[utoipa::path(get, path = "/integrations/{name}/rules", tag = "integrations",
    params(("name" = String, Path, description = "Name of the integration")),
    responses((status = 200, body = Rules)))]
pub(crate) async fn rules(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Segment(name): Segment,
) -> Answer<Json<Rules>> {
    let integration = admin.live(&caller, &name).await?;
    let plan = admin.directory.check(&integration.spec);
    let plan = plan.map_err(|problems| Problem::document(&problems))?;
    Ok(Json(shown(&plan)))
}

fn shown(plan: &Plan) -> Rules {
    let connections = plan.connections.iter().map(|(name, connection)| {
        let view = ConnectionView {
            connector: connection.connector.clone(),
            credential: connection.credential.clone(),
        };
        (name.clone(), view)
    });
    Rules {
        connections: connections.collect(),
        guards: plan.guards.iter().map(|one| guard(&one.guard)).collect(),
        rules: plan.rules.iter().map(|one| rule(&one.rule)).collect(),
    }
}

fn guard(guard: &Guard) -> GuardView {
    GuardView {
        on: guard.on.clone(),
        condition: condition(&guard.condition),
    }
}

fn rule(rule: &Rule) -> RuleShown {
    RuleShown {
        id: rule.id.clone(),
        on: rule.on.clone(),
        conditions: rule.conditions.iter().map(condition).collect(),
        operation: rule.operation.clone(),
        with: Value::Object(rule.with.clone()),
        order: rule.order.clone(),
    }
}

fn condition(condition: &Condition) -> ConditionView {
    ConditionView {
        expression: condition.expression.clone(),
        says: condition.says.clone(),
    }
}
