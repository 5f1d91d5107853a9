//! Blanks secrets by value, in every form in which a template may have written them.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

const BLANK: &str = "***";
/// Shorter ones would blank ordinary words; nobody's secret is that short.
const MIN_SECRET_CHARS: usize = 4;
/// The shortest run of base 64 that is looked into.
const MIN_ENCODED_CHARS: usize = 8;

/// The secrets of one execution.
#[derive(Default)]
pub(crate) struct Redactor {
    secrets: Vec<String>,
}

impl Redactor {
    pub(crate) fn add(&mut self, secret: &str) {
        if secret.chars().count() < MIN_SECRET_CHARS {
            return;
        }
        let json = Value::from(secret).to_string();
        let percent = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
        let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        let forms = [
            secret.to_owned(),
            json.trim_matches('"').to_owned(),
            percent.clone(),
            percent.to_ascii_lowercase(),
            form,
        ];
        for form in forms {
            if !self.secrets.contains(&form) {
                self.secrets.push(form);
            }
        }
        // A secret that holds another one goes first.
        self.secrets
            .sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    }

    pub(crate) fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.secrets {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), BLANK);
            }
        }
        self.without_encoded(text)
    }

    pub(crate) fn value(&self, value: Value) -> Value {
        match value {
            Value::String(text) => self.text(&text).into(),
            Value::Array(items) => items.into_iter().map(|item| self.value(item)).collect(),
            Value::Object(fields) => {
                let fields = fields.into_iter();
                fields
                    .map(|(key, value)| (self.text(&key), self.value(value)))
                    .collect()
            }
            value => value,
        }
    }

    /// Blanks runs of base 64 that hold a secret, as the `user:password` of a Basic header.
    fn without_encoded(&self, text: String) -> String {
        if self.secrets.is_empty() {
            return text;
        }
        let is_part = |c: char| c.is_ascii_alphanumeric() || "+/-_=".contains(c);
        let mut found = Vec::new();
        for run in text
            .split(|c| !is_part(c))
            .filter(|run| run.len() >= MIN_ENCODED_CHARS)
        {
            if self.holds_secret(run) {
                found.push(run.to_owned());
            }
        }
        found
            .iter()
            .fold(text, |text, run| text.replace(run, BLANK))
    }

    fn holds_secret(&self, run: &str) -> bool {
        let decoded = STANDARD.decode(run).or_else(|_| URL_SAFE.decode(run));
        let text = decoded.ok().and_then(|bytes| String::from_utf8(bytes).ok());
        text.is_some_and(|text| {
            self.secrets
                .iter()
                .any(|secret| text.contains(secret.as_str()))
        })
    }
}
