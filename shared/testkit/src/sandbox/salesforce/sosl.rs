//! The part of SOSL that the sandbox reads: `FIND {a OR b} IN PHONE FIELDS RETURNING Type(Field,…)`.
//!
//! Of telephone numbers the digits are compared, as the vendor's index does by and large.

use serde_json::Value;

use super::state::Record;

pub(super) struct Search {
    terms: Vec<String>,
    phone: bool,
    pub(super) kind: String,
    pub(super) fields: Vec<String>,
}

impl Search {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("FIND {")?;
        let (terms, rest) = until_brace(rest)?;
        let rest = rest.strip_prefix(" IN ")?;
        let (scope, rest) = rest.split_once(" FIELDS RETURNING ")?;
        let (kind, fields) = rest.strip_suffix(')')?.split_once('(')?;
        let name = |text: &str| !text.is_empty() && text.chars().all(char::is_alphanumeric);
        let fields: Vec<_> = fields.split(',').map(str::to_owned).collect();
        let fits = name(kind) && fields.iter().all(|field| name(field));
        (fits && matches!(scope, "PHONE" | "EMAIL")).then(|| Self {
            terms: terms.split(" OR ").map(str::to_owned).collect(),
            phone: scope == "PHONE",
            kind: kind.to_owned(),
            fields,
        })
    }

    pub(super) fn matches(&self, record: &Record) -> bool {
        let fields = match self.phone {
            true => ["Phone", "MobilePhone"],
            false => ["Email", "SecondaryEmail"],
        };
        let held = fields.iter().filter_map(|name| record.fields.get(*name));
        let mut held = held.filter_map(Value::as_str).map(|text| self.plain(text));
        record.kind == self.kind
            && held.any(|held| self.terms.iter().any(|term| self.plain(term) == held))
    }

    fn plain(&self, text: &str) -> String {
        match self.phone {
            true => text.chars().filter(char::is_ascii_digit).collect(),
            false => text.to_lowercase(),
        }
    }
}

/// The terms without their backslashes, and what follows the closing brace.
fn until_brace(text: &str) -> Option<(String, &str)> {
    let mut terms = String::new();
    let mut chars = text.chars();
    loop {
        match chars.next()? {
            '\\' => terms.push(chars.next()?),
            '}' => return Some((terms, chars.as_str())),
            // Reserved: one that is not escaped is no search.
            '{' | '(' | '[' | '"' => return None,
            c => terms.push(c),
        }
    }
}
