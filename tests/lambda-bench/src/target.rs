//! The functions of the bundle, as they were built, and an event for each.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::{fs, io};

use deskbridge_lambda_host::{Failure, Function};
use serde_json::{Value, json};
use tokio::process::Command;

use crate::floor::Floor;

/// What all others are compared with.
pub(crate) const HELLO: &str = "lambda-hello";

/// One built bootstrap.
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) bootstrap: PathBuf,
    /// None where no example of its events is kept: then only its start is measured.
    pub(crate) event: Option<String>,
}

/// The bare function first, then every crate in `functions/`, by name.
pub(crate) fn all(root: &Path) -> io::Result<Vec<Target>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root.join("functions"))? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort_unstable();
    names.insert(0, HELLO.to_owned());
    let built = root.join("target/lambda");
    let targets = names.into_iter().map(|name| {
        let bootstrap = built.join(&name).join("bootstrap");
        if !bootstrap.exists() {
            let why = format!("{name} is not built: infra/bootstraps.sh --package=lambda-hello");
            return Err(io::Error::other(why));
        }
        Ok(Target {
            event: example(root, &name)?,
            name,
            bootstrap,
        })
    });
    targets.collect()
}

/// Sends a webhook along the functions, so that each has the event that the one before it made.
pub(crate) async fn pass_on(targets: &mut [Target], floor: &Floor) -> Result<(), Failure> {
    for (from, to) in [("webhook-kayako", "evaluate"), ("evaluate", "dispatch")] {
        floor.take();
        if let Some(source) = targets.iter().find(|target| target.name == from) {
            let mut function = start(source, floor, &[]).await?;
            invoke(source, &mut function).await?;
        }
        let messages = floor.take().messages;
        if let Some(target) = targets.iter_mut().find(|target| target.name == to) {
            target.event = messages.first().map(|body| record(body));
        }
    }
    Ok(())
}

/// Starts it against the stand-in, behind `tool` if that is not empty.
pub(crate) async fn start(target: &Target, floor: &Floor, tool: &[String]) -> io::Result<Function> {
    let mut words = tool.iter().map(AsRef::as_ref);
    let program = words.next().unwrap_or(target.bootstrap.as_os_str());
    let mut command = Command::new(program);
    if !tool.is_empty() {
        command.args(words).arg(&target.bootstrap);
    }
    let url = &floor.url;
    command.env_clear();
    if let Some(secured) = &floor.secured {
        command
            .env("DESKBRIDGE_AWS_ROOTS", "system")
            .env("SSL_CERT_FILE", secured.authority.path());
    }
    command
        .env("AWS_ENDPOINT_URL", url)
        .env("DESKBRIDGE_TABLE_INTEGRATIONS", "integrations")
        .env("DESKBRIDGE_TABLE_STATE", "state")
        .env("DESKBRIDGE_TABLE_HISTORY", "history")
        .env("DESKBRIDGE_QUEUE_INBOUND", format!("{url}/1/inbound"))
        .env("DESKBRIDGE_QUEUE_OUTBOUND", format!("{url}/1/out.fifo"))
        .env("DESKBRIDGE_SECRET_PREFIX", "deskbridge/")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    Function::start(command).await
}

/// One event, which must not fail: the figures of a refusal would look very good.
pub(crate) async fn invoke(target: &Target, function: &mut Function) -> Result<(), Failure> {
    let event = target.event.as_deref().unwrap_or("{}");
    let body = function.invoke(event).await?;
    let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
    let refused = answer["statusCode"]
        .as_u64()
        .is_some_and(|code| code >= 300);
    let back = answer["batchItemFailures"].as_array();
    match refused || back.is_some_and(|back| !back.is_empty()) {
        true => Err(Failure::Handler(body)),
        false => function.idle().await,
    }
}

/// The first of the function's examples. The queues' events are made by [`pass_on`].
fn example(root: &Path, name: &str) -> io::Result<Option<String>> {
    if matches!(name, HELLO | "sweep") {
        return Ok(Some("{}".to_owned()));
    }
    if !name.starts_with("webhook-") {
        return Ok(None);
    }
    let Ok(folder) = fs::read_dir(root.join("events").join(name)) else {
        return Ok(None);
    };
    let mut files = folder
        .map(|file| file.map(|file| file.path()))
        .collect::<io::Result<Vec<_>>>()?;
    files.sort_unstable();
    files.first().map(fs::read_to_string).transpose()
}

fn record(body: &str) -> String {
    json!({ "Records": [{
        "messageId": "message-1",
        "body": body,
        "attributes": { "MessageGroupId": "group" },
        "eventSource": "aws:sqs",
    }] })
    .to_string()
}
