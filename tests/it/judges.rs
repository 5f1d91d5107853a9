//! Clients that we did not write, run against the sandbox: it is not only our own opinion.

use std::path::{Path, PathBuf};
use std::process::Command;

use deskbridge_testkit::sandbox::kayako::{self, Kayako};
use deskbridge_testkit::sandbox::opsgenie::{self, Opsgenie};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Runs a judge with the pinned Python that `test.sh` sets up; without it the judge is skipped
/// aloud, and on CI that is a failure.
pub(crate) async fn judge(script: &str, arguments: Vec<String>) {
    let python = repository().join(".venv/bin/python");
    #[expect(clippy::disallowed_methods, reason = "tests are not the product")]
    let ci = std::env::var("CI").is_ok();
    if !python.exists() {
        assert!(!ci, "{script} needs .venv: run ./test.sh");
        println!("SKIPPED {script}: run ./test.sh, which sets up .venv");
        return;
    }
    let path = repository().join("shared/testkit/tests/judge").join(script);
    let run = move || Command::new(python).arg(path).args(arguments).output();
    let output = tokio::task::spawn_blocking(run).await.unwrap().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    println!("{text}");
    assert!(output.status.success(), "{text}\n{errors}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_vendors_own_opsgenie_sdk_agrees_with_the_sandbox() {
    let options = opsgenie::Options::default();
    let key = options.api_key.clone();
    let sandbox = Opsgenie::start(options).await.unwrap();
    judge("opsgenie_sdk.py", vec![sandbox.url(), key]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_kayako_client_agrees_with_the_sandbox() {
    let options = kayako::Options::default();
    let (email, password) = (options.email.clone(), options.password.clone());
    let sandbox = Kayako::start(options).await.unwrap();
    judge("kayako_client.py", vec![sandbox.url(), email, password]).await;
}
