//! Reads the one body that Kayako's triggers send: labels for keys, texts for values, no event name.
//!
//! The status alone tells a new conversation from a finished one.

use std::collections::BTreeMap;
use std::time::Duration;

use deskbridge_core::Result;
use deskbridge_core::connector::{Connection, Drift, Incoming, SignedRequest, Webhook, split_list};
use deskbridge_core::dedup::{DedupKey, digest};
use deskbridge_core::secret::Credential;
use serde_json::{Map, Value, json};

use super::settings::{KEYS, Settings, folded};
use super::{CONVERSATION, Kayako, MARK_PREFIX, conversation};
use crate::signature::verify_token;
use crate::text::encode;

/// Kayako sends neither an event id nor a time, so equal bodies this close count as one.
const WINDOW: Duration = Duration::from_secs(600);

const OPENED: &str = "conversation_opened";
const CLOSED: &str = "conversation_closed";
const UPDATED: &str = "conversation_updated";

impl Webhook for Kayako {
    fn content_types(&self) -> &'static [&'static str] {
        &["application/json"]
    }

    /// Kayako signs nothing. Where a gateway in front of Deskbridge adds a header, it is checked.
    fn verify(&self, request: &SignedRequest<'_>, secret: Option<&Credential>) -> Result<()> {
        verify_token(request, secret)
    }

    fn read(&self, body: &Value, connection: &Connection, _: &str) -> Result<Incoming, Drift> {
        let settings = Settings::read(connection).map_err(|problems| {
            let first = problems.into_iter().next();
            first.map_or_else(|| Drift::new("", ""), |p| Drift::new(p.field, p.message))
        })?;
        let reader = Reader { body, settings };
        let id = reader.present("case_id")?.trim().to_owned();
        let status = reader.present("status")?;
        let tags = reader.tags();
        let event_type = reader.event_type(&status);
        let ours = event_type == OPENED && tags.iter().any(|tag| tag.starts_with(MARK_PREFIX));
        Ok(Incoming {
            key: key(event_type, &id, body),
            event_type: event_type.to_owned(),
            made_by_us: ours,
            data: Map::from_iter([(CONVERSATION.to_owned(), reader.data(&id, &tags))]),
            subject: conversation(id),
            actor: None,
            observed: BTreeMap::from([("status".to_owned(), status)]),
        })
    }
}

/// The trigger for new conversations fires again whenever one is saved that is still new: a
/// conversation is opened once.
fn key(event_type: &str, id: &str, body: &Value) -> DedupKey {
    if event_type == OPENED {
        return DedupKey::Once(format!("{id}/opened"));
    }
    let mut canonical = body.clone();
    canonical.sort_all_objects();
    DedupKey::Within {
        content: digest(&[event_type, &canonical.to_string()]),
        window: WINDOW,
    }
}

struct Reader<'a> {
    body: &'a Value,
    settings: Settings,
}

impl Reader<'_> {
    fn value(&self, name: &str) -> Option<&Value> {
        self.body.get(self.settings.key(name))
    }

    /// Returns a field as text; empty when it is absent.
    fn text(&self, name: &str) -> String {
        match self.value(name) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        }
    }

    fn present(&self, name: &str) -> Result<String, Drift> {
        let text = self.text(name);
        if !text.trim().is_empty() {
            return Ok(text);
        }
        let key = self.settings.key(name);
        let why = "is missing or empty; is Kayako in another language? see webhook.keys";
        Err(Drift::new(key, why))
    }

    fn event_type(&self, status: &str) -> &'static str {
        let status = folded(status);
        if self.settings.opens.contains(&status) {
            OPENED
        } else if self.settings.closes.contains(&status) {
            CLOSED
        } else {
            UPDATED
        }
    }

    fn tags(&self) -> Vec<String> {
        match self.value("tags") {
            Some(Value::Array(tags)) => {
                let tags = tags.iter().filter_map(Value::as_str);
                tags.flat_map(split_list).collect()
            }
            _ => split_list(&self.text("tags")),
        }
    }

    /// Every name is always there, so that a template may use it.
    fn data(&self, id: &str, tags: &[String]) -> Value {
        let texts = KEYS.map(|(name, _)| (name.to_owned(), Value::String(self.text(name))));
        let mut data = Map::from_iter(texts);
        data.shift_remove("case_id");
        data.shift_insert(0, "id".to_owned(), json!(id));
        data.insert("tags".to_owned(), json!(tags));
        let custom_fields = self.value("custom_fields").cloned();
        let custom_fields = custom_fields.filter(|fields| !fields.is_null());
        data.insert(
            "custom_fields".to_owned(),
            custom_fields.unwrap_or_else(|| json!("")),
        );
        let (root, id) = (&self.settings.root, encode(id));
        data.insert(
            "url".to_owned(),
            json!(format!("{root}/agent/conversations/{id}")),
        );
        Value::Object(data)
    }
}
