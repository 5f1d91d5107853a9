use deskbridge_core::connector::Connector as _;

use super::*;
use crate::alert::presets::{FIELDS, PRESETS};

fn fields(settings: Value) -> Vec<String> {
    let problems = Alert::default().check(&connection(settings));
    problems.into_iter().map(|problem| problem.field).collect()
}

#[test]
fn every_preset_compiles_and_maps_every_field() {
    for known in PRESETS {
        assert_eq!(fields(json!({"preset": known.name})), Vec::<String>::new());
        let names: Vec<_> = known.fields.iter().map(|(name, _)| *name).collect();
        for field in FIELDS {
            assert!(names.contains(&field), "{}: {field}", known.name);
        }
    }
}

#[test]
fn every_mistake_names_its_field() {
    for (settings, field) in [
        (json!({"preset": "kaseya"}), "preset"),
        (json!({"preset": 7}), "preset"),
        (json!({"fields": {"titel": "$.t"}}), "fields.titel"),
        (json!({"fields": {"title": "{{ body."}}), "fields.title"),
        (json!({"fields": {"title": "$["}}), "fields.title"),
        (json!({"fields": []}), "fields"),
        (json!({"series": {"title": "folded"}}), "series.title"),
        (json!({"series": {"scope": null}}), "series.scope"),
        (json!({"series": {"window": 5}}), "series.window"),
        (json!({"series": "none"}), "series"),
        (json!({"delivery_header": ""}), "delivery_header"),
        (json!({"webhook_credential": 1}), "webhook_credential"),
        (json!({"base_url": "https://example.com"}), "base_url"),
    ] {
        let shown = settings.to_string();
        assert_eq!(
            fields(settings),
            [format!("settings.alert.{field}")],
            "{shown}"
        );
    }
    assert_eq!(fields(json!("graphus")), ["settings.alert"]);
}

#[test]
fn it_takes_no_actions() {
    assert!(Alert::default().operations().is_empty());
}
