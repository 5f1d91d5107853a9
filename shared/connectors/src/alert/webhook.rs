//! Reads what a sender of alerts posts, by the mapping of its preset and of its owner.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use deskbridge_core::Result;
use deskbridge_core::connector::{Connection, Drift, Incoming, Parts, SignedRequest, Webhook};
use deskbridge_core::dedup::DedupKey;
use deskbridge_core::json::{self, JsonError};
use deskbridge_core::link::EntityRef;
use deskbridge_core::secret::Credential;
use serde_json::{Value, json};

use super::settings::Settings;
use super::{Alert, NAME, SERIES, types};
use crate::signature::{sent_delivery_id, verify_token};
use crate::{fields, form};

/// Holds the text of a body that is no JSON, where the preset says that this may happen.
const UNREADABLE: &str = "unreadable";

impl Webhook for Alert {
    fn content_types(&self) -> &'static [&'static str] {
        &["application/json", form::CONTENT_TYPE, "text/plain"]
    }

    fn verify(&self, request: &SignedRequest<'_>, secret: Option<&Credential>) -> Result<()> {
        verify_token(request, secret)
    }

    fn json<'a>(
        &self,
        content_type: Option<&str>,
        text: &'a str,
        connection: Option<&Connection>,
    ) -> Result<Cow<'a, str>, JsonError> {
        if form::is_form(content_type) {
            return form::to_json(text).map(Cow::Owned);
        }
        let settings = connection.and_then(|connection| self.settings(connection).ok());
        let hand_filled = settings.is_some_and(|settings| settings.preset.hand_filled);
        if hand_filled && matches!(json::parse(text), Err(JsonError::Syntax { .. })) {
            return Ok(Cow::Owned(json!({ UNREADABLE: text }).to_string()));
        }
        Ok(Cow::Borrowed(text))
    }

    /// Each alert in a body of its own, with all that they share.
    fn split<'a>(&self, body: &'a Value, connection: &Connection) -> Parts<'a> {
        let settings = self.settings(connection).ok();
        let list = settings.and_then(|settings| settings.preset.list);
        let several = list.and_then(|list| match body.get(list) {
            Some(Value::Array(alerts)) if alerts.len() > 1 => Some((list, alerts)),
            _ => None,
        });
        let Some((list, alerts)) = several else {
            return Box::new(std::iter::empty());
        };
        let mut shared = body.clone();
        shared[list] = json!([]);
        Box::new(alerts.iter().map(move |alert| {
            let mut part = shared.clone();
            part[list] = json!([alert]);
            part
        }))
    }

    fn delivery(&self, request: &SignedRequest<'_>, connection: &Connection) -> Option<String> {
        let settings = self.settings(connection).ok()?;
        sent_delivery_id(request, settings.delivery_header.as_deref())
    }

    fn read(&self, body: &Value, connection: &Connection, _: &str) -> Result<Incoming, Drift> {
        let settings = self.settings(connection)?;
        check_one(body, &settings)?;
        let reading = settings.fields.over(body);
        let alert = types::Alert::read(&settings, &reading)?;
        let event_type = if alert.resolved { "resolved" } else { "raised" };
        let data = json!({ "alert": alert, "body": body });
        Ok(Incoming {
            key: match reading.text("delivery")? {
                none if none.is_empty() => DedupKey::Each,
                id => DedupKey::Once(format!("{NAME}/{id}")),
            },
            event_type: event_type.to_owned(),
            subject: EntityRef::new(NAME, SERIES, alert.series),
            actor: None,
            made_by_us: false,
            observed: BTreeMap::new(),
            data: data.as_object().cloned().unwrap_or_default(),
        })
    }
}

impl Alert {
    fn settings(&self, connection: &Connection) -> Result<Arc<Settings>, Drift> {
        let settings = &connection.settings;
        let compiled = self.memory.get_or(settings, || Settings::read(settings));
        compiled.map_err(fields::drift)
    }
}

/// A body that was not split holds one alert, or nothing may be read from it: the others would be lost.
fn check_one(body: &Value, settings: &Settings) -> Result<(), Drift> {
    if settings.preset.hand_filled && body.get(UNREADABLE).is_some() {
        let why = "is no JSON: a text in it holds a quotation mark, a backslash or a line break";
        return Err(Drift::new("body", why));
    }
    let Some(list) = settings.preset.list else {
        return Ok(());
    };
    match body.get(list).and_then(Value::as_array).map(Vec::len) {
        Some(1) => Ok(()),
        Some(0) => Err(Drift::new(list, "is empty")),
        Some(_) => Err(Drift::new(
            list,
            "holds several alerts: post the body again",
        )),
        None => Err(Drift::new(list, "is no list")),
    }
}
