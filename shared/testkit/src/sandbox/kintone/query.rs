//! As much of the query language as integrations use: comparisons joined by `and`, order, limit.

use serde_json::Value;

#[derive(Debug, Default)]
pub(super) struct Query {
    conditions: Vec<Condition>,
    pub(super) ascending: bool,
    pub(super) limit: Option<usize>,
    pub(super) offset: usize,
}

#[derive(Debug)]
struct Condition {
    code: String,
    operator: String,
    values: Vec<String>,
}

impl Query {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut words = words(text).into_iter().peekable();
        let mut query = Self::default();
        while let Some(word) = words.next() {
            let mut number = || words.next().and_then(|word| word.parse().ok());
            match word.as_str() {
                "and" => {}
                "limit" => query.limit = number(),
                "offset" => query.offset = number().unwrap_or_default(),
                "order" => {
                    let order: Vec<_> = words.by_ref().take(3).collect();
                    query.ascending = order.get(2).is_some_and(|way| way == "asc");
                }
                code => {
                    let operator = words.next().ok_or("演算子がありません。")?;
                    let values = match words.next() {
                        Some(open) if open == "(" => {
                            let listed = words.by_ref().take_while(|word| word != ")");
                            listed.filter(|word| word != ",").collect()
                        }
                        Some(value) => vec![value],
                        None => return Err("値がありません。".to_owned()),
                    };
                    query.conditions.push(Condition {
                        code: code.to_owned(),
                        operator,
                        values,
                    });
                }
            }
        }
        Ok(query)
    }

    pub(super) fn codes(&self) -> impl Iterator<Item = &str> {
        self.conditions
            .iter()
            .map(|condition| condition.code.as_str())
    }

    pub(super) fn matches(&self, record: &Value) -> bool {
        self.conditions
            .iter()
            .all(|condition| condition.holds(&record[&condition.code]))
    }
}

impl Condition {
    fn holds(&self, field: &Value) -> bool {
        let kind = field["type"].as_str().unwrap_or_default();
        let is = field["value"].as_str().unwrap_or_default();
        let wanted = self.values.first().map(String::as_str).unwrap_or_default();
        let order = match (kind, is.parse::<f64>(), wanted.parse::<f64>()) {
            ("NUMBER" | "__ID__", Ok(is), Ok(wanted)) => is.partial_cmp(&wanted),
            // A moment is kept to the minute, and compared so.
            ("DATETIME" | "CREATED_TIME", ..) => Some(minute(is).cmp(minute(wanted))),
            _ => Some(is.cmp(wanted)),
        };
        match self.operator.as_str() {
            "=" => order == Some(std::cmp::Ordering::Equal),
            "!=" => order != Some(std::cmp::Ordering::Equal),
            ">" => order == Some(std::cmp::Ordering::Greater),
            "<" => order == Some(std::cmp::Ordering::Less),
            ">=" => order != Some(std::cmp::Ordering::Less),
            "<=" => order != Some(std::cmp::Ordering::Greater),
            "in" => self.values.iter().any(|value| value == is),
            _ => false,
        }
    }
}

fn minute(text: &str) -> &str {
    text.get(..16).unwrap_or(text)
}

/// Splits at blanks and around brackets; a quoted text is one word, without its quotes.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            c if c.is_whitespace() => {}
            '(' | ')' | ',' => words.push(character.to_string()),
            '"' => {
                let mut quoted = String::new();
                while let Some(next) = characters.next() {
                    match next {
                        '\\' => quoted.extend(characters.next()),
                        '"' => break,
                        other => quoted.push(other),
                    }
                }
                words.push(quoted);
            }
            first => {
                let mut word = first.to_string();
                while let Some(next) =
                    characters.next_if(|c| !c.is_whitespace() && !"(),\"".contains(*c))
                {
                    word.push(next);
                }
                words.push(word);
            }
        }
    }
    words
}
