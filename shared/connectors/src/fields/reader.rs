//! Reads a connection's settings, and says everything that is wrong with them at once.

use std::collections::BTreeMap;

use deskbridge_core::integration::Problem;
use serde_json::{Map, Value};

use crate::http::check_base_url;

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

    /// The setting as it stands.
    pub(crate) fn value(&self, name: &str) -> Option<&'a Value> {
        self.settings.get(name)
    }

    /// Refuses the setting unless it is there, whatever it holds.
    pub(crate) fn require(&mut self, name: &str, why: &str) {
        if !self.settings.contains_key(name) {
            self.refuse(name, why);
        }
    }

    /// Returns a text that must be as `fits` says.
    pub(crate) fn checked(
        &mut self,
        name: &str,
        fits: fn(&str) -> bool,
        why: &str,
    ) -> Option<String> {
        let text = self.text(name)?;
        if !fits(&text) {
            self.refuse(name, why);
        }
        Some(text)
    }

    /// Returns an id above zero, written as a number or as a text.
    pub(crate) fn id(&mut self, name: &str, why: &str) -> Option<u64> {
        let value = self.settings.get(name)?;
        let text = value.as_str().and_then(|text| text.trim().parse().ok());
        let id = value.as_u64().or(text).filter(|id| *id > 0);
        if id.is_none() {
            self.refuse(name, why);
        }
        id
    }

    pub(crate) fn flag(&mut self, name: &str, usual: bool) -> bool {
        match self.settings.get(name) {
            None => usual,
            Some(Value::Bool(wanted)) => *wanted,
            Some(_) => {
                self.refuse(name, "must be true or false");
                usual
            }
        }
    }

    /// Returns a mapping of texts to texts; `why` says what it is for.
    pub(crate) fn texts(&mut self, name: &str, why: &str) -> BTreeMap<String, String> {
        let Some(value) = self.settings.get(name) else {
            return BTreeMap::new();
        };
        let pairs = value.as_object().into_iter().flatten();
        let texts: BTreeMap<_, _> = pairs
            .filter_map(|(name, text)| Some((name.clone(), text.as_str()?.to_owned())))
            .collect();
        if value.as_object().is_none_or(|all| all.len() != texts.len()) {
            self.refuse(name, why);
        }
        texts
    }

    /// Returns where the vendor is called instead of its own address, without a slash at its end.
    pub(crate) fn base_url(&mut self) -> Option<String> {
        self.url("base_url")
    }

    /// Returns an address without a slash at its end.
    pub(crate) fn url(&mut self, name: &str) -> Option<String> {
        let url = self.text(name)?;
        if let Err(why) = check_base_url(&url) {
            self.refuse(name, why);
        }
        Some(url.trim_end_matches('/').to_owned())
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

/// One DNS label, so that a sub domain never leads to another host.
pub(crate) fn is_label(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let length = (1..=63).contains(&text.len());
    length && text.chars().all(plain) && !text.starts_with('-') && !text.ends_with('-')
}
