//! Why an event did what it did, or would do: nothing is written, nothing is sent.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use deskbridge_core::event::Envelope;
use deskbridge_core::flow::directory::Configured;
use deskbridge_core::flow::evaluate::Explanation;
use deskbridge_core::flow::receive::{Refusal, WebhookRequest, envelopes};
use deskbridge_core::integration::{Integration, IntegrationSpec};
use deskbridge_core::mapping::RuleExplained;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::Admin;
use crate::access::Caller;
use crate::extract::{Body, fit};
use crate::problem::{Answer, Problem};
use crate::views::{EntityView, why};

/// Either a stored event, or a body as its vendor would send it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExplainBody {
    /// A stored event.
    event_id: Option<String>,
    /// With `connector` and `body`: whose address the body would be sent to.
    integration: Option<String>,
    connector: Option<String>,
    /// The webhook's body, as text.
    body: Option<String>,
    /// The body's content type; JSON unless told.
    content_type: Option<String>,
    /// The integration's document, changed: explained as if it were in force.
    #[schema(value_type = Option<Object>)]
    document: Option<Value>,
}

/// One for each event that the body reports.
#[derive(Serialize, ToSchema)]
pub(crate) struct Explanations {
    events: Vec<ExplanationView>,
}

/// An event as it was read, each rule's verdict, and what would follow.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExplanationView {
    event_id: String,
    integration: String,
    event_type: String,
    subject: Option<EntityView>,
    /// Who did it, at the vendor.
    actor: Option<String>,
    /// The decision that the ledger holds under this id: such a webhook would be its duplicate.
    recorded: Option<String>,
    rules: Vec<RuleView>,
    /// `actions`, `filtered`, `suppressed` or `failed`.
    decision: String,
    why: String,
    field: Option<String>,
    actions: Vec<PlannedAction>,
}

/// One rule that is on the event's type.
#[derive(Serialize, ToSchema)]
pub(crate) struct RuleView {
    rule: String,
    matched: bool,
    /// Which condition did not hold.
    why: String,
    /// Its conditions, in words.
    conditions: Vec<String>,
    /// What the conditions asked for, and found.
    #[schema(value_type = Object)]
    saw: BTreeMap<String, Value>,
}

/// What would be sent.
#[derive(Serialize, ToSchema)]
pub(crate) struct PlannedAction {
    id: String,
    rule: String,
    connector: String,
    operation: String,
    params: Value,
    /// Actions with the same key are carried out one after the other.
    order_key: String,
    /// When, if not at once; unless the same happens again before.
    #[schema(format = DateTime)]
    not_before: Option<String>,
    /// The credential to call with, where it is not the connection's.
    #[serde(skip_serializing_if = "Option::is_none")]
    credential: Option<String>,
}

/// Explains an event.
#[utoipa::path(post, path = "/explain", tag = "explain", request_body = ExplainBody,
    responses((status = 200, body = Explanations)))]
pub(crate) async fn explain(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    Body(body): Body<ExplainBody>,
) -> Answer<Json<Explanations>> {
    let (integration, envelopes) = admin.given(&caller, &body).await?;
    let configured = match body.document {
        Some(document) => Some(admin.changed(integration, document)?),
        None => integration.map(|stored| Arc::new(admin.directory.configured(stored))),
    };
    let mut events = Vec::with_capacity(envelopes.len());
    for envelope in &envelopes {
        let configured = configured.clone();
        let explained = admin.evaluate.explain_by(envelope, configured).await?;
        events.push(view(explained));
    }
    Ok(Json(Explanations { events }))
}

impl Admin {
    /// Returns the events to explain, and the integration they belong to if it is known.
    async fn given(
        &self,
        caller: &Caller,
        body: &ExplainBody,
    ) -> Answer<(Option<Integration>, Vec<Envelope>)> {
        match body {
            ExplainBody {
                event_id: Some(id),
                integration: None,
                connector: None,
                body: None,
                ..
            } => {
                let event = self.seen_event(caller, id).await?;
                let integration = self.store.integration(&event.integration).await?;
                Ok((integration, vec![Envelope::of(&event)]))
            }
            ExplainBody {
                event_id: None,
                integration: Some(name),
                connector: Some(connector),
                body: Some(text),
                content_type,
                ..
            } => {
                let integration = self.visible(caller, name).await?;
                let kind = content_type.as_deref().unwrap_or("application/json");
                let envelopes = self.read(&integration, connector, kind, text)?;
                Ok((Some(integration), envelopes))
            }
            _ => {
                let detail = "Give either event_id, or integration, connector and body.";
                Err(Problem::field(422, "Does not fit", "event_id", detail))
            }
        }
    }

    /// Reads a body as `receive` would, but for its signature.
    fn read(
        &self,
        integration: &Integration,
        connector: &str,
        content_type: &str,
        body: &str,
    ) -> Answer<Vec<Envelope>> {
        let webhook = self.connectors.named(connector);
        let webhook = webhook.and_then(|connector| connector.webhook());
        let webhook = webhook.ok_or_else(|| {
            let detail = "No connector of this name takes webhooks.";
            Problem::field(422, "Does not fit", "connector", detail)
        })?;
        let request = WebhookRequest {
            connector: connector.to_owned(),
            key: String::new(),
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: body.as_bytes().to_vec(),
            request_id: "dry-run".to_owned(),
        };
        let configured = self.directory.configured(integration.clone());
        let envelopes = envelopes(request, webhook, &configured, self.clock.now());
        envelopes.map_err(|refusal| {
            let field = Some("body".to_owned());
            // The request itself is fine: what it quotes is not.
            let status = 422;
            Problem::from(Refusal {
                status,
                field,
                ..refusal
            })
        })
    }

    /// Returns the integration as it would be with another document.
    pub(crate) fn changed(
        &self,
        stored: Option<Integration>,
        document: Value,
    ) -> Answer<Arc<Configured>> {
        let spec: IntegrationSpec = fit(document)?;
        let stored = stored.ok_or_else(Problem::not_found)?;
        if spec.name != stored.spec.name {
            let detail = "The document is of another integration than the event.";
            return Err(Problem::field(422, "Does not fit", "name", detail));
        }
        let checked = self.directory.check(&spec);
        checked.map_err(|problems| Problem::document(&problems))?;
        let changed = Integration {
            spec,
            deleted_at: None,
            version: stored.version + 1,
            ..stored
        };
        Ok(Arc::new(self.directory.configured(changed)))
    }
}

fn view(explained: Explanation) -> ExplanationView {
    let (why, field) = why(&explained.decision);
    let actions = explained.decision.actions().iter();
    let actions = actions.map(|action| PlannedAction {
        id: action.id.clone(),
        rule: action.rule.clone(),
        connector: action.connector.clone(),
        operation: action.operation.clone(),
        params: action.params.clone(),
        order_key: action.order_key.clone(),
        not_before: action.terms.not_before.map(|at| at.to_string()),
        credential: action.terms.credential.clone(),
    });
    ExplanationView {
        subject: explained.subject.as_ref().map(EntityView::from),
        recorded: explained.recorded.map(str::to_owned),
        rules: explained.rules.into_iter().map(rule).collect(),
        decision: explained.decision.word().to_owned(),
        actions: actions.collect(),
        event_id: explained.event_id,
        integration: explained.integration,
        event_type: explained.event_type,
        actor: explained.actor,
        why,
        field,
    }
}

fn rule(explained: RuleExplained) -> RuleView {
    RuleView {
        rule: explained.verdict.rule,
        matched: explained.verdict.matched,
        why: explained.verdict.why,
        conditions: explained.conditions,
        saw: explained.saw,
    }
}
