//! Opsgenie's page: its alerts, newest first, and the traffic.

use super::desk::Desk;
use super::state::{Alert, AlertStatus};
use crate::sandbox::lock;
use crate::sandbox::page::{Page, escape, mono, note, pill, pills, time};

const COLUMNS: [&str; 7] = [
    "#", "Alert", "Status", "Priority", "Count", "Notes", "Updated",
];

pub(super) fn render(desk: &Desk) -> String {
    let rows: Vec<_> = lock(&desk.state).alerts.iter().rev().map(row).collect();
    Page::new(
        "Opsgenie sandbox",
        "A stand-in for Opsgenie and JSM Operations. Nobody is paged.",
    )
    .table("Alerts", &COLUMNS, &rows)
    .traffic(&desk.stage)
    .finish()
}

fn row(alert: &Alert) -> Vec<String> {
    let title = format!(
        "<strong>{}</strong><br>{}<br><span class=\"dim\">from {}</span> {}",
        escape(&alert.message),
        mono(&alert.alias),
        escape(&alert.source),
        pills("calm", &alert.tags),
    );
    let notes = alert
        .notes
        .iter()
        .map(|entry| note(&entry.owner, &entry.note))
        .collect();
    vec![
        mono(&alert.tiny_id.to_string()),
        title,
        status(alert),
        priority(&alert.priority),
        alert.count.to_string(),
        notes,
        time(alert.updated_at),
    ]
}

fn status(alert: &Alert) -> String {
    let (tone, text) = match (alert.status, alert.acknowledged, &alert.closed_by) {
        (AlertStatus::Closed, _, Some(by)) => ("dim", format!("closed by {by}")),
        (AlertStatus::Closed, _, None) => ("dim", "closed".to_owned()),
        (AlertStatus::Open, true, _) => {
            let by = alert.acknowledged_by.as_deref().unwrap_or("somebody");
            ("good", format!("acknowledged by {by}"))
        }
        (AlertStatus::Open, false, _) => ("bad", "open".to_owned()),
    };
    let snoozed = alert
        .snoozed_until
        .map(|_| pill("warn", "snoozed"))
        .unwrap_or_default();
    pill(tone, &text) + &snoozed
}

fn priority(priority: &str) -> String {
    let tone = match priority {
        "P1" => "bad",
        "P2" => "warn",
        _ => "dim",
    };
    pill(tone, priority)
}
