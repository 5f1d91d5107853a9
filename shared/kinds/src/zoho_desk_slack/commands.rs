//! What people ask for in Slack: commands, buttons, the message shortcut, and the forms that these open.
//! Each is done as the person who asked, with their own sign-in; the answer follows with the report.

use deskbridge_core::mapping::{Condition, Rule};
use serde_json::{Value, json};

use super::{DESK, Kind, Literal, SLACK, rule, when};

/// What can be typed, with what it needs behind it and what it does.
const VERBS: [(&str, &str, &str); 9] = [
    ("ticket", "N", "shows ticket N"),
    ("search", "TEXT", "finds tickets"),
    ("mine", "", "your tickets"),
    ("open", "", "open tickets"),
    ("unassigned", "", "tickets that nobody has"),
    ("overdue", "", "tickets whose time is up"),
    ("create", "", "makes a ticket"),
    ("comment", "N TEXT", "adds a comment that agents see"),
    (
        "reply",
        "N TEXT",
        "writes to the customer, once you confirm it",
    ),
];
const LISTS: [&str; 4] = ["mine", "open", "unassigned", "overdue"];

/// Where something was asked for.
struct Place {
    /// The event, and the name of its data.
    event: &'static str,
    data: &'static str,
    id: &'static str,
}

const COMMAND: Place = Place {
    event: "command",
    data: "command",
    id: "command",
};
const BUTTON: Place = Place {
    event: "button",
    data: "button",
    id: "button",
};
const SHORTCUT: Place = Place {
    event: "shortcut",
    data: "shortcut",
    id: "shortcut",
};
const FORM: Place = Place {
    event: "form_submitted",
    data: "form",
    id: "form",
};

impl Place {
    fn on(&self) -> String {
        format!("{SLACK}.{}", self.event)
    }

    fn field(&self, name: &str) -> String {
        format!("{{{{ {}.{name} }}}}", self.data)
    }

    /// Where the answer goes: a form has no address of its own, it keeps the one that it was opened from.
    fn address(&self) -> String {
        match self.event {
            "form_submitted" => "{{ form.kept.respond }}".to_owned(),
            _ => self.field("response_url"),
        }
    }
}

impl Kind<'_> {
    pub(super) fn commands(&self) -> Vec<Rule> {
        let mut rules = vec![self.switched_off(), self.help()];
        for (verb, needed, _) in VERBS {
            rules.push(self.not_signed_in(&COMMAND, verb, verb_is(verb)));
            if !needed.is_empty() {
                rules.push(self.incomplete(verb, needed));
            }
        }
        rules.extend([
            self.ask(
                "ticket",
                "find_ticket",
                json!({"number": "{{ command.number }}"}),
            ),
            self.ask(
                "search",
                "search_tickets",
                json!({"text": "{{ command.query }}"}),
            ),
        ]);
        let lists = LISTS.map(|which| self.ask(which, "list_tickets", json!({"which": which})));
        rules.extend(lists);
        let comment = json!({
            "number": "{{ command.number }}", "text": "{{ command.rest }}", "public": false,
        });
        rules.push(self.ask("comment", "add_comment", comment));
        rules.extend(self.commands_with_forms());
        rules.extend(self.buttons());
        rules.extend(self.shortcuts());
        rules.extend(self.forms());
        rules
    }

    fn switched_off(&self) -> Rule {
        let on = self.teams(|workspace| workspace.enabled && workspace.commands);
        let condition = format!("command.team not in {}", Literal(&on));
        let with = json!({"text": "Commands are switched off for this workspace."});
        let mut off = self.respond(&COMMAND, "command.off", with);
        off.conditions = vec![when(condition, "commands are off in this workspace")];
        off
    }

    fn help(&self) -> Rule {
        let command = &self.settings.command;
        let mut lines: Vec<Value> = VERBS
            .iter()
            .map(|(verb, needed, does)| {
                let usage = format!("{command} {verb} {needed}");
                json!([usage.trim_end(), does])
            })
            .collect();
        lines.push(json!(
            "With `share` at the end the whole channel sees the answer."
        ));
        let verbs: Vec<_> = VERBS.iter().map(|(verb, ..)| *verb).collect();
        let with = json!({"headline": "What you can type", "lines": lines});
        let mut help = self.respond(&COMMAND, "command.help", with);
        help.conditions = vec![
            self.commands_on(),
            when(
                format!("command.verb not in {}", Literal(&verbs)),
                "help was asked for, or something that is no command",
            ),
        ];
        help
    }

    fn commands_on(&self) -> Condition {
        let on = self.teams(|workspace| workspace.enabled && workspace.commands);
        when(
            format!("command.team in {}", Literal(&on)),
            "commands are on in this workspace",
        )
    }

    /// Whether this place counts, in a workspace that is on.
    fn is_on(&self, place: &Place) -> Condition {
        if place.event == COMMAND.event {
            return self.commands_on();
        }
        let on = self.teams(|workspace| workspace.enabled);
        when(
            format!("{}.team in {}", place.data, Literal(&on)),
            "the workspace is on",
        )
    }

    /// Asks to sign in, who has not: the button's page knows by the event who it was.
    fn not_signed_in(&self, place: &Place, name: &str, asked: Condition) -> Rule {
        let with = json!({
            "text": "Sign in to Zoho Desk once, so that this is done as you. Then ask again.",
            "link": self.sign_in(),
        });
        let id = format!("{}.{name}.sign_in", place.id);
        let mut rule = self.respond(place, &id, with);
        let unknown = format!("{} not in links", Literal(DESK));
        rule.conditions = vec![
            self.is_on(place),
            asked,
            when(unknown, "the person has not signed in to Zoho Desk"),
        ];
        rule
    }

    fn incomplete(&self, verb: &str, needed: &str) -> Rule {
        let usage = format!("{} {verb} {needed}", self.settings.command);
        let with = json!({"text": format!("Please type {usage}")});
        let mut rule = self.respond(&COMMAND, &format!("command.{verb}.incomplete"), with);
        rule.conditions = self.asked(&COMMAND, verb_is(verb));
        rule.conditions.push(when(
            format!("not ({})", complete(needed)),
            "something is missing behind it",
        ));
        rule
    }

    /// A command that Zoho Desk answers.
    fn ask(&self, verb: &str, operation: &str, with: Value) -> Rule {
        let mut ask = self.desk(&COMMAND, &format!("command.{verb}"), operation, with);
        ask.conditions = self.asked(&COMMAND, verb_is(verb));
        let needed = VERBS.iter().find(|(known, ..)| *known == verb);
        if let Some((_, needed, _)) = needed.filter(|(_, needed, _)| !needed.is_empty()) {
            ask.conditions
                .push(when(complete(needed), "all that it needs is there"));
        }
        ask
    }

    /// A reply goes to a customer: the form shows it once more, and its button sends it.
    fn commands_with_forms(&self) -> [Rule; 2] {
        let reply = json!({
            "form": "reply", "number": "{{ command.number }}", "text": "{{ command.rest }}",
            "keep": {"ticket": "", "number": "{{ command.number }}", "respond": COMMAND.address()},
        });
        let mut reply = self.form(&COMMAND, "command.reply", reply);
        reply.conditions = self.asked(&COMMAND, verb_is("reply"));
        reply
            .conditions
            .push(when(complete("N TEXT"), "all that it needs is there"));
        let create = json!({
            "form": "create", "subject": "{{ command.arguments }}",
            "keep": {"respond": COMMAND.address()},
        });
        let mut create = self.form(&COMMAND, "command.create", create);
        create.conditions = self.asked(&COMMAND, verb_is("create"));
        [reply, create]
    }

    fn buttons(&self) -> Vec<Rule> {
        let mut rules = Vec::new();
        for action in ["comment", "reply"] {
            let with = json!({
                "form": action, "number": "{{ button.number }}",
                "keep": {
                    "ticket": "{{ button.ticket }}", "number": "{{ button.number }}",
                    "respond": BUTTON.address(),
                },
            });
            let mut form = self.form(&BUTTON, &format!("button.{action}"), with);
            form.conditions = self.asked(&BUTTON, pressed(action));
            rules.push(form);
            rules.push(self.not_signed_in(&BUTTON, action, pressed(action)));
        }
        let with = json!({"ticket_id": "{{ button.ticket }}", "status": "Closed"});
        let mut close = self.desk(&BUTTON, "button.close", "update_ticket", with);
        close.conditions = self.asked(&BUTTON, pressed("close"));
        rules.push(close);
        rules.push(self.not_signed_in(&BUTTON, "close", pressed("close")));
        rules
    }

    fn shortcuts(&self) -> [Rule; 2] {
        let chosen = || {
            when(
                "shortcut.callback == 'create_ticket'",
                "a ticket is to be made of the message",
            )
        };
        let with = json!({
            "form": "create", "text": "{{ shortcut.message_text }}",
            "keep": {"respond": SHORTCUT.address()},
        });
        let mut create = self.form(&SHORTCUT, "shortcut.create", with);
        create.conditions = self.asked(&SHORTCUT, chosen());
        [create, self.not_signed_in(&SHORTCUT, "create", chosen())]
    }

    fn forms(&self) -> Vec<Rule> {
        let text = "{{ form.values.text }}";
        // By id where a button knew it, by number where somebody typed it.
        let of_ticket = |mut with: Value| {
            with["ticket_id"] = json!("{{ form.kept.ticket }}");
            with["number"] = json!("{{ form.kept.number }}");
            with
        };
        let comment = of_ticket(json!({"text": text, "public": false}));
        let reply = of_ticket(json!({"text": text}));
        let mut create = json!({
            "subject": "{{ form.values.subject }}",
            "description": text,
            "email": "{{ form.values.email }}",
            "name": "{{ form.values.email or form.user_name }}",
        });
        if let Some(department) = &self.settings.new_tickets.department {
            create["department"] = json!(department);
        }
        let forms = [
            ("comment", "add_comment", comment),
            ("reply", "send_reply", reply),
            ("create", "create_ticket", create),
        ];
        let rules = forms.map(|(form, operation, with)| {
            let mut rule = self.desk(&FORM, &format!("form.{form}"), operation, with);
            let filled = format!("form.callback == {}", Literal(form));
            rule.conditions = self.asked(&FORM, when(filled, "this form was filled in"));
            if form == "create" {
                // Each form makes a ticket of its own; the person stays linked to their account.
                rule.about = Some(format!("{SLACK}:form:{{{{ form.id }}}}"));
            }
            rule
        });
        rules.into()
    }

    /// The workspace is on, this was asked, and by somebody who signed in.
    fn asked(&self, place: &Place, asked: Condition) -> Vec<Condition> {
        let known = format!("{} in links", Literal(DESK));
        vec![
            self.is_on(place),
            asked,
            when(known, "the person has signed in to Zoho Desk"),
        ]
    }

    /// Something that Zoho Desk does as the person who asked, and whose answer follows.
    fn desk(&self, place: &Place, id: &str, operation: &str, with: Value) -> Rule {
        let person = self.person(&place.field("team"), &place.field("user"));
        Rule {
            credential: Some(person),
            report: Some(self.origin(place)),
            ..rule(id, &place.on(), &format!("{DESK}.{operation}"), with)
        }
    }

    fn form(&self, place: &Place, id: &str, mut with: Value) -> Rule {
        with["trigger_id"] = json!(place.field("trigger_id"));
        Rule {
            credential: Some(self.bot(&place.field("team"))),
            report: Some(self.origin(place)),
            ..rule(id, &place.on(), &format!("{SLACK}.open_form"), with)
        }
    }

    fn respond(&self, place: &Place, id: &str, mut with: Value) -> Rule {
        with["response_url"] = json!(place.address());
        Rule {
            credential: Some(self.bot(&place.field("team"))),
            ..rule(id, &place.on(), &format!("{SLACK}.respond"), with)
        }
    }

    /// What the answer needs to know.
    fn origin(&self, place: &Place) -> Value {
        let share = match place.event {
            "command" => json!("{{ command.share }}"),
            _ => json!(false),
        };
        json!({
            "for": "answer", "respond": place.address(), "team": place.field("team"),
            "share": share,
        })
    }
}

fn verb_is(verb: &str) -> Condition {
    when(
        format!("command.verb == {}", Literal(verb)),
        "this was typed",
    )
}

fn pressed(action: &str) -> Condition {
    when(
        format!("button.action == {}", Literal(action)),
        "this button was pressed",
    )
}

fn complete(needed: &str) -> &'static str {
    match needed {
        "N" => "command.number",
        "TEXT" => "command.query",
        _ => "command.number and command.rest",
    }
}
