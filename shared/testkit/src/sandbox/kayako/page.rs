//! Kayako's page: its cases, newest first, the mails it sent, and the traffic.

use super::Tenant;
use super::options::StatusType;
use super::state::{Case, CaseRow, Mail};
use crate::sandbox::lock;
use crate::sandbox::page::{Page, escape, mono, note, pill, pills, time};

const COLUMNS: [&str; 6] = ["#", "Case", "Status", "Priority", "Posts", "Updated"];

pub(super) fn render(tenant: &Tenant) -> String {
    let state = lock(&tenant.state);
    let cases: Vec<_> = state
        .cases
        .iter()
        .rev()
        .map(|row| case(row, &state.view(row)))
        .collect();
    let mails: Vec<_> = state.mails.iter().rev().map(mail).collect();
    drop(state);
    Page::new(
        "Kayako sandbox",
        "A stand-in for a Kayako help desk. No mail leaves this machine.",
    )
    .table("Cases", &COLUMNS, &cases)
    .table("Mails to customers", &["Case", "To", "Text"], &mails)
    .traffic(&tenant.stage)
    .finish()
}

fn case(row: &CaseRow, case: &Case) -> Vec<String> {
    let assignee = if case.assignee.is_empty() {
        "nobody"
    } else {
        &case.assignee
    };
    let title = format!(
        "<strong>{}</strong><br><span class=\"dim\">{} · {} · {}</span> {}",
        escape(&case.subject),
        escape(&case.requester),
        escape(&case.team),
        escape(assignee),
        pills("calm", &case.tags),
    );
    let posts = row.posts.iter().map(|post| {
        let kind = if post.is_note() { "note" } else { "mail" };
        note(&format!("{} ({kind})", post.creator), &post.contents)
    });
    vec![
        mono(&case.id.to_string()),
        title,
        status(case),
        if case.priority.is_empty() {
            String::new()
        } else {
            priority(&case.priority)
        },
        posts.collect(),
        time(case.updated_at),
    ]
}

fn status(case: &Case) -> String {
    let tone = match case.status_type {
        StatusType::New => "bad",
        StatusType::Open | StatusType::Custom => "calm",
        StatusType::Pending => "warn",
        StatusType::Completed => "good",
        StatusType::Closed => "dim",
    };
    let trash = if case.state == "TRASH" {
        pill("dim", "trash")
    } else {
        String::new()
    };
    pill(tone, &case.status) + &trash
}

fn priority(label: &str) -> String {
    let tone = match label {
        "Urgent" => "bad",
        "High" => "warn",
        _ => "dim",
    };
    pill(tone, label)
}

fn mail(mail: &Mail) -> Vec<String> {
    vec![
        mono(&mail.case_id.to_string()),
        escape(&mail.to),
        escape(&mail.contents),
    ]
}
