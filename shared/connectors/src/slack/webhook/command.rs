//! A slash command, and what was typed behind it.

use deskbridge_core::connector::Drift;
use serde_json::{Map, Value, json};

use super::{Read, present, team_of, text};
use crate::slack::mrkdwn::plain;
use crate::slack::user;

/// The word at the end that asks for an answer which the whole channel sees.
const SHARE: &str = "share";

pub(super) fn read(body: &Value) -> Result<Read, Drift> {
    let name = present(&body["command"], "command")?;
    let (team, person) = (team_of(body)?, present(&body["user_id"], "user_id")?);
    // Unique to each time that somebody presses Enter: Slack does not send a command again.
    let key = present(&body["trigger_id"], "trigger_id")?;
    let mut command = typed(&plain(text(&body["text"])));
    for (field, value) in [
        ("name", name),
        ("user", person),
        ("user_name", text(&body["user_name"])),
        ("team", team),
        ("channel", text(&body["channel_id"])),
        ("channel_name", text(&body["channel_name"])),
        ("response_url", text(&body["response_url"])),
        ("trigger_id", key),
    ] {
        command.insert(field.to_owned(), json!(value));
    }
    Ok(Read {
        key: format!("command/{key}"),
        event_type: "command".to_owned(),
        subject: user(team, person),
        actor: Some(person.to_owned()),
        made_by_us: false,
        data: Map::from_iter([("command".to_owned(), Value::Object(command))]),
    })
}

/// Takes `comment 42 They called again` apart. Every name is always there.
fn typed(line: &str) -> Map<String, Value> {
    let line = line.trim();
    let (verb, arguments) = head(line);
    let (first, rest) = head(arguments);
    let number = first.trim_start_matches('#');
    let is_number = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit());
    let shared = arguments
        .strip_suffix(SHARE)
        .filter(|before| before.is_empty() || before.ends_with(char::is_whitespace));
    let fields = [
        ("text", json!(line)),
        ("verb", json!(verb.to_lowercase())),
        ("arguments", json!(arguments)),
        ("number", json!(if is_number { number } else { "" })),
        ("rest", json!(if is_number { rest } else { arguments })),
        ("share", json!(shared.is_some())),
        ("query", json!(shared.unwrap_or(arguments).trim())),
    ];
    fields
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect()
}

/// Returns the first word and what comes behind it.
fn head(text: &str) -> (&str, &str) {
    match text.split_once(char::is_whitespace) {
        Some((word, rest)) => (word, rest.trim_start()),
        None => (text, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_taken_apart_into_verb_number_and_rest() {
        let comment = typed(" Comment  #42  They said: <b>\nagain ");
        assert_eq!(
            (&comment["verb"], &comment["number"]),
            (&json!("comment"), &json!("42"))
        );
        assert_eq!(comment["rest"], "They said: <b>\nagain");
        let search = typed("search broken printer share");
        assert_eq!(
            (&search["query"], &search["share"]),
            (&json!("broken printer"), &json!(true))
        );
        assert_eq!(search["arguments"], "broken printer share");
    }

    #[test]
    fn a_word_that_only_ends_like_share_is_text() {
        let search = typed("search timeshare");
        assert_eq!(
            (&search["query"], &search["share"]),
            (&json!("timeshare"), &json!(false))
        );
        assert_eq!(typed("mine share")["share"], true);
    }

    #[test]
    fn an_empty_line_has_every_name() {
        let empty = typed("  ");
        for name in ["text", "verb", "arguments", "number", "rest", "query"] {
            assert_eq!(empty[name], "", "{name}");
        }
        assert_eq!(empty["share"], false);
        assert_eq!(typed("ticket 12a")["number"], "");
    }
}
