//! This crate and the original, case by case: the same values, the same classes of errors.
//!
//! The judge is Jayway `JsonPath` as the stand-alone jar of `WireMock` carries it, on a JVM.
#![cfg(test)]

mod conditions;
mod coverage;
mod documents;
mod judge;
mod known;
mod paths;
mod random;

use std::collections::BTreeMap;

use deskbridge_jsonpath::{ErrorKind, JsonPath, Options};
use judge::Verdict;
use random::Random;
use serde_json::Value;

const CASES: usize = 24_000;
const SEED: u64 = 8;

pub(crate) struct Case {
    path: String,
    document: Value,
    /// The document as the judge gets it.
    text: String,
    options: Chosen,
}

#[derive(Clone, Copy, Default)]
pub(crate) struct Chosen(pub(crate) Options);

impl Chosen {
    fn random(random: &mut Random) -> Self {
        if random.percent(70) {
            return Self::default();
        }
        let mut one = || random.percent(35);
        Self(Options {
            default_path_leaf_to_null: one(),
            always_return_list: one(),
            suppress_exceptions: one(),
            require_properties: one(),
            ..Options::default()
        })
    }

    /// The names that the judge knows the options by.
    pub(crate) fn names(self) -> Vec<&'static str> {
        let named = [
            (
                self.0.default_path_leaf_to_null,
                "DEFAULT_PATH_LEAF_TO_NULL",
            ),
            (self.0.always_return_list, "ALWAYS_RETURN_LIST"),
            (self.0.suppress_exceptions, "SUPPRESS_EXCEPTIONS"),
            (self.0.require_properties, "REQUIRE_PROPERTIES"),
        ];
        named
            .into_iter()
            .filter(|(set, _)| *set)
            .map(|(_, name)| name)
            .collect()
    }
}

fn cases() -> Vec<Case> {
    let mut random = Random::new(SEED);
    let mut case = || {
        let document = documents::document(&mut random);
        let path = paths::path(&mut random, &document);
        let text = document.to_string();
        Case {
            path,
            document,
            text,
            options: Chosen::random(&mut random),
        }
    };
    (0..CASES).map(|_| case()).collect()
}

pub(crate) fn ours(case: &Case) -> Verdict {
    let result = JsonPath::compile(&case.path)
        .and_then(|path| path.read_with(&case.document, &case.options.0));
    match result {
        Ok(value) => Verdict::Value(value),
        Err(error) => Verdict::Error(
            match error.kind() {
                ErrorKind::Syntax => "syntax",
                ErrorKind::Unsupported => "unsupported",
                ErrorKind::NotFound => "not_found",
                ErrorKind::NotApplicable => "not_applicable",
                ErrorKind::Failed => "failed",
                ErrorKind::Limit => "limit",
            }
            .to_owned(),
        ),
    }
}

#[test]
fn says_what_the_original_says() {
    if let Some(reason) = judge::missing() {
        println!("SKIPPED, nothing compared with the original: {reason}");
        return;
    }
    let cases = cases();
    let theirs = judge::verdicts(&cases);
    assert_eq!(theirs.len(), cases.len());
    let mut differences = 0;
    let mut met = BTreeMap::new();
    for (case, theirs) in cases.iter().zip(&theirs) {
        let ours = ours(case);
        if same(&ours, theirs) {
            continue;
        }
        if let Some(class) = known::class_of(case, &ours, theirs) {
            *met.entry(class).or_insert(0) += 1;
        } else {
            differences += 1;
            if differences <= 40 {
                println!(
                    "{}\n  over {}\n  {:?}\n  ours   {ours:?}\n  theirs {theirs:?}",
                    case.path,
                    case.document,
                    case.options.names()
                );
            }
        }
    }
    let values = theirs
        .iter()
        .filter(|verdict| matches!(verdict, Verdict::Value(_)))
        .count();
    println!(
        "{CASES} cases, {values} of them with a value, {differences} differences; on purpose: {met:?}"
    );
    assert_eq!(differences, 0);
    let classes: Vec<_> = met.into_keys().collect();
    assert_eq!(classes, [known::APPEND_COPIES, known::REFUSED_PATTERN]);
    coverage::check(&cases, &theirs);
}

fn same(ours: &Verdict, theirs: &Verdict) -> bool {
    match (ours, theirs) {
        (Verdict::Value(ours), Verdict::Value(theirs)) => same_value(ours, theirs),
        _ => ours == theirs,
    }
}

/// Equal, but for the last bit of a fraction, which is lost when the judge's answer is read.
fn same_value(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len()
                && ours
                    .iter()
                    .zip(theirs)
                    .all(|(ours, theirs)| same_value(ours, theirs))
        }
        (Value::Object(ours), Value::Object(theirs)) => {
            let same = |((key, ours), (other, theirs)): ((&String, &Value), (&String, &Value))| {
                key == other && same_value(ours, theirs)
            };
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(same)
        }
        (Value::Number(ours), Value::Number(theirs)) if ours.is_f64() && theirs.is_f64() => {
            let (ours, theirs) = (ours.as_f64().unwrap(), theirs.as_f64().unwrap());
            (ours - theirs).abs() <= ours.abs() * f64::EPSILON
        }
        _ => ours == theirs,
    }
}
