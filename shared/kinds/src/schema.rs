//! JSON Schemas of the documents, for editors: made of the very types that the settings are read into.

use deskbridge_core::integration::MAX_NAME_CHARS;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use crate::{
    alert_autotask, custom, data_actions, kayako_opsgenie, relation_kintone, zoho_desk_slack,
};

type Settings = fn(&mut SchemaGenerator) -> Value;

const SETTINGS: [(&str, Settings); 6] = [
    (alert_autotask::KIND, |all| {
        of::<alert_autotask::Settings>(all)
    }),
    (custom::KIND, |all| of::<custom::Settings>(all)),
    (data_actions::KIND, |_| data_actions_settings()),
    (kayako_opsgenie::KIND, |all| {
        of::<kayako_opsgenie::Settings>(all)
    }),
    (relation_kintone::KIND, |all| {
        of::<relation_kintone::Settings>(all)
    }),
    (zoho_desk_slack::KIND, |all| {
        of::<zoho_desk_slack::Settings>(all)
    }),
];

/// The kinds that have a schema: all of them.
pub fn schema_kinds() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().map(|(kind, _)| *kind)
}

/// Returns the schema of a kind's document, draft 2020-12. It says what may stand where; whether a
/// template or a reference holds is said by `test` and `diff`.
pub fn schema(kind: &str) -> Option<Value> {
    let (kind, settings) = SETTINGS.iter().find(|(name, _)| *name == kind)?;
    let mut all = SchemaSettings::draft2020_12().into_generator();
    let settings = settings(&mut all);
    let definitions = all.take_definitions(true);
    Some(json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": format!("Deskbridge integration of the kind {kind}"),
        "type": "object",
        "required": ["name", "kind", "settings"],
        "additionalProperties": false,
        "properties": {
            "name": {
                "description": "Unique; lower-case letters, digits and hyphens.",
                "type": "string",
                "pattern": format!("^[a-z0-9-]{{1,{MAX_NAME_CHARS}}}$"),
            },
            "kind": {"const": kind},
            "enabled": {"description": "On, unless told.", "type": "boolean"},
            "team": {
                "description": "Whose it is: a token of another team does not see it.",
                "type": "string",
                "maxLength": MAX_NAME_CHARS,
            },
            "history": {
                "description": "Which events are kept: all of them, or those that came to something.",
                "enum": ["full", "outcomes"],
            },
            "settings": settings,
        },
        "$defs": definitions,
    }))
}

fn of<T: schemars::JsonSchema>(all: &mut SchemaGenerator) -> Value {
    all.subschema_for::<T>().to_value()
}

/// Exported definitions are Genesys Cloud's own format, which `deskbridge action test` checks.
fn data_actions_settings() -> Value {
    json!({
        "type": "object",
        "required": ["type", "actions"],
        "properties": {
            "type": {"description": "As `web-services`.", "type": "string"},
            "credential": {"type": "string"},
            "notes": {"type": "string"},
            "actions": {
                "description": "By name: an exported definition, or a request and a response of your own.",
                "type": "object",
                "additionalProperties": {"type": ["object", "string"]},
            },
        },
    })
}
