//! The part of `OData` that the sandbox reads.

use serde_json::{Map, Value};

/// Groups of which one must hold, each of equalities that all must hold.
pub(super) struct Filter(Vec<Vec<(String, Value)>>);

impl Filter {
    /// Reads a filter, or nothing if it is none that the sandbox knows.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut words = words(text)?.into_iter();
        let mut groups = vec![Vec::new()];
        loop {
            let Word::Name(field) = words.next()? else {
                return None;
            };
            if words.next()? != Word::Name("eq".to_owned()) {
                return None;
            }
            let value = match words.next()? {
                Word::Text(text) => text.into(),
                Word::Name(name) => name
                    .parse::<i64>()
                    .map_or_else(|_| name.into(), Value::from),
            };
            groups.last_mut()?.push((field, value));
            match words.next() {
                None => return Some(Self(groups)),
                Some(Word::Name(word)) if word == "and" => {}
                Some(Word::Name(word)) if word == "or" => groups.push(Vec::new()),
                Some(_) => return None,
            }
        }
    }

    pub(super) fn matches(&self, fields: &Map<String, Value>) -> bool {
        let holds = |(field, value): &(String, Value)| fields.get(field) == Some(value);
        self.0.iter().any(|all| all.iter().all(holds))
    }
}

#[derive(PartialEq)]
enum Word {
    Name(String),
    Text(String),
}

fn words(text: &str) -> Option<Vec<Word>> {
    let mut words = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\'' {
            let mut literal = String::new();
            loop {
                match chars.next()? {
                    '\'' if chars.next_if_eq(&'\'').is_some() => literal.push('\''),
                    '\'' => break,
                    c => literal.push(c),
                }
            }
            words.push(Word::Text(literal));
        } else if c.is_alphanumeric() || c == '_' {
            let mut name = c.to_string();
            while let Some(c) = chars.next_if(|c| c.is_alphanumeric() || "_-.".contains(*c)) {
                name.push(c);
            }
            words.push(Word::Name(name));
        } else if c != ' ' {
            return None;
        }
    }
    Some(words)
}
