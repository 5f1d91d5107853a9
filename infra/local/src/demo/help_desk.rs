//! Data actions: what a contact-centre flow asks a Zendesk account while a caller waits.

use std::path::Path;
use std::time::Duration;

use deskbridge_core::integration::IntegrationSpec;
use deskbridge_core::{Error, ErrorKind, Result};
use deskbridge_data_actions::{Execution, Finished};
use deskbridge_embedded::EmbeddedSecrets;
use deskbridge_testkit::sandbox::zendesk::{self, Zendesk};
use serde_json::{Value, json};

use super::Stage;
use super::account::Account;
use crate::bundle::Bundle;
use crate::folder::{Applied, apply_one};

const DOCUMENT: &str = include_str!("help-desk.yaml");
const FILE: &str = "help-desk.yaml";
const CREDENTIAL: &str = "zendesk-main";
/// A flow's patience.
const PATIENCE: Duration = Duration::from_secs(8);

/// The integration as its owner would write it.
pub fn document(zendesk_url: &str) -> String {
    DOCUMENT.replace("ZENDESK_URL", zendesk_url)
}

/// Starts the sandbox vendor and stores the integration with its credential.
pub async fn start(bundle: &Bundle, secrets: &EmbeddedSecrets) -> Result<Zendesk> {
    let options = zendesk::Options::default();
    let fields = [
        ("userEmail".to_owned(), options.email.clone()),
        ("apiToken".to_owned(), options.api_token.clone()),
    ];
    secrets.set(CREDENTIAL, fields.into());
    let zendesk = Zendesk::start(options).await.map_err(|error| {
        let why = format!("cannot start a sandbox vendor: {error}");
        Error::new(ErrorKind::Unavailable, why)
    })?;
    let spec: IntegrationSpec = serde_saphyr::from_str(&document(&zendesk.url()))
        .map_err(|error| Error::new(ErrorKind::Malformed, error.to_string()))?;
    match apply_one(bundle, Path::new(FILE), spec).await? {
        Applied::Refused { problems, .. } => {
            let text: Vec<_> = problems.iter().map(ToString::to_string).collect();
            Err(Error::new(ErrorKind::Misconfigured, text.join("; ")))
        }
        _ => Ok(zendesk),
    }
}

pub(super) async fn play(stage: &Stage, account: &mut Account) -> Result<()> {
    account.heading("Data actions: what a contact-centre flow asks Zendesk");
    let phone = json!({"PHONE_NUMBER": "+4930123456"});
    let found = run(stage, "find-user", phone, None).await;
    let name = |result: &Value| result["users"][0]["name"].as_str().map(str::to_owned);
    account.step(
        "an exported definition finds the caller",
        found.result.ok().and_then(|r| name(&r)),
    );
    let ticket = json!({"subject": "Call \"back\"", "body": "The line broke."});
    let mut ids = Vec::new();
    for _ in 0..2 {
        let made = run(
            stage,
            "create-ticket",
            ticket.clone(),
            Some("conversation-1"),
        )
        .await;
        ids.push(made.result.ok().and_then(|result| result["id"].as_i64()));
    }
    let once = ids[0] == ids[1] && stage.zendesk.tickets().len() == 1;
    let once = ids[0].filter(|_| once);
    account.step(
        "the flow creates a ticket, and tries again",
        once.map(|id| format!("one ticket, {id}")),
    );
    let hostile = json!({"subject": "x\", \"priority\": \"urgent", "body": "y"});
    let refused = run(stage, "create-ticket-unescaped", hostile, None).await;
    let refused = refused
        .result
        .err()
        .map(|error| error.error_type.name().to_owned());
    account.step("a caller says something with quotes in it", refused);
    Ok(())
}

async fn run(stage: &Stage, action: &str, input: Value, key: Option<&str>) -> Finished {
    let now = stage.bundle.clock.now();
    let execution = Execution {
        integration: "help-desk".to_owned(),
        action: action.to_owned(),
        input,
        request_key: key.map(str::to_owned),
        deadline: now + PATIENCE,
        id: format!("demo-{:x}", now.as_millis()),
        trace: false,
        flatten: false,
    };
    stage.bundle.data_actions.run(&execution).await
}
