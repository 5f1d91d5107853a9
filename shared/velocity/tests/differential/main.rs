//! Renders generated templates with Apache Velocity 1.7 and with this library, and compares bytes.

#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

mod cases;
mod engine;
mod maker;
mod pieces;
mod random;

use std::collections::BTreeMap;

use cases::Case;
use deskbridge_velocity::{Context, Error, ErrorKind, Limits, Template, tools};
use engine::Answer;

const SEED: u64 = 0x5eed_0001;
const COUNT: usize = 24_000;

/// What this library refuses and Velocity may render, by the message's end or beginning. README.md
/// gives the reasons.
const REFUSED: [&str; 11] = [
    "the directive #",
    "#set of ",
    "arguments here",
    "an array has no text",
    "this object has no text",
    "the property class",
    " is not supported",
    "#foreach takes",
    "a number of more than 128 bits",
    "arithmetic beyond 128 bits",
    "levels stand in one another",
];

#[test]
fn renders_what_apache_velocity_renders() {
    let Some(engine) = engine::compiled() else {
        eprintln!("SKIPPED: Apache Velocity's jars, java or javac are missing; see test.sh");
        return;
    };
    let cases: Vec<Case> = cases::written()
        .into_iter()
        .chain(cases::generated(SEED, COUNT))
        .collect();
    let answers = engine::render(&engine, &cases);
    assert_eq!(answers.len(), cases.len());
    let (mut texts, mut errors, mut different) = (0, 0, Vec::new());
    let mut refused: BTreeMap<&str, usize> = BTreeMap::new();
    for (case, theirs) in cases.iter().zip(answers) {
        match (ours(case), theirs) {
            (Ok(ours), Answer::Text(theirs)) if ours == theirs => texts += 1,
            (Err(error), Answer::Error(_)) if error.kind() != ErrorKind::Limit => errors += 1,
            (Err(error), _) if class(&error).is_some() => {
                *refused.entry(class(&error).unwrap()).or_default() += 1;
            }
            (ours, theirs) => different.push((case, ours, theirs)),
        }
    }
    eprintln!(
        "{texts} alike, {errors} refused by both, refused by this library alone: {refused:?}"
    );
    for (case, ours, theirs) in different.iter().take(40) {
        eprintln!(
            "--- {:?}\n  ours   {ours:?}\n  theirs {theirs:?}",
            case.template
        );
    }
    assert!(different.is_empty(), "{} cases differ", different.len());
    assert!(texts > COUNT / 2, "most cases are to render");
}

fn class(error: &Error) -> Option<&'static str> {
    REFUSED
        .into_iter()
        .find(|class| error.message().contains(class))
}

fn ours(case: &Case) -> Result<String, Error> {
    let mut context = Context::new();
    if let serde_json::Value::Object(fields) = case.context.clone() {
        for (name, value) in fields {
            context.insert(name, value);
        }
    }
    tools::insert_all(&mut context);
    Template::compile(&case.template)?.render(&context, &Limits::default())
}
