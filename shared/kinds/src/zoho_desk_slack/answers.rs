//! What the person who asked is told once Zoho Desk has answered, or has not.

use deskbridge_core::mapping::{Condition, Rule};
use serde_json::{Value, json};

use super::{DESK, Kind, SLACK, rule, when};

/// What was done, and how its answer begins.
const DONE: [(&str, &str); 4] = [
    ("add_comment", "Comment added"),
    ("send_reply", "Reply sent to the customer"),
    ("update_ticket", "Ticket is now {{ result.ticket.status }}"),
    ("create_ticket", "Ticket created"),
];
const LISTED: [&str; 2] = ["search_tickets", "list_tickets"];

impl Kind<'_> {
    pub(super) fn answers(&self) -> Vec<Rule> {
        let card = json!({
            "ticket": "{{ result.ticket }}", "buttons": ["comment", "reply", "close"],
        });
        let mut rules = Vec::from(self.shared("find_ticket", &card));
        for operation in LISTED {
            let list = json!({
                "headline": "{{ result.count }} tickets{{ ', and more' if result.more else '' }}",
                "tickets": "{{ result.tickets }}",
            });
            rules.extend(self.shared(operation, &list));
        }
        for (operation, headline) in DONE {
            let mut with = card.clone();
            with["headline"] = json!(headline);
            let mut rule = self.answer(operation, "done", "respond", with);
            rule.id = format!("answer.{operation}");
            rules.push(rule);
        }
        rules.extend(self.failures());
        rules
    }

    /// The answer for the one who asked, or for the whole channel.
    fn shared(&self, operation: &str, with: &Value) -> [Rule; 2] {
        let mut alone = self.answer(operation, "done", "respond", with.clone());
        alone.id = format!("answer.{operation}");
        let own = when("not carried.share", "nobody else is to see it");
        alone.conditions.push(own);
        let mut shared = self.answer(operation, "done", "respond_in_channel", with.clone());
        shared.id = format!("answer.{operation}.shared");
        let all = when("carried.share", "the channel is to see it");
        shared.conditions.push(all);
        [alone, shared]
    }

    fn failures(&self) -> Vec<Rule> {
        let mut rules = Vec::new();
        let operations = DONE.iter().map(|(operation, _)| *operation);
        for operation in operations.chain(LISTED).chain(["find_ticket"]) {
            let with = json!({"text": "That did not work. {{ error }}"});
            let mut failed = self.answer(operation, "failed", "respond", with);
            failed.id = format!("answer.{operation}.failed");
            let usual = "outcome != 'paused'";
            failed
                .conditions
                .push(when(usual, "signing in would not help"));
            let with = json!({
                "text": "Zoho Desk does not take your sign-in any more. Sign in once more; this is done then.",
                "link": self.sign_in(),
            });
            let mut again = self.answer(operation, "failed", "respond", with);
            again.id = format!("answer.{operation}.sign_in");
            let paused = "outcome == 'paused'";
            again.conditions.push(when(paused, "the sign-in has ended"));
            rules.extend([failed, again]);
        }
        let with = json!({"text": "Slack did not wait for the form. Please ask again."});
        let mut late = self.answer("open_form", "failed", "respond", with);
        late.on = format!("{SLACK}.open_form_failed");
        late.id = "answer.open_form.failed".to_owned();
        rules.push(late);
        rules
    }

    fn answer(&self, operation: &str, how: &str, with_what: &str, mut with: Value) -> Rule {
        with["response_url"] = json!("{{ carried.respond }}");
        Rule {
            conditions: vec![asked()],
            credential: Some(self.bot("{{ carried.team }}")),
            ..rule(
                "",
                &format!("{DESK}.{operation}_{how}"),
                &format!("{SLACK}.{with_what}"),
                with,
            )
        }
    }
}

fn asked() -> Condition {
    when("carried.for == 'answer'", "somebody in Slack asked for it")
}
