//! A mapping of fields into bodies whose shape only the owner knows.
//!
//! Each field is a path (`$.alerts[0].labels.alertname`), a template over `body`
//! (`{{ body.host }}: {{ body.msg }}`), a text that stands as written, or a list of these, of which
//! the first that finds something counts. An empty text switches the field off.

mod memory;
mod path;
mod reader;

use std::cell::OnceCell;

use deskbridge_core::connector::Drift;
use deskbridge_core::integration::Problem;
use deskbridge_core::mapping::{Context, Engine, Template, context};
use serde_json::{Map, Value, json};

pub(crate) use memory::Memory;
use path::Path;
pub(crate) use reader::{Reader, is_label};

/// More would be no mapping but a copy.
const MAX_FIELDS: usize = 100;
const MAX_SOURCES: usize = 10;

/// A mapping, compiled.
pub(crate) struct Fields {
    /// What it is called in the settings, as `fields`.
    name: &'static str,
    engine: Engine,
    fields: Vec<(String, Vec<Source>)>,
}

enum Source {
    Path(Path),
    Template(Template),
}

impl Fields {
    /// Compiles the mapping `name` of the settings at `place`, as `fields` at `settings.alert`.
    pub(crate) fn compile(
        place: &str,
        name: &'static str,
        mapping: &Map<String, Value>,
    ) -> Result<Self, Vec<Problem>> {
        let place = format!("{place}.{name}");
        let mut fields = Self {
            name,
            engine: Engine::new(),
            fields: Vec::with_capacity(mapping.len()),
        };
        let mut problems = Vec::new();
        if mapping.len() > MAX_FIELDS {
            let message = format!("maps more than {MAX_FIELDS} fields");
            return Err(vec![Problem::new(place, message)]);
        }
        for (name, value) in mapping {
            match fields.sources(name, value) {
                Ok(sources) => fields.fields.push((name.clone(), sources)),
                Err(why) => problems.push(Problem::new(format!("{place}.{name}"), why)),
            }
        }
        if problems.is_empty() {
            Ok(fields)
        } else {
            Err(problems)
        }
    }

    fn sources(&mut self, name: &str, value: &Value) -> Result<Vec<Source>, String> {
        let listed = match value {
            Value::Array(items) if items.len() > MAX_SOURCES => {
                return Err(format!("names more than {MAX_SOURCES} places"));
            }
            Value::Array(items) => items.as_slice(),
            one => std::slice::from_ref(one),
        };
        let meant = listed.iter().filter(|value| !is_nothing(value));
        let sources = meant.enumerate().map(|(index, value)| match value {
            Value::String(text) if Path::is_path(text) => Path::compile(text).map(Source::Path),
            Value::String(_) | Value::Bool(_) | Value::Number(_) => {
                let compiled = self.engine.compile(&format!("{name}[{index}]"), value);
                compiled
                    .map(Source::Template)
                    .map_err(|why| why.to_string())
            }
            _ => Err("must be a path, a template, or a list of these".to_owned()),
        });
        sources.collect()
    }

    /// Reads fields of one body; templates share its conversion.
    pub(crate) fn over<'a>(&'a self, body: &'a Value) -> Reading<'a> {
        Reading {
            fields: self,
            body,
            context: OnceCell::new(),
        }
    }
}

/// One body, as the mapping sees it.
pub(crate) struct Reading<'a> {
    fields: &'a Fields,
    body: &'a Value,
    context: OnceCell<Context>,
}

impl Reading<'_> {
    /// Returns what the field finds; nothing where that is absent, null or an empty text.
    pub(crate) fn value(&self, field: &str) -> Result<Option<Value>, Drift> {
        let mut failed = None;
        for source in self.sources(field) {
            match self.find(source) {
                Ok(found) if !is_nothing(&found) => return Ok(Some(found)),
                Ok(_) => {}
                Err(why) => failed = Some(why),
            }
        }
        match failed {
            Some(why) => Err(self.drift(field, why)),
            None => Ok(None),
        }
    }

    /// Returns the field as text, without space around it; empty where nothing is found. A list of one
    /// text is that text: a filter finds a list.
    pub(crate) fn text(&self, field: &str) -> Result<String, Drift> {
        let found = match self.value(field)? {
            Some(Value::Array(mut only)) if only.len() == 1 => only.pop(),
            found => found,
        };
        match found {
            None => Ok(String::new()),
            Some(Value::String(text)) => Ok(text.trim().to_owned()),
            Some(Value::Array(_) | Value::Object(_)) => {
                let why = format!("{} is a list or a mapping, and no text", self.place(field));
                Err(self.drift(field, why))
            }
            Some(scalar) => Ok(scalar.to_string()),
        }
    }

    /// Returns a text that must be there.
    pub(crate) fn required(&self, field: &str) -> Result<String, Drift> {
        let text = self.text(field)?;
        if text.is_empty() {
            let why = format!("{} found nothing", self.place(field));
            return Err(self.drift(field, why));
        }
        Ok(text)
    }

    fn drift(&self, field: &str, why: String) -> Drift {
        Drift::new(format!("{}.{field}", self.fields.name), why)
    }

    fn sources(&self, field: &str) -> &[Source] {
        let named = |(name, _): &&(String, Vec<Source>)| name == field;
        let found = self.fields.fields.iter().find(named);
        found.map_or(&[], |(_, sources)| sources)
    }

    fn find(&self, source: &Source) -> Result<Value, String> {
        match source {
            Source::Path(path) => Ok(path.find(self.body)?.unwrap_or_default()),
            Source::Template(template) => {
                let converted = || context(json!({ "body": self.body }));
                let context = self.context.get_or_init(converted);
                let rendered = self.fields.engine.render(template, context);
                rendered.map_err(|why| why.to_string())
            }
        }
    }

    /// Where a person must look: the paths as written, or the template.
    fn place(&self, field: &str) -> String {
        let sources = self.sources(field).iter().map(|source| match source {
            Source::Path(path) => path.to_string(),
            Source::Template(_) => "the template".to_owned(),
        });
        let places: Vec<_> = sources.collect();
        match places.is_empty() {
            true => "the empty mapping".to_owned(),
            false => places.join(", "),
        }
    }
}

/// Settings that held when they were saved and no longer do: a body cannot be read with them.
pub(crate) fn drift(problems: Vec<Problem>) -> Drift {
    let first = problems.into_iter().next();
    let first = first.unwrap_or_else(|| Problem::new("settings", "do not hold"));
    Drift::new(first.field, first.message)
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

#[cfg(test)]
mod tests;
