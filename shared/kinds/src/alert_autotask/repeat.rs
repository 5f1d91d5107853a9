//! Which alerts repeat one another, and for how long a ticket takes them as notes.

use deskbridge_core::integration::Problem;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const MAX_WINDOW_MINUTES: u32 = 7 * 24 * 60;

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub(super) struct Repeat {
    /// From the receipt of the alert that made the ticket; 0 makes every alert a ticket.
    window_minutes: u32,
    title: Option<Title>,
    scope: Option<Scope>,
}

#[derive(Clone, Copy, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
enum Title {
    /// Letter by letter.
    Exact,
    /// White space is made single.
    Normalised,
}

#[derive(Clone, Copy, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
enum Scope {
    /// The same title in two organisations is two things.
    Organisation,
    None,
}

impl Default for Repeat {
    fn default() -> Self {
        Self {
            window_minutes: 5,
            title: None,
            scope: None,
        }
    }
}

impl Repeat {
    pub(super) fn problems(&self, alert: &Value) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.window_minutes > MAX_WINDOW_MINUTES {
            let why = format!("must be at most {MAX_WINDOW_MINUTES}, a week");
            problems.push(Problem::new("settings.repeat.window_minutes", why));
        }
        if alert.get("series").is_some() {
            let why = "is said in repeat.title and repeat.scope here";
            problems.push(Problem::new("settings.alert.series", why));
        }
        problems
    }

    pub(super) fn window_s(&self) -> u64 {
        u64::from(self.window_minutes) * 60
    }

    /// What the source needs to know; nothing where its own defaults hold.
    pub(super) fn series(&self) -> Option<Value> {
        let mut series = serde_json::Map::new();
        series.extend(self.title.map(|title| ("title".to_owned(), json!(title))));
        series.extend(self.scope.map(|scope| ("scope".to_owned(), json!(scope))));
        (!series.is_empty()).then_some(Value::Object(series))
    }
}
