//! The original on a JVM: where it is, and what it says to a list of cases.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::Case;

/// What either engine says: a value, or the word for a class of error.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    Value(Value),
    Error(String),
}

/// Where `test.sh` puts the jar.
fn jar() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../target/jsonpath-judge/wiremock-standalone.jar")
}

/// What keeps the judge from being asked, if anything does.
pub(crate) fn missing() -> Option<&'static str> {
    if !jar().exists() {
        return Some(
            "target/jsonpath-judge/wiremock-standalone.jar is missing; test.sh fetches it where npm is",
        );
    }
    let javac = Command::new("javac")
        .arg("-version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let found = javac.is_ok_and(|status| status.success());
    if found {
        None
    } else {
        Some("there is no javac on the path")
    }
}

/// The judge's verdicts, one for each case.
pub(crate) fn verdicts(cases: &[Case]) -> Vec<Verdict> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("jsonpath-judge-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/differential/Judge.java");
    run(Command::new("javac")
        .arg("-d")
        .arg(&folder)
        .arg("-cp")
        .arg(jar())
        .arg(source));
    let input = folder.join("cases.jsonl");
    let mut file = std::io::BufWriter::new(File::create(&input).unwrap());
    for case in cases {
        let line =
            json!({"path": case.path, "document": case.text, "options": case.options.names()});
        writeln!(file, "{line}").unwrap();
    }
    file.into_inner().unwrap();
    let class_path = std::env::join_paths([folder.clone(), jar()]).unwrap();
    let mut java = Command::new("java");
    java.args(["-XX:TieredStopAtLevel=1", "-Dfile.encoding=UTF-8", "-cp"])
        .arg(class_path)
        .arg("Judge")
        .stdin(File::open(&input).unwrap());
    let output = run(&mut java);
    std::fs::remove_dir_all(&folder).unwrap();
    output.lines().map(verdict).collect()
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

pub(crate) fn verdict(line: &str) -> Verdict {
    match serde_json::from_str(line) {
        Ok(value) => Verdict::Value(value),
        Err(_) => Verdict::Error(line.to_owned()),
    }
}
