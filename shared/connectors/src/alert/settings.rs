//! The connection's settings: read, checked and compiled in one pass.

use deskbridge_core::integration::Problem;
use serde_json::{Map, Value, json};

use super::presets::{DEFAULT, FIELDS, PRESETS, Preset};
use crate::fields::{Fields, Reader};

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
        let mut problems = Vec::new();
        let mut reader = Reader::new("settings.alert", settings, &mut problems);
        reader.refuse_unknown(&KNOWN);
        reader.text("webhook_credential");
        let preset = preset(&mut reader);
        let mapping = mapping(&mut reader, preset);
        let series = series(&mut reader);
        let delivery_header = reader.text("delivery_header");
        let fields = Fields::compile("settings.alert", "fields", &mapping);
        match fields {
            Ok(fields) if problems.is_empty() => Ok(Self {
                preset,
                fields,
                series,
                delivery_header,
            }),
            fields => {
                problems.extend(fields.err().unwrap_or_default());
                Err(problems)
            }
        }
    }
}

/// The preset's fields, each replaced by the owner's where there is one.
fn mapping(reader: &mut Reader<'_>, preset: &Preset) -> Map<String, Value> {
    let fields = preset.fields.iter();
    let mut mapping: Map<_, _> = fields
        .map(|(name, places)| ((*name).to_owned(), json!(places)))
        .collect();
    mapping.extend(reader.mapping("fields", &FIELDS));
    mapping
}

fn preset(reader: &mut Reader<'_>) -> &'static Preset {
    let names = PRESETS.map(|preset| preset.name);
    let chosen = reader.one_of("preset", &names);
    chosen.map_or(DEFAULT, |index| PRESETS[index])
}

fn series(reader: &mut Reader<'_>) -> Series {
    let own = reader.mapping("series", &["title", "scope"]);
    let mut reader = reader.inside("series", &own);
    Series {
        exact_title: reader.one_of("title", &["normalised", "exact"]) == Some(1),
        by_organisation: reader.one_of("scope", &["organisation", "none"]) != Some(1),
    }
}
