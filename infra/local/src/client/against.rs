//! `explain --against FILE` over the last events: what would now fire, stop firing, or change.

use std::path::Path;

use deskbridge_core::Result;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::events::subject;
use super::integrations::read_document;
use super::{Connection, list, table, text, time};
use crate::term;

/// Events that the API compares at a time.
const PAGE: u64 = 500;
/// Differences that a person is shown; scripts get all of them.
const SHOWN: usize = 50;

pub(super) async fn against(connection: &Connection, file: &Path, last: u64) -> Result<()> {
    let document = read_document(file)?;
    let remote = connection.remote()?;
    let bar = bar(last);
    let (mut compared, mut differences) = (0, Vec::new());
    let mut body = json!({"document": document});
    while compared < last {
        body["limit"] = PAGE.min(last - compared).into();
        let page = remote.post("explain/against", Some(&body)).await?;
        compared += page.get("compared").and_then(Value::as_u64).unwrap_or(0);
        differences.extend_from_slice(list(&page, "differences"));
        bar.set_position(compared);
        match page.get("next") {
            Some(next) if next.is_string() => body["before"] = next.clone(),
            _ => break,
        }
    }
    bar.finish_and_clear();
    let answer = json!({"compared": compared, "differences": differences});
    connection.print(&answer, show);
    Ok(())
}

/// On standard error, and only where that is a terminal.
fn bar(last: u64) -> ProgressBar {
    let bar = ProgressBar::new(last);
    let style = ProgressStyle::with_template("{bar:40} {pos} of {len} events");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar
}

fn show(answer: &Value) {
    let differences = list(answer, "differences");
    let count = |effect: &str| {
        let of_it = differences
            .iter()
            .filter(|one| text(one, "effect") == effect);
        of_it.count()
    };
    let compared = answer.get("compared").and_then(Value::as_u64).unwrap_or(0);
    let same = compared.saturating_sub(differences.len() as u64);
    term::line(format!(
        "{compared} events: {same} as before, {} would fire, {} would stop, {} would change",
        count("fires"),
        count("stops"),
        count("changes")
    ));
    if differences.is_empty() {
        return;
    }
    term::line("");
    let rows = differences.iter().take(SHOWN).map(|one| {
        [
            time(one, "received_at"),
            text(one, "event_id").to_owned(),
            subject(one),
            text(one, "effect").to_owned(),
            text(one, "before").to_owned(),
            text(one, "after").to_owned(),
        ]
    });
    let heading = ["RECEIVED", "EVENT", "ABOUT", "EFFECT", "TODAY", "THEN"];
    table::print(heading, rows.collect(), "");
    if let Some(more @ 1..) = differences.len().checked_sub(SHOWN) {
        term::line(term::faint(&format!("and {more} more: --json shows all")));
    }
}
