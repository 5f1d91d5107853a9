//! Reads the settings around a mapping, and says everything that is wrong with them at once.

use deskbridge_core::integration::Problem;
use serde_json::{Map, Value};

pub(crate) struct Reader<'a> {
    /// As `settings.alert`.
    place: String,
    settings: &'a Map<String, Value>,
    problems: &'a mut Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(
        place: impl Into<String>,
        settings: &'a Map<String, Value>,
        problems: &'a mut Vec<Problem>,
    ) -> Self {
        Self {
            place: place.into(),
            settings,
            problems,
        }
    }

    /// Returns a reader of a mapping that stands under `name`.
    pub(crate) fn inside<'b>(
        &'b mut self,
        name: &str,
        settings: &'b Map<String, Value>,
    ) -> Reader<'b> {
        Reader::new(format!("{}.{name}", self.place), settings, self.problems)
    }

    pub(crate) fn refuse(&mut self, setting: &str, why: impl Into<String>) {
        let field = format!("{}.{setting}", self.place);
        self.problems.push(Problem::new(field, why));
    }

    pub(crate) fn refuse_unknown(&mut self, known: &[&str]) {
        let settings = self.settings;
        for name in settings
            .keys()
            .filter(|name| !known.contains(&name.as_str()))
        {
            let why = format!("is no setting here; there are: {}", known.join(", "));
            self.refuse(name, why);
        }
    }

    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        let value = self.settings.get(name)?;
        let text = value
            .as_str()
            .map(str::trim)
            .filter(|text| !text.is_empty());
        if text.is_none() {
            self.refuse(name, "must be a text that is not empty");
        }
        text.map(str::to_owned)
    }

    /// Returns which of the words the setting names; nothing if it is absent or refused.
    pub(crate) fn one_of(&mut self, name: &str, words: &[&str]) -> Option<usize> {
        let value = self.settings.get(name)?;
        let found = words.iter().position(|word| Some(*word) == value.as_str());
        if found.is_none() {
            self.refuse(name, format!("must be one of: {}", words.join(", ")));
        }
        found
    }

    /// Returns a mapping with no other keys than these; empty if it is absent or refused.
    pub(crate) fn mapping(&mut self, name: &str, known: &[&str]) -> Map<String, Value> {
        let own = self.free_mapping(name);
        self.inside(name, &own).refuse_unknown(known);
        own
    }

    /// Returns a mapping with any keys.
    pub(crate) fn free_mapping(&mut self, name: &str) -> Map<String, Value> {
        match self.settings.get(name) {
            None => Map::new(),
            Some(Value::Object(own)) => own.clone(),
            Some(_) => {
                self.refuse(name, "must be a mapping");
                Map::new()
            }
        }
    }
}
