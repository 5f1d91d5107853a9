//! No body, however odd, makes a reader panic, and none is read in two ways.

use proptest::prelude::*;

use super::*;
use crate::alert::presets::PRESETS;

/// JSON of every type, with the keys that presets look for among others.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(json!("firing")),
    ];
    let key = prop_oneof![
        Just("title".to_owned()),
        Just("alerts".to_owned()),
        Just("labels".to_owned()),
        Just("alertname".to_owned()),
        Just("status".to_owned()),
        Just("alertUID".to_owned()),
        Just("alertMessage".to_owned()),
        Just("resolvedAlert".to_owned()),
        Just("unreadable".to_owned()),
        ".{0,6}",
    ];
    leaf.prop_recursive(4, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_body_makes_a_preset_panic(body in json_value()) {
        let alert = Alert::default();
        for known in PRESETS {
            let connection = preset(known.name);
            let first = alert.read(&body, &connection, "alerts");
            prop_assert_eq!(&first, &alert.read(&body, &connection, "alerts"));
            for part in alert.split(&body, &connection) {
                let read = alert.read(&part, &connection, "alerts");
                if let Ok(incoming) = read {
                    prop_assert!(incoming.data["alert"]["title"] != "");
                }
            }
        }
    }

    #[test]
    fn no_text_makes_the_form_or_the_lenient_reader_panic(text in ".{0,200}") {
        let alert = Alert::default();
        let rmm = preset("datto-rmm");
        for header in [None, Some("application/x-www-form-urlencoded")] {
            if let Ok(json) = alert.json(header, &text, Some(&rmm)) {
                let parsed = deskbridge_core::json::parse(&json);
                prop_assert!(parsed.is_ok() || header.is_none());
            }
        }
    }
}
