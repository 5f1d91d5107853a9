//! The search language of the alert list, as far as a hub uses it: terms joined by AND.

use super::limits::Refusal;
use super::state::Alert;

/// Conditions that must all hold.
pub(super) struct Query {
    terms: Vec<Term>,
}

struct Term {
    field: String,
    operator: String,
    value: String,
}

impl Query {
    /// Understands `field:value`, `field: "a value"` and `createdAt > millis`, joined by `AND`.
    pub(super) fn parse(text: &str) -> Result<Self, Refusal> {
        let mut tokens = tokens(text).into_iter().peekable();
        let mut terms = Vec::new();
        while let Some(first) = tokens.next() {
            if first.eq_ignore_ascii_case("and") {
                continue;
            }
            if matches!(first.as_str(), "OR" | "or" | "NOT" | "not" | "(" | ")") {
                return Err(unsupported(&first));
            }
            let operator = tokens.next_if(|token| is_operator(token));
            let term = match operator {
                None => Term {
                    field: "message".into(),
                    operator: ":".into(),
                    value: first,
                },
                Some(operator) => {
                    let value = tokens.next().ok_or_else(|| unsupported(&first))?;
                    Term {
                        field: first.to_ascii_lowercase(),
                        operator,
                        value,
                    }
                }
            };
            term.check()?;
            terms.push(term);
        }
        Ok(Self { terms })
    }

    pub(super) fn matches(&self, alert: &Alert) -> bool {
        self.terms.iter().all(|term| term.matches(alert))
    }
}

impl Term {
    fn check(&self) -> Result<(), Refusal> {
        let known = match self.field.as_str() {
            "createdat" | "updatedat" | "lastoccurredat" => self.value.parse::<i64>().is_ok(),
            "id" | "alertid" | "tinyid" | "alias" | "status" | "tag" | "message" | "priority"
            | "source" | "entity" | "owner" | "acknowledged" => self.operator == ":",
            _ => false,
        };
        if known {
            Ok(())
        } else {
            Err(unsupported(&self.field))
        }
    }

    fn matches(&self, alert: &Alert) -> bool {
        match self.field.as_str() {
            "createdat" => self.compare(alert.created_at.as_millisecond()),
            "updatedat" => self.compare(alert.updated_at.as_millisecond()),
            "lastoccurredat" => self.compare(alert.last_occurred_at.as_millisecond()),
            "tag" => alert.tags.iter().any(|tag| self.equals(tag)),
            "status" if self.value == "acked" => alert.acknowledged,
            "status" => self.equals(alert.status.as_str()),
            "acknowledged" => self.equals(&alert.acknowledged.to_string()),
            "tinyid" => self.equals(&alert.tiny_id.to_string()),
            "message" => alert
                .message
                .to_lowercase()
                .contains(&self.value.to_lowercase()),
            "alias" => self.equals(&alert.alias),
            "priority" => self.equals(&alert.priority),
            "source" => self.equals(&alert.source),
            "entity" => self.equals(&alert.entity),
            "owner" => self.equals(&alert.owner),
            _ => self.equals(&alert.id),
        }
    }

    fn equals(&self, value: &str) -> bool {
        match self.value.strip_suffix('*') {
            Some(start) => value.starts_with(start),
            None => value == self.value,
        }
    }

    fn compare(&self, value: i64) -> bool {
        let Ok(bound) = self.value.parse::<i64>() else {
            return false;
        };
        match self.operator.as_str() {
            ">" => value > bound,
            ">=" => value >= bound,
            "<" => value < bound,
            "<=" => value <= bound,
            _ => value == bound,
        }
    }
}

fn is_operator(token: &str) -> bool {
    matches!(token, ":" | "=" | ">" | ">=" | "<" | "<=")
}

fn unsupported(what: &str) -> Refusal {
    Refusal::unprocessable("query", format!("Query is not valid near {what}."))
}

/// Words, quoted texts and operators.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(first) = characters.next() {
        match first {
            blank if blank.is_whitespace() => {}
            '"' => tokens.push(
                characters
                    .by_ref()
                    .take_while(|next| *next != '"')
                    .collect(),
            ),
            ':' | '=' | '(' | ')' => tokens.push(first.to_string()),
            '<' | '>' => {
                let equal = characters.next_if_eq(&'=').is_some();
                tokens.push(if equal {
                    format!("{first}=")
                } else {
                    first.to_string()
                });
            }
            _ => {
                let mut word = String::from(first);
                // A colon inside a value belongs to it: only the first one of a term divides.
                let value = tokens
                    .last()
                    .is_some_and(|token: &String| is_operator(token));
                let ends = |next: &char| {
                    next.is_whitespace() || "()<>".contains(*next) || (!value && *next == ':')
                };
                while let Some(next) = characters.next_if(|next| !ends(next)) {
                    word.push(next);
                }
                tokens.push(word);
            }
        }
    }
    tokens
}
