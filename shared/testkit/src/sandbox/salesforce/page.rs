//! Salesforce's page: its records, newest first, and the traffic.

use serde_json::Value;

use super::Org;
use crate::sandbox::lock;
use crate::sandbox::page::{Page, escape, mono, pill};

pub(super) fn render(org: &Org) -> String {
    let state = lock(&org.state);
    let rows = state.records.iter().rev().map(|record| {
        let fields = Value::Object(record.fields.clone()).to_string();
        vec![
            mono(&record.id),
            pill("calm", &record.kind),
            escape(&fields),
        ]
    });
    let rows: Vec<_> = rows.collect();
    drop(state);
    Page::new(
        "Salesforce sandbox",
        "A stand-in for a Salesforce organisation.",
    )
    .table("Records", &["Id", "Type", "Fields"], &rows)
    .traffic(&org.stage)
    .finish()
}
