//! Alerts become Autotask tickets: one ticket, a note for its repeat, a new one once it is complete.

use deskbridge_core::http::{HttpRequest, Method};
use deskbridge_core::{Error, ErrorKind, Result};
use deskbridge_testkit::sandbox::autotask::Ticket;
use serde_json::{Value, json};

use super::account::Account;
use super::{Stage, eventually};

const TITLE: &str = "Das Gerät SRV-B hat die Stromversorgung verloren";

pub async fn play(stage: &Stage, account: &mut Account) -> Result<()> {
    account.heading("Alerts become Autotask tickets");
    post(stage, power(false)).await?;
    let first = ticket(stage, 1).await;
    account.step("an alert comes in", first.as_ref().map(describe));
    let id = first.map(|ticket| ticket.id).unwrap_or_default();
    post(stage, power(false)).await?;
    account.step("the same alert, a moment later", note(stage, id).await);
    stage.sandbox.autotask.human_complete(id, "PSU replaced");
    post(stage, power(false)).await?;
    let second = ticket(stage, 2).await;
    account.step(
        "and again, once its ticket is complete",
        second.as_ref().map(describe),
    );
    post(stage, power(true)).await?;
    let id = second.map(|ticket| ticket.id).unwrap_or_default();
    let completed = async || {
        let ticket = stage.sandbox.autotask.ticket(id);
        ticket.filter(|ticket| ticket.status_label == "Complete")
    };
    account.step(
        "the alert is over",
        eventually(completed).await.as_ref().map(describe),
    );
    post(stage, phishing()).await?;
    let third = ticket(stage, 3).await;
    account.step(
        "an alert of another type and organisation",
        third.as_ref().map(describe),
    );
    Ok(())
}

/// The example of the vendor's page on repeated alerts.
fn power(resolved: bool) -> Value {
    json!({
        "title": TITLE, "organisation": "Nordwind", "type": "Power", "severity": "High",
        "device": "SRV-B", "resolved": resolved,
    })
}

fn phishing() -> Value {
    json!({
        "title": "Phishing reported by mina", "organisation": "Südhafen", "type": "Phish911",
        "severity": "Critical", "link": "https://graphus.example.com/alerts/g-77",
    })
}

async fn post(stage: &Stage, alert: Value) -> Result<()> {
    let url = format!(
        "http://{}/webhooks/alert/{}",
        stage.address, stage.keys.alerts
    );
    let request = HttpRequest::new(Method::Post, url, "POST /webhooks/alert").json(&alert);
    let answer = stage.bundle.dispatch.http.send(request).await?;
    if answer.status == 202 {
        return Ok(());
    }
    let why = format!("the alert was answered with {}", answer.status);
    Err(Error::new(ErrorKind::Malformed, why))
}

/// The ticket with this number, once it is there.
async fn ticket(stage: &Stage, number: usize) -> Option<Ticket> {
    eventually(async || stage.sandbox.autotask.tickets().get(number - 1).cloned()).await
}

async fn note(stage: &Stage, ticket: i64) -> Option<String> {
    let autotask = &stage.sandbox.autotask;
    let found = eventually(async || autotask.notes(ticket).into_iter().next()).await?;
    let tickets = autotask.tickets().len();
    (tickets == 1).then(|| format!("note \"{}\" on it; no second ticket", found.title))
}

fn describe(ticket: &Ticket) -> String {
    format!(
        "ticket {}, {}, {}, {}, {}",
        ticket.number, ticket.company, ticket.category, ticket.priority, ticket.status_label
    )
}
