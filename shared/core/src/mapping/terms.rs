//! What a rule says of its action besides what to do: about what, with which credential, in which order.

use std::time::Duration;

use minijinja::value::Value as Dynamic;
use serde_json::Value;

use super::compile::{CompiledRule, Plan};
use super::decide::Facts;
use super::engine::Template;
use crate::action::{Asked, Terms};
use crate::dedup::place_of;
use crate::link::EntityRef;
use crate::report::MAX_DEPTH;

/// The field that is at fault, and why.
type Fault = (String, String);

/// Renders a rule's own templates.
pub(super) struct Rendering<'a> {
    pub(super) plan: &'a Plan,
    pub(super) rule: &'a CompiledRule,
    pub(super) facts: &'a Facts<'a>,
    pub(super) context: &'a Dynamic,
}

impl Rendering<'_> {
    /// The entity that the action is about: the event's subject, unless the rule says otherwise.
    pub(super) fn subject(&self) -> Result<EntityRef, Fault> {
        match self.text("about", self.rule.about.as_ref())? {
            None => Ok(self.facts.incoming.subject.clone()),
            Some(text) => text
                .parse()
                .map_err(|error: crate::Error| self.fault("about", error.message())),
        }
    }

    pub(super) fn terms(&self) -> Result<Terms, Fault> {
        let credential = self.text("credential", self.rule.credential.as_ref())?;
        if credential.as_deref() == Some("") {
            return Err(self.fault("credential", "rendered no name"));
        }
        Ok(Terms {
            credential,
            report: self.report()?,
            if_linked: self.rule.rule.if_linked,
            not_before: self.wait().map(|wait| self.facts.received_at + wait),
        })
    }

    fn wait(&self) -> Option<Duration> {
        self.rule.rule.after_s.map(Duration::from_secs)
    }

    fn report(&self) -> Result<Option<Asked>, Fault> {
        let Some(template) = &self.rule.report else {
            return Ok(None);
        };
        let depth = self.facts.depth;
        if depth >= MAX_DEPTH {
            let why = format!("{MAX_DEPTH} reports have followed from one another already");
            return Err(self.fault("report", &why));
        }
        let carry = self.value("report", template)?;
        Ok(Some(Asked { carry, depth }))
    }

    /// One order per subject and vendor acted on, unless the rule says otherwise. What waits for its
    /// time has an order of its own, or everything after it would wait too.
    pub(super) fn order_key(&self, subject: &EntityRef) -> Result<String, Fault> {
        let (integration, connector) = (self.facts.integration, &self.rule.connector);
        let own = self.text("order", self.rule.order.as_ref())?;
        let own = own.unwrap_or_else(|| subject.to_string());
        let order_key = format!("{integration}/{own}/{connector}");
        Ok(match self.wait() {
            None => order_key,
            Some(_) => format!("{order_key}/{}", self.facts.event_id),
        })
    }

    /// One of as many slots as the credential has; the same order key has the same slot, so that order
    /// is not lost in the queue either.
    pub(super) fn slot(&self, order_key: &str, terms: &Terms) -> Option<String> {
        let slots = self.rule.parallel?;
        let connection = self.plan.connections.get(&self.rule.connector)?;
        let credential = terms.credential.as_ref().or(connection.credential.as_ref());
        let credential = credential.map_or("", String::as_str);
        let number = place_of(order_key, slots);
        Some(format!("{}/{credential}/{number}", self.rule.connector))
    }

    fn text(&self, name: &str, template: Option<&Template>) -> Result<Option<String>, Fault> {
        let value = template.map(|template| self.value(name, template));
        let value = value.transpose()?;
        Ok(value.map(|value| value.as_str().unwrap_or_default().to_owned()))
    }

    fn value(&self, name: &str, template: &Template) -> Result<Value, Fault> {
        let rendered = self.plan.engine.render(template, self.context);
        rendered.map_err(|error| self.fault(name, &error.to_string()))
    }

    fn fault(&self, name: &str, why: &str) -> Fault {
        (format!("{}.{name}", self.rule.rule.id), why.to_owned())
    }
}
