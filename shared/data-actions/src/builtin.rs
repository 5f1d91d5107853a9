//! Actions that the vendor builds into some types of integrations, to be imported by name.
//!
//! Their names, and the one input of each, are the vendor's, who calls them static:
//! <https://help.genesys.cloud/articles/about-the-data-actions-integrations/>. Their requests and fields
//! are not published, so those are ours. Each answers with a list, which is empty where nothing was found.

mod dynamics;
mod salesforce;
mod zendesk;

use deskbridge_core::http::Method;
use serde_json::{Map, json};

use crate::definition::{ActionType, Definition, RequestTemplates, ResponseRules};

/// One built-in action.
struct Static {
    name: &'static str,
    /// The one input, a text.
    input: &'static str,
    url: &'static str,
    /// Where the list stands in the target's answer.
    path: &'static str,
    /// Fields that each member of the list may have.
    fields: &'static [&'static str],
}

/// Each type's built-in actions, under its name and the vendor's id of it.
const TYPES: [(&str, &str, &[Static]); 3] = [
    (
        "dynamics-365",
        "microsoft-dynamics-data-actions",
        dynamics::ACTIONS,
    ),
    ("salesforce", "salesforce-datadip", salesforce::ACTIONS),
    ("zendesk", "zendesk-data-actions", zendesk::ACTIONS),
];

/// Returns every built-in action with the name of its type.
pub fn builtin() -> Vec<(&'static str, Definition)> {
    let all = TYPES.iter().flat_map(|(type_name, vendor_id, actions)| {
        let each = actions.iter();
        each.map(|action| (*type_name, action.definition(vendor_id)))
    });
    all.collect()
}

impl Static {
    fn definition(&self, vendor_id: &str) -> Definition {
        let text = |text: &str| text.to_owned();
        let fields = self.fields.iter();
        let fields = fields.map(|name| (text(name), json!({"type": ["string", "number", "null"]})));
        let fields: Map<_, _> = fields.collect();
        let input = json!({
            "$schema": "http://json-schema.org/draft-04/schema#",
            "type": "object",
            "required": [self.input],
            "properties": {self.input: {"type": "string"}},
        });
        let output = json!({
            "$schema": "http://json-schema.org/draft-04/schema#",
            "type": "array",
            "items": {"type": "object", "properties": fields},
        });
        Definition {
            name: text(self.name),
            integration_type: Some(text(vendor_id)),
            action_type: ActionType::Static,
            secure: false,
            request: RequestTemplates {
                method: Method::Get,
                url: text(self.url),
                body: String::new(),
                headers: Vec::new(),
            },
            response: ResponseRules {
                translation: vec![(text("found"), text(self.path))],
                defaults: vec![(text("found"), text("[]"))],
                success_template: text("${found}"),
            },
            input_schema: input,
            output_schema: output,
            timeout_seconds: None,
        }
    }
}
