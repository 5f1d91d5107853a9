use proptest::prelude::*;

use super::*;
use crate::slack::blocks::{self, PARTS, message};

fn made(params: Value) -> Value {
    let made = message(params.as_object().unwrap(), "notify[0]").unwrap();
    json!({"text": made.text, "blocks": made.blocks})
}

#[test]
fn what_each_part_looks_like() {
    for (name, params) in [
        ("ticket", json!({"ticket": ticket()})),
        (
            "bare_ticket",
            json!({"ticket": {"id": 7, "subject": "Only this", "assignee": null}}),
        ),
        (
            "tickets",
            json!({"headline": "Open", "tickets": [ticket(), {"number": "43"}]}),
        ),
        (
            "help",
            json!({"headline": "/desk", "lines": [["/desk ticket N", "shows a ticket"], "More at `x` <y>"]}),
        ),
        (
            "sign_in",
            json!({"text": "Please sign in to Zoho Desk once.", "link": {"text": "Sign in", "url": "https://desk.example.com/zoho-desk/oauth/start?a=1&b=2"}}),
        ),
        (
            "own_button",
            json!({"text": "Sure?", "buttons": [{"action": "send", "text": "Send", "value": "7", "style": "danger", "confirm": "Really?"}, {"text": "no action"}, "unknown"]}),
        ),
    ] {
        assert_snapshot(&format!("blocks_{name}"), &made(params));
    }
}

#[test]
fn of_many_tickets_the_first_twenty_are_listed() {
    let tickets: Vec<_> = (0..120)
        .map(|number| json!({"id": number, "subject": "x"}))
        .collect();
    let made = made(json!({"tickets": tickets}));
    let blocks = made["blocks"].as_array().unwrap();
    assert_eq!(blocks.len(), 21);
    assert_eq!(blocks[20]["elements"][0]["text"], "and 100 more");
}

#[test]
fn an_address_that_is_none_is_no_link() {
    for link in [
        "javascript:alert(1)",
        "https://x|y",
        "https://x>",
        "ftp://x",
        "",
        "https://a b",
    ] {
        let made = made(json!({"ticket": {"number": "1", "subject": "s", "url": link}}));
        assert_eq!(made["blocks"][0]["text"]["text"], "#1 s", "{link}");
        assert!(message(json!({"link": {"url": link}}).as_object().unwrap(), "r").is_err());
    }
}

#[test]
fn operations_know_every_part_of_a_message() {
    for operation in Slack::default().operations() {
        let posts = operation.optional.contains(&"headline");
        let missing = PARTS.iter().find(|part| !operation.optional.contains(part));
        assert!(
            !posts || missing.is_none(),
            "{} has no {missing:?}",
            operation.name
        );
    }
}

/// The texts in which Slack looks for marks.
fn marked(value: &Value) -> Vec<String> {
    let inner = match value {
        Value::Array(items) => items.iter().flat_map(marked).collect(),
        Value::Object(fields) => fields.values().flat_map(marked).collect(),
        _ => Vec::new(),
    };
    let plain = value["type"] == "plain_text";
    let own = value["text"].as_str().filter(|_| !plain);
    inner.into_iter().chain(own.map(str::to_owned)).collect()
}

proptest! {
    /// Whatever strangers write: Slack takes the blocks, and calls nobody.
    #[test]
    fn any_text_makes_blocks_that_slack_takes(
        text in "(?s).{0,4000}", subject in "(<!channel>|&|<|>|[*|`]|.){0,400}", long in ".{0,90}",
    ) {
        let ticket = json!({"id": long, "number": subject, "subject": subject, "status": text, "assignee": {"name": subject}});
        let params = json!({
            "headline": subject, "text": text, "note": text, "context": subject, "ticket": ticket,
            "tickets": [ticket], "lines": [text, [subject, text]], "buttons": ["comment", "close"],
        });
        let made = made(params.clone());
        prop_assert!(!marked(&made).iter().any(|text| text.contains("<!")));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let desk = Desk::new().await;
            let mut params = params;
            params["channel"] = json!(SUPPORT);
            desk.run("post_message", params).await.unwrap();
        });
        let form = json!({"form": "create", "ticket": ticket, "text": text, "subject": subject, "email": subject});
        blocks::form(form.as_object().unwrap(), "r").unwrap();
    }
}
