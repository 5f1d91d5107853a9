//! Renders generated templates with Apache Velocity 1.7 and with this library, and compares bytes.

#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

mod cases;
mod engine;
mod maker;
mod pieces;
mod random;

use std::collections::BTreeMap;
use std::thread;

use cases::Case;
use deskbridge_velocity::{Context, Error, ErrorKind, Limits, Position, Template, tools};
use engine::Answer;
use serde_json::json;

const SEED: u64 = 0x5eed_0001;
const COUNT: usize = 21_000;

/// What this library refuses and Velocity may render, as it stands in the messages. README.md gives
/// the reasons.
const REFUSED: [&str; 11] = [
    "the directive #",
    "#set of a property",
    "#set of an index",
    "arguments here",
    "an array has no text",
    "this object has no text",
    "of $foreach is not supported",
    "of a list is not supported",
    "of a map is not supported",
    "the text of a list, a map or an object is not supported",
    "#foreach takes",
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
    let (answers, results) = thread::scope(|scope| {
        let answers = scope.spawn(|| engine::render(&engine, &cases));
        let results: Vec<_> = cases.iter().map(ours).collect();
        (answers.join().unwrap(), results)
    });
    assert_eq!(answers.len(), cases.len());
    insta::assert_json_snapshot!("written", recorded(&cases, |at, _| answers[at].clone()));
    let (mut texts, mut errors, mut different) = (0, 0, Vec::new());
    let mut refused: BTreeMap<&str, usize> = BTreeMap::new();
    for ((case, ours), theirs) in cases.iter().zip(results).zip(answers) {
        match (ours, theirs) {
            (Ok(ours), Answer::Text(theirs)) if ours == theirs => texts += 1,
            (Err(error), Answer::Error(theirs)) if alike(case, &error, &theirs) => errors += 1,
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
    let refused: usize = refused.values().sum();
    assert!(
        refused < COUNT / 50,
        "few cases are to be refused by this library alone"
    );
}

/// What Apache Velocity made of the written cases, kept for machines without Java.
#[test]
fn renders_what_apache_velocity_rendered_when_it_was_recorded() {
    let answer = |_, case: &Case| match ours(case) {
        Ok(text) => Answer::Text(text),
        Err(error) => Answer::Error(error.to_string()),
    };
    insta::assert_json_snapshot!("written", recorded(&cases::written(), answer));
}

/// The written cases with their answers, without those that this library refuses.
fn recorded(cases: &[Case], answer: impl Fn(usize, &Case) -> Answer) -> Vec<serde_json::Value> {
    let written = cases.iter().take(cases::written().len()).enumerate();
    let both = written.filter(|(_, case)| !ours(case).is_err_and(|error| class(&error).is_some()));
    both.map(|(at, case)| match answer(at, case) {
        Answer::Text(text) => json!({"template": case.template, "text": text}),
        Answer::Error(_) => json!({"template": case.template, "text": null}),
    })
    .collect()
}

/// Both refuse; and a call, at the same place. Velocity's columns count a tab as up to eight, and what
/// lies beyond 16 bits as two.
fn alike(case: &Case, ours: &Error, theirs: &str) -> bool {
    let counts_differently = case.template.contains(['\t', '😀']);
    match ours.kind() {
        ErrorKind::Call if !counts_differently => {
            let Position { line, column } = ours.position();
            theirs.contains(&format!("[line {line}, column {column}]"))
        }
        kind => kind != ErrorKind::Limit,
    }
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
