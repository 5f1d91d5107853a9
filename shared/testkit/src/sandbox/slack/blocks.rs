//! Slack's checks of Block Kit, as far as the product's blocks go; others are refused, so that a new
//! one is looked at here first. <https://docs.slack.dev/reference/block-kit/>

use serde_json::Value;

/// Returns what is wrong, in Slack's manner: `[ERROR] … [json-pointer:/blocks/0/text]`.
pub(super) fn wrong_blocks(blocks: &[Value], max: usize) -> Vec<String> {
    let mut check = Check {
        wrong: Vec::new(),
        ids: Vec::new(),
    };
    if blocks.len() > max {
        check.say(&format!("no more than {max} items allowed"), "");
    }
    for (number, block) in blocks.iter().enumerate() {
        check.block(block, &format!("/{number}"));
    }
    check.wrong
}

/// The same for a form, with what stands around its blocks.
pub(super) fn wrong_view(view: &Value) -> Vec<String> {
    let mut check = Check {
        wrong: Vec::new(),
        ids: Vec::new(),
    };
    if view["type"] != "modal" {
        check.say("unsupported type", "/type");
    }
    check.text(&view["title"], "plain_text", 24, "/title");
    for name in ["submit", "close"] {
        if !view[name].is_null() {
            check.text(&view[name], "plain_text", 24, &format!("/{name}"));
        }
    }
    check.length(&view["private_metadata"], 3_000, "/private_metadata");
    check.length(&view["callback_id"], 255, "/callback_id");
    let blocks = view["blocks"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let inputs = blocks.iter().any(|block| block["type"] == "input");
    if inputs && view["submit"].is_null() {
        check.say("missing required field: submit", "/submit");
    }
    check.wrong.extend(wrong_blocks(blocks, 100));
    check.wrong
}

struct Check {
    wrong: Vec<String>,
    ids: Vec<String>,
}

impl Check {
    fn say(&mut self, what: &str, place: &str) {
        let line = format!("[ERROR] {what} [json-pointer:/blocks{place}]");
        self.wrong.push(line);
    }

    fn length(&mut self, value: &Value, max: usize, place: &str) {
        if value
            .as_str()
            .is_some_and(|text| text.chars().count() > max)
        {
            self.say(&format!("must be less than {} characters", max + 1), place);
        }
    }

    fn text(&mut self, value: &Value, kind: &str, max: usize, place: &str) {
        if value["type"] != kind {
            self.say(&format!("must be a {kind} object"), place);
        }
        match value["text"].as_str() {
            Some("") | None => self.say("must be more than 0 characters", place),
            Some(_) => self.length(&value["text"], max, place),
        }
    }

    fn block(&mut self, block: &Value, place: &str) {
        self.length(&block["block_id"], 255, place);
        if let Some(id) = block["block_id"].as_str() {
            if self.ids.iter().any(|known| known == id) {
                self.say("block_id is not unique", place);
            }
            self.ids.push(id.to_owned());
        }
        match block["type"].as_str() {
            Some("section") => self.section(block, place),
            Some("context") => {
                for element in self.items(&block["elements"], 10, place) {
                    self.text(&element, "mrkdwn", 3_000, place);
                }
            }
            Some("actions") => {
                for element in self.items(&block["elements"], 25, place) {
                    self.button(&element, place);
                }
            }
            Some("input") => self.input(block, place),
            Some("divider") => {}
            Some("header") => self.text(&block["text"], "plain_text", 150, place),
            _ => self.say("unsupported type", place),
        }
    }

    fn section(&mut self, block: &Value, place: &str) {
        if block["fields"].is_null() || !block["text"].is_null() {
            self.text(&block["text"], "mrkdwn", 3_000, place);
        }
        if !block["fields"].is_null() {
            for field in self.items(&block["fields"], 10, place) {
                self.text(&field, "mrkdwn", 2_000, place);
            }
        }
    }

    fn items(&mut self, items: &Value, max: usize, place: &str) -> Vec<Value> {
        let items = items.as_array().cloned().unwrap_or_default();
        if items.is_empty() || items.len() > max {
            self.say(&format!("must have between 1 and {max} items"), place);
        }
        items
    }

    fn button(&mut self, button: &Value, place: &str) {
        if button["type"] != "button" {
            self.say("unsupported element", place);
        }
        self.text(&button["text"], "plain_text", 75, place);
        for (name, max) in [("action_id", 255), ("value", 2_000), ("url", 3_000)] {
            self.length(&button[name], max, place);
        }
        if !matches!(button["style"].as_str(), None | Some("primary" | "danger")) {
            self.say("unsupported style", place);
        }
        if let confirm @ Value::Object(_) = &button["confirm"] {
            for (name, max) in [("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)] {
                self.text(&confirm[name], "plain_text", max, place);
            }
        }
    }

    fn input(&mut self, block: &Value, place: &str) {
        self.text(&block["label"], "plain_text", 2_000, place);
        let element = &block["element"];
        self.length(&element["action_id"], 255, place);
        match element["type"].as_str() {
            Some("plain_text_input") => {
                let max = element["max_length"].as_u64().unwrap_or(3_000);
                if max > 3_000 {
                    self.say("max_length must be less than 3001", place);
                }
                self.length(
                    &element["initial_value"],
                    usize::try_from(max).unwrap_or(0),
                    place,
                );
            }
            Some("static_select") => {
                for option in self.items(&element["options"], 100, place) {
                    self.text(&option["text"], "plain_text", 75, place);
                    self.length(&option["value"], 150, place);
                }
            }
            _ => self.say("unsupported element", place),
        }
    }
}
