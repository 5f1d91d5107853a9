//! An event in our terms, as templates see it.

use deskbridge_core::connector::Drift;
use deskbridge_core::dedup::digest;
use serde::Serialize;
use serde_json::Value;

use super::settings::Settings;
use crate::fields::Reading;

const MAX_TYPE_CHARS: usize = 100;

/// Every field is there; a text that nobody mapped is empty.
#[derive(Debug, Serialize)]
pub(super) struct Event {
    #[serde(rename = "type")]
    pub(super) event_type: String,
    pub(super) id: String,
    pub(super) subject: String,
    pub(super) actor: String,
}

impl Event {
    pub(super) fn read(
        settings: &Settings,
        reading: &Reading<'_>,
        body: &Value,
    ) -> Result<Self, Drift> {
        let mapped = |field: &str| match settings.maps(field) {
            true => reading.required(field),
            false => Ok(String::new()),
        };
        let id = mapped("id")?;
        let subject = match mapped("subject")? {
            none if none.is_empty() && !id.is_empty() => id.clone(),
            none if none.is_empty() => content(body),
            subject => subject,
        };
        Ok(Self {
            event_type: event_type(reading.required("type")?)?,
            id,
            subject,
            actor: reading.text("actor")?,
        })
    }
}

/// Without a subject every event is about itself: in no order with others, and linked to nothing.
fn content(body: &Value) -> String {
    let mut canonical = body.clone();
    canonical.sort_all_objects();
    digest(&[&canonical.to_string()]).chars().take(32).collect()
}

/// A type is a word: rules name it.
fn event_type(text: String) -> Result<String, Drift> {
    let odd = |c: char| c.is_whitespace() || c.is_control();
    if text.chars().count() > MAX_TYPE_CHARS || text.contains(odd) {
        let why = format!("is no word of at most {MAX_TYPE_CHARS} characters");
        return Err(Drift::new("fields.type", why));
    }
    Ok(text)
}
