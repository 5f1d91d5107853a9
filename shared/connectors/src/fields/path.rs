//! Paths into a JSON body, in Jayway's dialect: `$.alerts[0].labels['alertname']`.

use std::fmt;

use deskbridge_jsonpath::{ErrorKind, JsonPath, Limits, Options};
use serde_json::Value;

/// What one path may cost: far more than a body within its bounds needs.
const LIMITS: Limits = Limits {
    steps: 200_000,
    output_bytes: 1024 * 1024,
};

pub(super) struct Path(JsonPath);

impl Path {
    /// Whether a field's text is meant as a path.
    pub(super) fn is_path(text: &str) -> bool {
        text == "$" || text.starts_with("$.") || text.starts_with("$[")
    }

    pub(super) fn compile(source: &str) -> Result<Self, String> {
        let compiled = JsonPath::compile(source);
        compiled.map(Self).map_err(|error| error.to_string())
    }

    /// Returns what stands there: a value, or a list where the path may lead to several places.
    /// Nothing where none is found; an error where looking would cost too much.
    pub(super) fn find(&self, body: &Value) -> Result<Option<Value>, String> {
        let options = Options {
            limits: LIMITS,
            ..Options::default()
        };
        match self.0.read_with(body, &options) {
            Ok(Value::Array(none)) if none.is_empty() && !self.0.is_definite() => Ok(None),
            Ok(found) => Ok(Some(found)),
            Err(error) if is_absence(error.kind()) => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }
}

fn is_absence(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::NotApplicable)
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn find(path: &str, body: &Value) -> Option<Value> {
        Path::compile(path).unwrap().find(body).unwrap()
    }

    #[test]
    fn a_path_leads_to_a_value_to_several_or_to_nothing() {
        let body = json!({"a": [{"b c": 1}, {"b c": 2}], "障害": true, "d.e": null});
        assert_eq!(find("$", &body), Some(body.clone()));
        assert_eq!(find("$.a[0]['b c']", &body), Some(json!(1)));
        assert_eq!(find("$['a'][-1][\"b c\"]", &body), Some(json!(2)));
        assert_eq!(find("$.障害", &body), Some(json!(true)));
        assert_eq!(find("$['d.e']", &body), Some(Value::Null));
        assert_eq!(find("$.a[?(@['b c'] > 1)]['b c']", &body), Some(json!([2])));
        for nothing in [
            "$.b",
            "$.a.b",
            "$.a[2]",
            "$.a[0][0]",
            "$.障害.x",
            "$.a[?(@['b c'] > 2)]",
            "$..z",
        ] {
            assert_eq!(find(nothing, &body), None, "{nothing}");
        }
    }

    #[test]
    fn a_path_that_costs_too_much_is_an_error_and_not_nothing() {
        let body = (0..30).fold(json!(0), |inner, _| json!([inner]));
        let bomb = Path::compile(&format!("${}", "..*".repeat(8))).unwrap();
        assert!(bomb.find(&body).is_err());
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for path in ["$.", "$[", "$['a'", "$.a[?(", "$[']"] {
            assert!(Path::compile(path).is_err(), "{path}");
        }
    }
}
