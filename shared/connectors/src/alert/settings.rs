//! The connection's settings: read, checked and compiled in one pass.

use deskbridge_core::integration::Problem;
use serde_json::{Map, Value, json};

use super::presets::{DEFAULT, FIELDS, PRESETS, Preset};
use crate::fields::Fields;

const KNOWN: [&str; 5] = [
    "preset",
    "fields",
    "series",
    "webhook_credential",
    "delivery_header",
];

pub(super) struct Settings {
    pub(super) preset: &'static Preset,
    pub(super) fields: Fields,
    pub(super) series: Series,
    /// The header that holds the sender's id of a delivery.
    pub(super) delivery_header: Option<String>,
}

/// Which alerts count as repeats of one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Series {
    /// Titles are compared letter by letter; otherwise without regard to white space.
    pub(super) exact_title: bool,
    /// The same title in two organisations makes two series.
    pub(super) by_organisation: bool,
}

impl Settings {
    /// Returns the settings, or everything that is wrong with them.
    pub(super) fn read(settings: &Value) -> Result<Self, Vec<Problem>> {
        let Some(settings) = settings.as_object() else {
            return Err(vec![Problem::new("settings.alert", "must be a mapping")]);
        };
        let mut reader = Reader {
            settings,
            problems: Vec::new(),
        };
        reader.refuse_unknown("", settings, &KNOWN);
        reader.text("webhook_credential");
        let preset = reader.preset();
        let mapping = reader.mapping(preset);
        let series = reader.series();
        let delivery_header = reader.text("delivery_header");
        let fields = Fields::compile("settings.alert.fields", &mapping);
        match fields {
            Ok(fields) if reader.problems.is_empty() => Ok(Self {
                preset,
                fields,
                series,
                delivery_header,
            }),
            fields => {
                reader.problems.extend(fields.err().unwrap_or_default());
                Err(reader.problems)
            }
        }
    }
}

struct Reader<'a> {
    settings: &'a Map<String, Value>,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn refuse(&mut self, setting: &str, why: impl Into<String>) {
        let field = format!("settings.alert.{setting}");
        self.problems.push(Problem::new(field, why));
    }

    fn refuse_unknown(&mut self, place: &str, settings: &Map<String, Value>, known: &[&str]) {
        for name in settings
            .keys()
            .filter(|name| !known.contains(&name.as_str()))
        {
            let why = format!("is no setting here; there are: {}", known.join(", "));
            self.refuse(&format!("{place}{name}"), why);
        }
    }

    fn text(&mut self, name: &str) -> Option<String> {
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

    fn preset(&mut self) -> &'static Preset {
        let Some(value) = self.settings.get("preset") else {
            return DEFAULT;
        };
        let named = PRESETS
            .iter()
            .find(|preset| Some(preset.name) == value.as_str());
        named.copied().unwrap_or_else(|| {
            let names = PRESETS.map(|preset| preset.name).join(", ");
            self.refuse("preset", format!("must be one of: {names}"));
            DEFAULT
        })
    }

    /// The preset's fields, each replaced by the owner's where there is one.
    fn mapping(&mut self, preset: &Preset) -> Map<String, Value> {
        let preset = preset.fields.iter();
        let mut mapping: Map<_, _> = preset
            .map(|(name, places)| ((*name).to_owned(), json!(places)))
            .collect();
        match self.settings.get("fields") {
            None => {}
            Some(Value::Object(own)) => {
                self.refuse_unknown("fields.", own, &FIELDS);
                mapping.extend(own.clone());
            }
            Some(_) => self.refuse("fields", "must be a mapping"),
        }
        mapping
    }

    fn series(&mut self) -> Series {
        let mut series = Series {
            exact_title: false,
            by_organisation: true,
        };
        match self.settings.get("series") {
            None => {}
            Some(Value::Object(own)) => {
                self.refuse_unknown("series.", own, &["title", "scope"]);
                series.exact_title = self.either(own, "title", ["normalised", "exact"]);
                series.by_organisation = self.either(own, "scope", ["none", "organisation"])
                    || !own.contains_key("scope");
            }
            Some(_) => self.refuse("series", "must be a mapping"),
        }
        series
    }

    /// Whether the setting names the second of two words; the first if it is not there.
    fn either(&mut self, own: &Map<String, Value>, name: &str, words: [&str; 2]) -> bool {
        let word = own
            .get(name)
            .map(|value| value.as_str().unwrap_or_default());
        if word.is_some_and(|word| !words.contains(&word)) {
            let why = format!("must be one of: {}", words.join(", "));
            self.refuse(&format!("series.{name}"), why);
        }
        word == Some(words[1])
    }
}
