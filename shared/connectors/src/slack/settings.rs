//! The connection's settings: read and checked in one pass, so that both always agree.

use deskbridge_core::connector::Connection;
use deskbridge_core::integration::Problem;
use serde_json::{Map, Value};
use url::Url;

use crate::http::check_base_url;

const KNOWN: [&str; 3] = ["credential", "webhook_credential", "base_url"];
const PUBLIC: &str = "https://slack.com";
/// Where the addresses lead that come with commands and buttons.
const ANSWERS: &str = "hooks.slack.com";

#[derive(Debug)]
pub(super) struct Settings {
    base_url: Option<String>,
}

impl Settings {
    /// Returns the settings, or everything that is wrong with them.
    pub(super) fn read(connection: &Connection) -> Result<Self, Vec<Problem>> {
        let Some(settings) = connection.settings.as_object() else {
            return Err(vec![Problem::new("settings.slack", "must be a mapping")]);
        };
        let mut problems = unknown(settings);
        for name in ["credential", "webhook_credential"] {
            text(settings, name, &mut problems);
        }
        let base_url = text(settings, "base_url", &mut problems);
        if let Some(Err(why)) = base_url.map(check_base_url) {
            problems.push(problem("base_url", why));
        }
        match problems.is_empty() {
            true => Ok(Self {
                base_url: base_url.map(|url| url.trim_end_matches('/').to_owned()),
            }),
            false => Err(problems),
        }
    }

    /// The address of a method of the Web API.
    pub(super) fn method(&self, name: &str) -> String {
        let host = self.base_url.as_deref().unwrap_or(PUBLIC);
        format!("{host}/api/{name}")
    }

    /// Whether an address that came with a command is one of Slack's own: it is called with what was
    /// asked for.
    pub(super) fn may_answer_at(&self, address: &str) -> bool {
        let Ok(url) = Url::parse(address) else {
            return false;
        };
        let origin = |url: &Url| url.origin().ascii_serialization();
        match &self.base_url {
            Some(base) => Url::parse(base).is_ok_and(|base| origin(&base) == origin(&url)),
            None => {
                let plain = url.username().is_empty() && url.password().is_none();
                plain && origin(&url) == format!("https://{ANSWERS}")
            }
        }
    }
}

fn problem(setting: &str, why: impl Into<String>) -> Problem {
    Problem::new(format!("settings.slack.{setting}"), why)
}

fn unknown(settings: &Map<String, Value>) -> Vec<Problem> {
    let names = settings.keys().map(String::as_str);
    let unknown = names.filter(|name| !KNOWN.contains(name));
    let why = format!("is no setting here; there are: {}", KNOWN.join(", "));
    unknown.map(|name| problem(name, why.clone())).collect()
}

fn text<'a>(
    settings: &'a Map<String, Value>,
    name: &str,
    problems: &mut Vec<Problem>,
) -> Option<&'a str> {
    let value = settings.get(name)?;
    let text = value.as_str().filter(|text| !text.trim().is_empty());
    if text.is_none() {
        problems.push(problem(name, "must be a text that is not empty"));
    }
    text
}
