//! Definite paths into a JSON body: `$.alerts[0].labels['alertname']`.

use std::fmt;

use serde_json::Value;

const MAX_STEPS: usize = 32;

/// A path that leads to one place at most.
#[derive(Debug)]
pub(super) struct Path {
    source: String,
    steps: Vec<Step>,
}

#[derive(Debug, PartialEq, Eq)]
enum Step {
    Name(String),
    /// Counted from the end if negative.
    Index(i64),
}

impl Path {
    /// Whether a field's text is meant as a path.
    pub(super) fn is_path(text: &str) -> bool {
        text == "$" || text.starts_with("$.") || text.starts_with("$[")
    }

    pub(super) fn compile(source: &str) -> Result<Self, String> {
        let mut rest = source.strip_prefix('$').unwrap_or(source);
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let (step, after) = step(rest).ok_or_else(|| refusal(source, rest))?;
            steps.push(step);
            rest = after;
            if steps.len() > MAX_STEPS {
                return Err(format!("the path has more than {MAX_STEPS} steps"));
            }
        }
        let source = source.to_owned();
        Ok(Self { source, steps })
    }

    pub(super) fn find<'a>(&self, body: &'a Value) -> Option<&'a Value> {
        self.steps.iter().try_fold(body, |value, step| match step {
            Step::Name(name) => value.get(name),
            Step::Index(index) => {
                let items = value.as_array()?;
                let from_end = usize::try_from(index.unsigned_abs()).ok()?;
                match index {
                    0.. => items.get(from_end),
                    _ => items
                        .len()
                        .checked_sub(from_end)
                        .and_then(|at| items.get(at)),
                }
            }
        })
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

/// Returns the first step and what follows it.
fn step(text: &str) -> Option<(Step, &str)> {
    if let Some(name) = text.strip_prefix('.') {
        let end = name.find(['.', '[']).unwrap_or(name.len());
        let (name, rest) = name.split_at_checked(end)?;
        let plain = !name.is_empty() && !name.contains(['*', ']', '(', ')', '\'', '"', ' ']);
        return plain.then(|| (Step::Name(name.to_owned()), rest));
    }
    let inner = text.strip_prefix('[')?;
    for quote in ['\'', '"'] {
        if let Some(quoted) = inner.strip_prefix(quote) {
            let (name, rest) = quoted.split_once(quote)?;
            let rest = rest.strip_prefix(']')?;
            return (!name.contains('\\')).then(|| (Step::Name(name.to_owned()), rest));
        }
    }
    let (index, rest) = inner.split_once(']')?;
    Some((Step::Index(index.parse().ok()?), rest))
}

fn refusal(source: &str, rest: &str) -> String {
    let at = source.chars().count() - rest.chars().count() + 1;
    format!("is no path to one place, as $.alerts[0].title, from character {at} on")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn find(path: &str, body: &Value) -> Option<Value> {
        Path::compile(path).unwrap().find(body).cloned()
    }

    #[test]
    fn names_and_indexes_lead_to_one_place() {
        let body = json!({"a": [{"b c": 1}, {"b c": 2}], "障害": true, "d.e": null});
        assert_eq!(find("$", &body), Some(body.clone()));
        assert_eq!(find("$.a[0]['b c']", &body), Some(json!(1)));
        assert_eq!(find("$['a'][-1][\"b c\"]", &body), Some(json!(2)));
        assert_eq!(find("$.障害", &body), Some(json!(true)));
        assert_eq!(find("$['d.e']", &body), Some(Value::Null));
        for nothing in ["$.b", "$.a.b", "$.a[2]", "$.a[-3]", "$.a[0][0]", "$.障害.x"] {
            assert_eq!(find(nothing, &body), None, "{nothing}");
        }
    }

    #[test]
    fn what_leads_to_several_places_or_nowhere_is_refused() {
        for path in [
            "$..a",
            "$.*",
            "$.a[*]",
            "$.a[?(@.b)]",
            "$.a[0,1]",
            "$.a[0:2]",
            "$.",
            "$.a.",
            "$[",
            "$[']",
            "$['a'",
            "$['a\\'b']",
            "$.a b",
            "$[9999999999999999999]",
        ] {
            let refused = Path::compile(path).unwrap_err();
            assert!(refused.contains("from character"), "{path}: {refused}");
        }
        assert!(Path::compile(&format!("${}", ".a".repeat(33))).is_err());
    }
}
