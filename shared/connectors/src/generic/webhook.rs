//! Checks and reads what a sender of webhooks posts, by the mapping of the integration's owner.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use deskbridge_core::Result;
use deskbridge_core::connector::{Connection, Drift, Incoming, SignedRequest, Webhook};
use deskbridge_core::dedup::DedupKey;
use deskbridge_core::json::JsonError;
use deskbridge_core::link::EntityRef;
use deskbridge_core::secret::Credential;
use serde_json::{Map, Value, json};

use super::settings::Settings;
use super::types::Event;
use super::{Generic, NAME, SUBJECT};
use crate::form;
use crate::signature::{sent_delivery_id, verify_any};

impl Webhook for Generic {
    fn content_types(&self) -> &'static [&'static str] {
        &["application/json", form::CONTENT_TYPE, "text/plain"]
    }

    fn verify(&self, request: &SignedRequest<'_>, secret: Option<&Credential>) -> Result<()> {
        verify_any(request, secret)
    }

    fn json<'a>(
        &self,
        content_type: Option<&str>,
        text: &'a str,
        _: Option<&Connection>,
    ) -> Result<Cow<'a, str>, JsonError> {
        match form::is_form(content_type) {
            true => form::to_json(text).map(Cow::Owned),
            false => Ok(Cow::Borrowed(text)),
        }
    }

    fn delivery(&self, request: &SignedRequest<'_>, connection: &Connection) -> Option<String> {
        let settings = self.settings(connection).ok()?;
        sent_delivery_id(request, settings.delivery_header.as_deref())
    }

    fn read(&self, body: &Value, connection: &Connection, _: &str) -> Result<Incoming, Drift> {
        let settings = self.settings(connection)?;
        let event = Event::read(&settings, &settings.fields.over(body), body)?;
        let data = data(&settings, body)?;
        let seen = [
            (NAME, json!(event)),
            ("data", Value::Object(data)),
            ("body", body.clone()),
        ];
        Ok(Incoming {
            key: match event.id.is_empty() {
                true => DedupKey::Each,
                false => DedupKey::Once(format!("{NAME}/{}", event.id)),
            },
            event_type: event.event_type,
            subject: EntityRef::new(NAME, SUBJECT, event.subject),
            actor: Some(event.actor).filter(|name| !name.is_empty()),
            made_by_us: false,
            observed: BTreeMap::new(),
            data: seen
                .map(|(name, value)| (name.to_owned(), value))
                .into_iter()
                .collect(),
        })
    }
}

impl Generic {
    fn settings(&self, connection: &Connection) -> Result<Arc<Settings>, Drift> {
        let settings = &connection.settings;
        let compiled = self.memory.get_or(settings, || Settings::read(settings));
        compiled.map_err(crate::fields::drift)
    }
}

/// The owner's own values, each of the type it has in the body; empty where it is not there.
fn data(settings: &Settings, body: &Value) -> Result<Map<String, Value>, Drift> {
    let reading = settings.data.over(body);
    let names = settings.data_names.iter();
    let values = names.map(|name| {
        let value = reading.value(name)?;
        Ok((name.clone(), value.unwrap_or_else(|| json!(""))))
    });
    values.collect()
}
