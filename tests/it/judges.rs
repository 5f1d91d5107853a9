//! Clients that we did not write, run against the sandbox: it is not only our own opinion.

use std::path::{Path, PathBuf};
use std::process::Command;

use deskbridge_testkit::sandbox::autotask::{self, Autotask};
use deskbridge_testkit::sandbox::kayako::{self, Kayako};
use deskbridge_testkit::sandbox::kintone::{ADD_ONLY, FULL};
use deskbridge_testkit::sandbox::opsgenie::{self, Opsgenie};
use deskbridge_testkit::sandbox::relation::{self, Relation};

use crate::sync::World;

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
    run(python, judges().join(script), arguments).await;
}

/// The same for a judge that runs on Node, with the pinned packages beside it.
pub(crate) async fn node_judge(script: &str, arguments: Vec<String>) {
    #[expect(clippy::disallowed_methods, reason = "tests are not the product")]
    let ci = std::env::var("CI").is_ok();
    if !judges().join("node_modules").exists() {
        assert!(
            !ci,
            "{script} needs its packages: run ./test.sh where npm is"
        );
        println!("SKIPPED {script}: run ./test.sh where npm is, which installs its packages");
        return;
    }
    run("node".into(), judges().join(script), arguments).await;
}

fn judges() -> PathBuf {
    repository().join("shared/testkit/tests/judge")
}

async fn run(program: PathBuf, script: PathBuf, arguments: Vec<String>) {
    let run = move || Command::new(program).arg(script).args(arguments).output();
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

#[tokio::test(flavor = "multi_thread")]
async fn a_public_autotask_client_agrees_with_the_sandbox() {
    let options = autotask::Options::default();
    let caller = [
        options.user_name.clone(),
        options.secret.clone(),
        options.integration_code.clone(),
    ];
    let sandbox = Autotask::start(options).await.unwrap();
    let arguments = [vec![sandbox.url()], caller.into()].concat();
    node_judge("autotask_client.mjs", arguments).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_relation_client_agrees_with_the_sandbox() {
    let options = relation::Options {
        closed_boxes: vec![16],
        ..relation::Options::default()
    };
    let token = options.api_token.clone();
    let sandbox = Relation::start(options).await.unwrap();
    let ticket =
        sandbox.human_receives_mail(12, "yamada@example.com", "返品したい", "お願いします");
    sandbox.human_assigns(ticket, "taro");
    sandbox.human_labels(ticket, &[71, 72], &[32]);
    sandbox
        .human_replies(ticket, "yamada@example.com", "承知しました")
        .unwrap();
    let arguments = vec![sandbox.url(), token, ticket.to_string()];
    judge("relation_client.py", arguments).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_vendors_own_kintone_client_reads_what_was_written_and_agrees_with_the_sandbox() {
    let world = World::with_a_record_of_every_type().await;
    // The client takes plain HTTP from a host of this very name only.
    let url = world.kintone.url().replace("127.0.0.1", "localhost");
    let arguments = vec![url, FULL.to_owned(), ADD_ONLY.to_owned()];
    node_judge("kintone_client.mjs", arguments).await;
}
