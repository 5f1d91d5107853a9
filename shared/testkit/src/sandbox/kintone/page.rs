//! kintone's page: the records of each app, newest first, and the traffic.

use jiff::Timestamp;
use serde_json::Value;

use super::Domain;
use super::state::Record;
use crate::sandbox::lock;
use crate::sandbox::page::{Page, escape, mono, time};

const COLUMNS: [&str; 3] = ["#", "Values", "Added"];

pub(super) fn render(domain: &Domain) -> String {
    let state = lock(&domain.state);
    let mut page = Page::new(
        "kintone sandbox",
        "A stand-in for a kintone domain: what was written into its apps.",
    );
    for app in &state.options.apps {
        let records = state
            .records
            .iter()
            .rev()
            .filter(|record| record.app == app.id);
        let rows: Vec<_> = records.map(row).collect();
        page = page.table(&format!("{} (app {})", app.name, app.id), &COLUMNS, &rows);
    }
    drop(state);
    page.traffic(&domain.stage).finish()
}

fn row(record: &Record) -> Vec<String> {
    let values = record.values.iter().filter_map(|(code, value)| {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Array(items) if items.is_empty() => String::new(),
            Value::Null => String::new(),
            other => other.to_string(),
        };
        let shown = format!(
            "<span class=\"dim\">{}:</span> {}<br>",
            escape(code),
            escape(&text)
        );
        (!text.is_empty()).then_some(shown)
    });
    vec![
        mono(&record.id.to_string()),
        values.collect(),
        time(Timestamp::from_millisecond(record.created_at).unwrap_or_default()),
    ]
}
