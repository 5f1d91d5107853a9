//! Kayako and Opsgenie, both ways: create, acknowledge, note, close.

use deskbridge_core::http::{HttpRequest, Method};
use deskbridge_core::{Error, ErrorKind, Result};
use deskbridge_testkit::sandbox::kayako::{Case, StatusType};
use deskbridge_testkit::sandbox::opsgenie::{Alert, AlertStatus};
use serde_json::{Value, json};

use super::account::Account;
use super::{Stage, eventually};

const ALIAS: &str = "kayako_john_9";

pub async fn play(stage: &Stage, account: &mut Account) -> Result<()> {
    account.heading("Kayako to Opsgenie, and the alert's actions back");
    kayako_first(stage, account).await?;
    account.heading("Opsgenie to Kayako: an alert that some other tool raised");
    opsgenie_first(stage, account).await;
    account.heading("No echo");
    no_echo(stage, account).await;
    Ok(())
}

async fn kayako_first(stage: &Stage, account: &mut Account) -> Result<()> {
    let (kayako, opsgenie) = (&stage.sandbox.kayako, &stage.sandbox.opsgenie);
    let case = kayako.human_create_case("testUser", "subject", "It does not work.");
    let case = case.ok_or_else(|| unexpected("the sandbox made no conversation"))?;
    let answer = post_example(stage).await?;
    let status = answer["status"].as_str().unwrap_or_default().to_owned();
    account.step(
        "the document's example webhook is posted",
        Some(format!("202 {status}")),
    );
    stage
        .sandbox
        .send_webhooks_to(stage.address, &stage.keys.support);

    let opened = eventually(async || opsgenie.alert_by_alias(ALIAS)).await;
    account.step("conversation 9 is new", opened.as_ref().map(describe));
    kayako.human_assign(case, "Mina Sato");
    let event_id = answer["event_id"].as_str().unwrap_or_default();
    account.step(
        "it is saved again, still new",
        duplicate(stage, event_id).await,
    );

    let alert = opened.map(|alert| alert.id).unwrap_or_default();
    opsgenie.human_acknowledge(&alert, "ops@example.com");
    account.step(
        "the alert is acknowledged",
        note(stage, case, "Acknowledged").await,
    );
    opsgenie.human_add_note(&alert, "ops@example.com", "Disk is full, cleaning up.");
    account.step(
        "a note is added to the alert",
        note(stage, case, "Disk is full").await,
    );
    kayako.human_set_status(case, StatusType::Completed);
    let closed = async || {
        opsgenie
            .alert(&alert)
            .filter(|alert| alert.status == AlertStatus::Closed)
    };
    account.step(
        "the conversation is completed",
        eventually(closed).await.as_ref().map(describe),
    );
    Ok(())
}

async fn opsgenie_first(stage: &Stage, account: &mut Account) {
    let (kayako, opsgenie) = (&stage.sandbox.kayako, &stage.sandbox.opsgenie);
    let made = opsgenie.human_create(
        "monitoring@example.com",
        "Payment queue is stuck",
        &["queue"],
    );
    let alert = made.map(|alert| alert.id).unwrap_or_default();
    let find = async || {
        let mut cases = kayako.cases().into_iter();
        cases.find(|case| case.subject == "Payment queue is stuck")
    };
    let made = eventually(find).await;
    account.step("an alert is raised", made.as_ref().map(describe_case));
    let case = made.map(|case| case.id).unwrap_or_default();
    opsgenie.human_acknowledge(&alert, "ops@example.com");
    account.step(
        "it is acknowledged",
        note(stage, case, "Acknowledged").await,
    );
    opsgenie.human_add_tags(&alert, "ops@example.com", &["vip"]);
    account.step(
        "the tag vip is added",
        note(stage, case, "Tagged vip").await,
    );
    opsgenie.human_close(&alert, "ops@example.com");
    let completed = async || kayako.case(case).filter(|case| case.status == "Completed");
    account.step(
        "it is closed",
        eventually(completed).await.as_ref().map(describe_case),
    );
}

/// The webhooks that our own writes caused must not have written anything again.
async fn no_echo(stage: &Stage, account: &mut Account) {
    let quiet = eventually(async || stage.is_quiet().await.then_some(())).await;
    let (cases, alerts) = (
        stage.sandbox.kayako.cases(),
        stage.sandbox.opsgenie.alerts(),
    );
    let counts = format!(
        "still {} conversations and {} alerts",
        cases.len(),
        alerts.len()
    );
    let expected = quiet.is_some() && (cases.len(), alerts.len()) == (2, 2);
    account.step(
        "once all their webhooks are worked off",
        expected.then_some(counts),
    );
}

async fn duplicate(stage: &Stage, event_id: &str) -> Option<String> {
    let counted = async || {
        let event = stage.bundle.store.event(event_id).await.ok()??;
        (event.duplicates > 0).then_some(event.duplicates)
    };
    let duplicates = eventually(counted).await?;
    let alerts = stage.sandbox.opsgenie.created_count(ALIAS);
    (alerts == 1).then(|| format!("duplicate, counted {duplicates}x; one alert"))
}

async fn note(stage: &Stage, case: u64, text: &str) -> Option<String> {
    let kayako = &stage.sandbox.kayako;
    let find = async || {
        let mut posts = kayako.posts(case).into_iter();
        posts.find(|post| post.is_note() && post.contents.contains(text))
    };
    let found = eventually(find).await?;
    Some(format!(
        "note in conversation {case}: \"{}\"",
        found.contents
    ))
}

fn describe(alert: &Alert) -> String {
    let (alias, priority, status) = (&alert.alias, &alert.priority, alert.status.as_str());
    format!("alert {alias} is {status}, {priority}")
}

fn describe_case(case: &Case) -> String {
    format!(
        "conversation {}, \"{}\", is {}",
        case.id, case.subject, case.status
    )
}

/// The webhook message that the vendor's page shows, word for word.
pub fn example() -> Value {
    json!({
        "Case ID": "9", "Subject": "subject", "Team": "General", "Assignee": "testUser",
        "Requester": "testUser", "Priority": "", "Type": "", "Status": "New", "Tags": "",
        "Brand": "OpsGenie", "Form": "Default", "Custom fields": [], "Source channel": "MAIL",
        "Last replier": "testUser", "Rating status": "UNOFFERED",
    })
}

async fn post_example(stage: &Stage) -> Result<Value> {
    let url = format!(
        "http://{}/webhooks/kayako/{}",
        stage.address, stage.keys.support
    );
    let request = HttpRequest::new(Method::Post, url, "POST /webhooks/kayako").json(&example());
    let answer = stage.bundle.dispatch.http.send(request).await?;
    if answer.status != 202 {
        return Err(unexpected(&format!(
            "the webhook was answered with {}",
            answer.status
        )));
    }
    answer.json("POST /webhooks/kayako")
}

fn unexpected(what: &str) -> Error {
    Error::new(ErrorKind::Malformed, what)
}
