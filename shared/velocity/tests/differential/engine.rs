//! Apache Velocity 1.7 on a Java machine, by way of `Render.java`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::cases::Case;

const JARS: [&str; 6] = [
    "velocity",
    "velocity-tools",
    "commons-lang",
    "commons-collections3",
    "commons-beanutils",
    "commons-logging",
];

#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Text(String),
    Error(String),
}

pub(crate) struct Engine {
    class_path: String,
    directory: PathBuf,
}

/// Compiles the Java side; none where a part of it is not installed.
pub(crate) fn compiled() -> Option<Engine> {
    let jars: Vec<String> = JARS
        .iter()
        .map(|jar| format!("/usr/share/java/{jar}.jar"))
        .collect();
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("velocity-differential");
    let class_path = format!("{}:{}", jars.join(":"), directory.display());
    let tools = ["java", "javac"].iter().all(|tool| {
        let found = Command::new(tool)
            .arg("-version")
            .stderr(Stdio::null())
            .stdout(Stdio::null())
            .status();
        found.is_ok_and(|status| status.success())
    });
    if !tools || jars.iter().any(|jar| !Path::new(jar).exists()) {
        return None;
    }
    fs::create_dir_all(&directory).unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/differential/Render.java");
    let status = Command::new("javac")
        .args(["-nowarn", "-encoding", "UTF-8", "-cp", &class_path, "-d"])
        .arg(&directory)
        .arg(source)
        .status()
        .unwrap();
    assert!(status.success(), "Render.java does not compile");
    Some(Engine {
        class_path,
        directory,
    })
}

/// What Apache Velocity makes of each case.
pub(crate) fn render(engine: &Engine, cases: &[Case]) -> Vec<Answer> {
    let input = engine
        .directory
        .join(format!("cases-{}.jsonl", std::process::id()));
    let line =
        |case: &Case| json!({"template": case.template, "context": case.context}).to_string();
    fs::write(
        &input,
        cases
            .iter()
            .map(|case| line(case) + "\n")
            .collect::<String>(),
    )
    .unwrap();
    let output = Command::new("java")
        .args(["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"])
        .args(["-cp", &engine.class_path, "-Dfile.encoding=UTF-8", "Render"])
        .stdin(File::open(&input).unwrap())
        .current_dir(&engine.directory)
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "the Java side failed");
    fs::remove_file(input).unwrap();
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(answer)
        .collect()
}

fn answer(line: &str) -> Answer {
    let value: Value = serde_json::from_str(line).unwrap();
    let field = |name: &str| value[name].as_str().map(str::to_owned);
    field("text")
        .map(Answer::Text)
        .or_else(|| field("error").map(Answer::Error))
        .unwrap()
}
