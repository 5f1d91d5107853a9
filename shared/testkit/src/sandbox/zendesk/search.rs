//! The search language, as far as the sandbox knows it.
//!
//! <https://support.zendesk.com/hc/en-us/articles/4408886879258>

use serde_json::{Value, json};

use super::state::State;

/// Everything that all terms of a query hold for.
pub(super) fn search(state: &State, query: &str, base: &str) -> Vec<Value> {
    let terms: Vec<&str> = query.split_whitespace().collect();
    let wants = |kind: &str| {
        let asked = terms.iter().find_map(|term| term.strip_prefix("type:"));
        asked.is_none_or(|asked| asked == kind)
    };
    let users = state
        .options
        .users
        .iter()
        .filter(|_| wants("user"))
        .map(|user| user.show(base));
    let tickets = state
        .tickets
        .iter()
        .filter(|_| wants("ticket"))
        .map(|ticket| ticket.show(base));
    let typed = |kind: &'static str| {
        move |mut row: Value| {
            row["result_type"] = json!(kind);
            row
        }
    };
    let all = users.map(typed("user")).chain(tickets.map(typed("ticket")));
    all.filter(|row| terms.iter().all(|term| holds(row, term)))
        .collect()
}

fn holds(row: &Value, term: &str) -> bool {
    match term.split_once(':') {
        Some(("type", _)) => true,
        Some(("phone", number)) => {
            let phone = row["phone"].as_str().unwrap_or_default();
            match number.strip_prefix('*') {
                Some(end) => !end.is_empty() && phone.ends_with(end),
                None => phone == number,
            }
        }
        Some((field, value)) => row[field] == json!(value),
        None => {
            let text = row.to_string().to_lowercase();
            text.contains(&term.trim_matches('"').to_lowercase())
        }
    }
}
