//! No path and no document costs more than its budget, and none panics.
#![cfg(test)]

use deskbridge_jsonpath::{ErrorKind, JsonPath, Limits, Options};
use proptest::prelude::*;
use serde_json::{Value, json};

fn kind(path: &str, document: &Value) -> ErrorKind {
    JsonPath::compile(path)
        .and_then(|path| path.read(document))
        .unwrap_err()
        .kind()
}

fn nested(levels: usize) -> Value {
    let wrap = |inner, level| match level % 2 {
        0 => Value::Array(vec![inner, json!({"id": level})]),
        _ => Value::Object([("a".to_owned(), inner)].into_iter().collect()),
    };
    (0..levels).fold(json!({"id": 1}), wrap)
}

/// Owned, and given up without the recursion of a drop.
fn forget(value: Value) {
    std::mem::forget(value);
}

#[test]
fn a_long_or_deeply_nested_path_is_refused() {
    let around = |open: &str, inner: &str, close: &str| {
        format!("$[?({}{inner}{})]", open.repeat(1000), close.repeat(1000))
    };
    for path in [
        "a".repeat(10_000),
        format!("${}", ".a".repeat(200)),
        around("(", "@.a", ")"),
        around("!", "(@.a)", ""),
        around("@[?(", "@.a", ")]"),
        format!("$[?({} @)]", "@ =~ /a/ || ".repeat(20)),
    ] {
        assert_eq!(
            JsonPath::compile(&path).unwrap_err().kind(),
            ErrorKind::Limit
        );
    }
}

#[test]
fn many_scans_over_a_wide_document_stop_at_the_budget() {
    let wide: Value = (0..200)
        .map(|id| json!({"id": id, "in": [{"id": id}]}))
        .collect();
    assert_eq!(
        kind(&format!("${}", "..*".repeat(50)), &nested(60)),
        ErrorKind::Limit
    );
    assert_eq!(
        kind("$[?(@.id in $..id && $..id subsetof $..id)]", &wide),
        ErrorKind::Limit
    );
    let small = Options {
        limits: Limits {
            steps: 100,
            ..Limits::default()
        },
        ..Options::default()
    };
    let path = JsonPath::compile("$..id").unwrap();
    assert_eq!(
        path.read_with(&wide, &small).unwrap_err().kind(),
        ErrorKind::Limit
    );
    assert_eq!(path.read(&wide).unwrap().as_array().unwrap().len(), 400);
}

#[test]
fn a_result_larger_than_its_bound_is_refused() {
    let document = json!({"a": "x".repeat(1000), "list": [1, 2, 3]});
    let limits = Limits {
        output_bytes: 5000,
        ..Limits::default()
    };
    let options = Options {
        limits,
        ..Options::default()
    };
    let read = |path: &str| {
        JsonPath::compile(path)
            .unwrap()
            .read_with(&document, &options)
    };
    assert!(read("$.a").is_ok());
    for path in [
        "$['a','a','a','a','a','a'].concat($.a, $.a, $.a, $.a, $.a, $.a)",
        "$.list.append($, $, $, $, $, $)",
    ] {
        assert_eq!(read(path).unwrap_err().kind(), ErrorKind::Limit, "{path}");
    }
}

#[test]
fn a_deep_document_is_refused_without_using_up_the_stack() {
    let deep = nested(100_000);
    for path in [
        "$..id",
        "$..*",
        "$",
        "$..[?(@..id)]",
        "$[?(@ == $)]",
        "$.concat($)",
        "$..a.length()",
        "$..[0].a",
    ] {
        assert_eq!(kind(path, &deep), ErrorKind::Limit, "{path}");
    }
    forget(deep);
    let as_deep_as_serde_reads = nested(126);
    let found = JsonPath::compile("$..[?(@.id)]..id")
        .unwrap()
        .read(&as_deep_as_serde_reads)
        .unwrap();
    assert!(found.as_array().unwrap().len() > 60);
}

#[test]
fn the_deepest_that_is_let_through_fits_a_small_stack() {
    let document = nested(300);
    let steps = "[?(@[0] || @.a)]".repeat(20);
    let filters = "[?(@..[?(@..[?(@.id)])])]";
    let run = move || {
        for path in [
            format!("$..*{steps}"),
            format!("$..a{filters}"),
            format!("$..[?(@ == $)]{filters}"),
        ] {
            _ = JsonPath::compile(&path).unwrap().read(&document);
        }
        forget(document);
    };
    std::thread::Builder::new()
        .stack_size(2 * 1024 * 1024)
        .spawn(run)
        .unwrap()
        .join()
        .unwrap();
}

#[test]
fn a_regular_expression_takes_linear_time_and_bounded_memory() {
    let document = json!([format!("{}!", "a".repeat(20_000))]);
    let path = JsonPath::compile("$[?(@ =~ /(a+)+(a|aa)*b/)]").unwrap();
    assert_eq!(path.read(&document).unwrap(), json!([]));
    assert_eq!(
        kind("$[?(@ =~ /((a{500}){500}){500}/)]", &document),
        ErrorKind::Limit
    );
}

/// Fragments that the grammar gives a meaning to, so that nonsense goes further than its first character.
fn fragment() -> impl Strategy<Value = String> {
    const KNOWN: &[&str] = &[
        "$", "@", ".", "..", "*", "[", "]", "[*]", "(", ")", "[?(", ")]", "'", "\"", ",", ":",
        "-1", "0", "a", "id", " ", "==", "!=", "=~", "/a/i", "/", "!", "&&", "||", "in", " size ",
        " empty ", "length()", "concat(", "sum(", "[1,2]", "['a']", "\\", "\\u00", "{", "}",
        "null", "true", "1e9", "é", "😀", "\0",
    ];
    prop_oneof![8 => prop::sample::select(KNOWN).prop_map(str::to_owned), 1 => ".{0,3}"]
}

fn document() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[$@a\\[\\]'é]{0,6}".prop_map(Value::from),
    ];
    scalar.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::hash_map("[ab]|id", inner, 0..4)
                .prop_map(|map| map.into_iter().collect()),
        ]
    })
}

fn options() -> impl Strategy<Value = Options> {
    any::<[bool; 4]>().prop_map(
        |[
            default_path_leaf_to_null,
            always_return_list,
            suppress_exceptions,
            require_properties,
        ]| Options {
            default_path_leaf_to_null,
            always_return_list,
            suppress_exceptions,
            require_properties,
            limits: Limits {
                steps: 20_000,
                output_bytes: 100_000,
            },
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_and_no_document_panics(parts in prop::collection::vec(fragment(), 0..14), document in document(), options in options()) {
        for text in [parts.concat(), format!("$.{}", parts.concat()), format!("$[?({})]", parts.concat())] {
            match JsonPath::compile(&text) {
                Ok(path) => _ = path.read_with(&document, &options),
                Err(error) => prop_assert!(error.position().is_some_and(|position| position <= text.chars().count())),
            }
        }
    }

    #[test]
    fn a_read_repeats(parts in prop::collection::vec(fragment(), 0..8), document in document()) {
        if let Ok(path) = JsonPath::compile(&format!("$..{}", parts.concat())) {
            prop_assert_eq!(path.read(&document), path.read(&document));
        }
    }
}
